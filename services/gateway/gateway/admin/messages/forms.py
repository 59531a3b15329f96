"""What can be entered about messages, and the request each form makes."""

from wtforms import IntegerField, PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from gateway.panel.forms import LineupForm, line_field
from lineup.contracts.notifications import SaveTransport, SendTest

SECURITY = [
    SelectChoice("none", "None"),
    SelectChoice("starttls", "STARTTLS (port 587)"),
    SelectChoice("tls", "TLS (port 465)"),
]


class TransportForm(LineupForm):
    """How a partner's mail leaves."""

    sections = {  # noqa: RUF012 - a ClassVar of the form it extends
        "Sender": (("sender_name", "sender_address"),),
        "Mail server": (
            "host",
            ("port", "security"),
            ("username", "password"),
        ),
    }

    sender_name = line_field("Sender name", InputRequired())
    sender_address = line_field("Sender email address", InputRequired())
    host = line_field(
        "SMTP server", description="Leave empty to use the default mail server."
    )
    port = IntegerField("Port", [NumberRange(1, 65_535)], default=25)
    security = SelectField("Security", choices=SECURITY)
    username = line_field("Username")
    password = PasswordField(
        "Password", description="Leave empty to keep the current password."
    )

    def to_request(self) -> SaveTransport:
        """The transport to be kept."""
        return SaveTransport(
            sender_address=self.sender_address.data or "",
            sender_name=self.sender_name.data or "",
            host=self.host.data or "",
            port=self.port.data or 25,
            security=self.security.data,
            username=self.username.data or "",
            password=self.password.data or None,
        )


class TestMailForm(LineupForm):
    """Where a test message goes."""

    receiver = line_field("Recipient email address", InputRequired())

    def to_request(self) -> SendTest:
        """The test message to be sent."""
        return SendTest(receiver=self.receiver.data or "")
