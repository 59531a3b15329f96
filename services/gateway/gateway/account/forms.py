"""What can be entered in one's own settings."""

from typing import ClassVar

from wtforms import SelectField, TextAreaField

from gateway.panel.entries import entry, password_field
from gateway.panel.forms import LineupForm
from gateway.panel.passwords import NewPasswordFields
from gateway.panel.zones import zone_choices
from lineup.contracts.accounts.sessions import ChangePassword, SetTimeZone, SignIn
from lineup.contracts.playlists.streams import StreamSettings, UpdateStreamSettings


class PasswordForm(NewPasswordFields):
    """A new password of one's own."""

    asks = ChangePassword
    sections: ClassVar = {"": ["old_password", "new_password", "again"]}
    old_password = password_field(
        "", "Current password", "current-password", is_required=True
    )


class TokenForm(LineupForm):
    """A new API token, given for the password."""

    asks = SignIn
    password = password_field(
        "Anyone with the token has the same access as you. It expires after 90 days.",
        "Your password",
        "current-password",
        is_required=True,
    )
    code = entry(
        "Code",
        "From your authenticator app, or one of your recovery codes.",
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none"},
    )


class ZoneForm(LineupForm):
    """The zone in which a customer sees its times."""

    asks = SetTimeZone
    time_zone = entry(
        "Time zone", "Times are shown in this time zone.", kind=SelectField
    )

    def __init__(self, present: str) -> None:
        super().__init__(data={"time_zone": present})
        self.time_zone.choices = zone_choices()


class StreamForm(LineupForm):
    """How a partner's players are let in to its streaming servers."""

    asks = UpdateStreamSettings
    sections: ClassVar = {
        "Access": ["session_minutes", "session_is_renewed", "session_is_bound"],
        "Servers": ["stream_hosts"],
    }

    session_minutes = entry(
        "Link validity (minutes)", "Leave empty for the default, usually 240."
    )
    session_is_renewed = entry(
        "Keep playing while the subscription is active",
        "Your servers check the subscription with each playlist. When off, the player "
        "has to open the channel again once the link has expired.",
    )
    session_is_bound = entry(
        "Restrict links to the IP address that opened the channel",
        "Not suitable for players that switch between IPv4 and IPv6.",
    )
    stream_hosts = TextAreaField(
        "Your streaming servers",
        description="One host per line, such as edge.example.net or "
        "*.cdn.example.net. Only links to these hosts are signed. Leave empty to "
        "follow each channel's setting.",
        render_kw={"rows": 4, "autocomplete": "off", "spellcheck": "false"},
    )

    def __init__(self, kept: StreamSettings) -> None:
        hosts = "\n".join(kept.stream_hosts)
        super().__init__(data={**vars(kept), "stream_hosts": hosts})

    def to_request(self) -> UpdateStreamSettings:
        """The settings as they were entered."""
        hosts = (self.stream_hosts.data or "").split()
        return self.to(UpdateStreamSettings, stream_hosts=hosts)
