"""What can be entered about messages, and the request each form makes."""

from wtforms.fields.choices import SelectChoice

from gateway.panel.entries import entry
from gateway.panel.forms import LineupForm
from lineup.contracts.notifications import SaveTransport, SendTest

SECURITY = [
    SelectChoice("none", "None"),
    SelectChoice("starttls", "STARTTLS (port 587)"),
    SelectChoice("tls", "TLS (port 465)"),
]


class TransportForm(LineupForm):
    """How a partner's mail leaves."""

    asks = SaveTransport
    sections = {  # noqa: RUF012 - a ClassVar of the form it extends
        "Sender": (("sender_name", "sender_address"),),
        "Mail server": (
            "host",
            ("port", "security"),
            ("username", "password"),
        ),
    }

    sender_name = entry("Sender name", is_required=True)
    sender_address = entry("Sender email address")
    host = entry("SMTP server", "Leave empty to use the default mail server.")
    port = entry("Port")
    security = entry("Security", choices=SECURITY)
    username = entry("Username")
    password = entry("Password", "Leave empty to keep the current password.")


class TestMailForm(LineupForm):
    """Where a test message goes."""

    asks = SendTest
    receiver = entry("Recipient email address")
