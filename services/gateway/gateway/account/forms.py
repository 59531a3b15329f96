"""What can be entered in one's own settings."""

from wtforms import (
    BooleanField,
    IntegerField,
    PasswordField,
    SelectField,
    TextAreaField,
)
from wtforms.validators import EqualTo, InputRequired, Length, NumberRange, Optional

from gateway.panel.forms import LineupForm
from gateway.panel.zones import zone_choices
from lineup.contracts.accounts.sessions import SetTimeZone
from lineup.contracts.playlists.streams import StreamSettings, UpdateStreamSettings

MOST = Length(max=200)
A_WEEK = 7 * 24 * 60


class PasswordForm(LineupForm):
    """A new password of one's own."""

    old_password = PasswordField(
        "Current password",
        [InputRequired(), MOST],
        render_kw={"autocomplete": "current-password"},
    )
    new_password = PasswordField(
        "New password",
        [InputRequired(), MOST],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "Repeat new password",
        [InputRequired(), EqualTo("new_password", "The passwords do not match.")],
        render_kw={"autocomplete": "new-password"},
    )


class TokenForm(LineupForm):
    """A new API token, given for the password."""

    password = PasswordField(
        "Your password",
        [InputRequired(), MOST],
        description="Anyone with the token has the same access as you. It expires "
        "after 90 days.",
        render_kw={"autocomplete": "current-password"},
    )


class ZoneForm(LineupForm):
    """The zone in which a customer sees its times."""

    time_zone = SelectField(
        "Time zone", description="Times are shown in this time zone."
    )

    def __init__(self, present: str) -> None:
        super().__init__(data={"time_zone": present})
        self.time_zone.choices = zone_choices()

    def to_request(self) -> SetTimeZone:
        """The zone to be kept."""
        return SetTimeZone(time_zone=self.time_zone.data)


class StreamForm(LineupForm):
    """How a partner's players are let in to its streaming servers."""

    sections = {  # noqa: RUF012 - a ClassVar of the form it extends
        "Access": [
            "session_minutes",
            "session_is_renewed",
            "session_is_bound",
        ],
        "Servers": ["stream_hosts"],
    }

    session_minutes = IntegerField(
        "Link validity (minutes)",
        [Optional(), NumberRange(1, A_WEEK)],
        description="Leave empty for the default, usually 240.",
    )
    session_is_renewed = BooleanField(
        "Keep playing while the subscription is active",
        description="Your servers check the subscription with each playlist. When "
        "off, the"
        " player has to open the channel again once the link has expired.",
    )
    session_is_bound = BooleanField(
        "Restrict links to the IP address that opened the channel",
        description="Not suitable for players that switch between IPv4 and IPv6.",
    )
    stream_hosts = TextAreaField(
        "Your streaming servers",
        description="One host per line, such as edge.example.net or "
        "*.cdn.example.net. Only"
        " links to these hosts are signed. Leave empty to follow each channel's"
        " setting.",
        render_kw={"rows": 4, "autocomplete": "off", "spellcheck": "false"},
    )

    def __init__(self, kept: StreamSettings) -> None:
        hosts = "\n".join(kept.stream_hosts)
        super().__init__(data={**vars(kept), "stream_hosts": hosts})

    def to_request(self) -> UpdateStreamSettings:
        """The settings as they were entered."""
        return UpdateStreamSettings(
            session_minutes=self.session_minutes.data,
            session_is_renewed=bool(self.session_is_renewed.data),
            session_is_bound=bool(self.session_is_bound.data),
            stream_hosts=(self.stream_hosts.data or "").split(),
        )
