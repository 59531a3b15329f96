"""What can be entered in one's own settings."""

from wtforms import PasswordField, SelectField
from wtforms.validators import EqualTo, InputRequired, Length

from gateway.panel.forms import LineupForm
from gateway.panel.zones import zone_choices
from lineup.contracts.accounts import SetTimeZone

MOST = Length(max=200)


class PasswordForm(LineupForm):
    """A new password of one's own."""

    old_password = PasswordField(
        "Present password",
        [InputRequired(), MOST],
        render_kw={"autocomplete": "current-password"},
    )
    new_password = PasswordField(
        "New password",
        [InputRequired(), MOST],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "New password again",
        [InputRequired(), EqualTo("new_password", "The two are not the same.")],
        render_kw={"autocomplete": "new-password"},
    )


class TokenForm(LineupForm):
    """A new API token, given for the password."""

    password = PasswordField(
        "Your password",
        [InputRequired(), MOST],
        description="Whoever has the token acts as you do, for 90 days.",
        render_kw={"autocomplete": "current-password"},
    )


class ZoneForm(LineupForm):
    """The zone in which a customer sees its times."""

    time_zone = SelectField(
        "Time zone", description="Times are kept as they are and shown in this zone."
    )

    def __init__(self, present: str) -> None:
        super().__init__(data={"time_zone": present})
        self.time_zone.choices = zone_choices()

    def question(self) -> SetTimeZone:
        """The zone to be kept."""
        return SetTimeZone(time_zone=self.time_zone.data)
