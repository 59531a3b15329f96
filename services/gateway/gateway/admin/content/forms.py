"""What can be entered about channels, packages and the guide."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from flask import request
from flask_wtf.file import FileField
from wtforms import BooleanField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from gateway import logos
from gateway.admin.partner_form import OfPartner, PackagesOfPartner
from gateway.panel.display import counted
from gateway.panel.entries import Checklist, chosen_of, entry
from gateway.panel.forms import LineupForm
from lineup.contracts.playlists.channels import (
    Catchup,
    CreateChannel,
    Signing,
)
from lineup.contracts.playlists.guide import CreateGuideSource, GuideSourceView
from lineup.contracts.playlists.jobs import (
    GroupFound,
    ImportChannels,
    JobView,
    PreviewChannels,
)
from lineup.contracts.playlists.packages import CreatePackage, PackageView
from lineup.verbs import Request

C = TypeVar("C")

SIGNINGS = {
    Signing.SESSION: "Signed link for continuous viewing",
    Signing.SECURE_LINK: "Signed link for a single file",
    Signing.NONE: "Unsigned stream URL",
}
CATCHUPS = {
    Catchup.SHIFT: "Stream URL with utc and lutc",
    Catchup.DEFAULT: "Separate archive URL",
    Catchup.APPEND: "Suffix added to the stream URL",
    Catchup.FLUSSONIC: "Flussonic",
    Catchup.XTREAM: "Xtream panel",
}
HEADER = re.compile(r"([^:\s]+)\s*:\s*(.*)")
AS_WRITTEN = {"autocomplete": "off", "spellcheck": "false"}


class ChannelForm(LineupForm):
    """A channel and everything that is said of it."""

    asks = CreateChannel
    sections: ClassVar = {
        "Channel": [("number", "name"), "group", "partner_id", "is_on", "is_adult"],
        "Logo": [("logo_file", "logo")],
        "Stream": ["address", "signing", "is_radio", "player_lines"],
        "Catch-up": [("catchup_days", "catchup"), "catchup_source"],
        "Guide": [("guide_id", "guide_shift_minutes")],
        "Packages": ["package_ids"],
    }

    number = entry("Number")
    name = entry("Name")
    group = entry("Group", render_kw={"list": "groups"})
    is_on = entry("Enabled (shown in playlists)")
    is_adult = entry("Adult content")
    logo_file = FileField("Logo file", description="PNG, JPEG or WebP, up to 512 KB.")
    logo = entry("Logo URL", "Used if no file is uploaded.")
    address = entry("Stream URL")
    signing = entry("Link type", choices=chosen_of(SIGNINGS))
    catchup_days = entry("Catch-up days")
    catchup = entry("Catch-up type", choices=chosen_of(CATCHUPS))
    catchup_source = entry(
        "Archive URL", "With placeholders such as {utc}, {duration} or ${start}."
    )
    is_radio = entry("Radio (audio only)")
    player_lines = entry(
        "Extra playlist tags",
        "One per line, such as #EXTVLCOPT:http-user-agent=Box/1.0.",
        render_kw={"rows": 2, **AS_WRITTEN},
    )
    guide_id = entry(
        "Guide ID (tvg-id)", "Leave empty to match the guide by channel name."
    )
    guide_shift_minutes = entry(
        "Guide time shift (minutes)", "-60 moves programmes one hour earlier."
    )
    package_ids = entry("Packages")

    def with_logo(self, contract: type[C], **fixed: Any) -> C:
        """A request of what was entered; a file goes before an address."""
        self.logo.data = logos.keep(self.logo_file.data) or self.logo.data
        return self.to(contract, **fixed)

    def choose_from(self, packages: Sequence[PackageView]) -> None:
        """Let these packages be chosen."""
        self.package_ids.choices = [
            SelectChoice(str(one.id), one.name) for one in packages
        ]


class NewChannelForm(PackagesOfPartner, ChannelForm):
    """A channel that is not there yet; the operator says whose it is."""


class NewPackageForm(OfPartner):
    """A package to be made."""

    asks = CreatePackage
    name = entry("Name")


class PackageNameForm(LineupForm):
    """A package's new name."""

    asks = CreatePackage
    name = entry("Name")


class ImportForm(OfPartner):
    """A channel list: a file or an address."""

    asks = ImportChannels
    file = FileField("Playlist file (M3U)")
    address = entry("Playlist URL")
    package_id = entry(
        "Add all channels to package",
        "In addition to the channels already in it.",
    )
    takes_films = entry("Import films and episodes as channels")
    signs = entry(
        "Use signed links where possible",
        "For streams on your own servers. Turn off for streams of a provider.",
    )
    marks_adult_groups = entry("Mark adult channels by group name")
    looks_first = BooleanField("Preview first and choose groups")

    def to_request(self, upload: str) -> Request[JobView]:
        """The import to be begun, or the look to be taken before."""
        kind = PreviewChannels if self.looks_first.data else ImportChannels
        file_name = str(getattr(self.file.data, "filename", "") or "")[:100]
        if upload:
            return self.to(kind, upload=upload, file_name=file_name, address="")
        return self.to(kind)


class ChosenImportForm(LineupForm):
    """What of a list that was looked at comes in."""

    asks = ImportChannels
    groups = Checklist("Groups")
    package_id = entry("Add all channels to package")
    takes_films = entry("Import films and episodes as channels")
    signs = entry("Use signed links where possible")
    marks_adult_groups = entry("Mark adult channels by group name")

    def choose_from(self, groups: Sequence[GroupFound]) -> None:
        """Let these groups be chosen; at first all with channels are."""
        self.groups.choices = [
            SelectChoice(f"g:{group.name}", _group_label(group)) for group in groups
        ]
        if request.method == "GET":
            self.groups.data = [f"g:{one.name}" for one in groups if one.channels]

    def chosen(self) -> list[str] | None:
        """The groups that were ticked; None for all: the list is taken whole."""
        names = [str(value).removeprefix("g:") for value in self.groups.data or []]
        return None if len(names) == len(self.groups.choices) else names


def _group_label(group: GroupFound) -> str:
    label = f"{group.name or 'No group'}: {counted(group.channels, 'channel')}"
    label += f", {group.new:,} new" if group.new else ""
    label += f", {counted(group.films, 'film')}" if group.films else ""
    return label + (" (adult)" if group.is_adult else "")


class SourceForm(LineupForm):
    """Where a guide comes from, and how it is read."""

    asks = CreateGuideSource
    sections: ClassVar = {
        "Source": ["name", "partner_id", "address", "file", "is_on"],
        "Schedule and format": [
            ("every_hours", "shift_minutes"),
            "time_zone",
            "headers",
            "keeps_headers",
        ],
    }

    name = entry("Name")
    address = entry("URL (XMLTV, plain or gzip)")
    file = FileField("File", description="Imported once. Ignored if a URL is given.")
    is_on = entry("Enabled (fetched and shown)")
    every_hours = entry("Fetch interval (hours)")
    shift_minutes = entry(
        "Time shift (minutes)", "-60 moves all programmes one hour earlier."
    )
    time_zone = entry(
        "Default time zone",
        "For times without a time zone, such as Europe/Paris.",
        is_required=True,
    )
    headers = TextAreaField(
        "HTTP headers",
        description='One per line, such as "Authorization: Bearer …".',
        render_kw={"rows": 3, **AS_WRITTEN},
    )

    def validate_headers(self, field: Any) -> None:
        """ValidationError for a line that is no header field."""
        for text in (field.data or "").splitlines():
            if text.strip() and not HEADER.fullmatch(text.strip()):
                raise ValidationError(f"Not a valid header: {text[:40]}")

    def entered_headers(self) -> dict[str, str]:
        """The header fields that were entered."""
        lines = map(str.strip, (self.headers.data or "").splitlines())
        found = (HEADER.fullmatch(text) for text in lines if text)
        return {match[1]: match[2] for match in found if match}


class NewSourceForm(OfPartner, SourceForm):
    """A source that is not there yet."""


class EditSourceForm(SourceForm):
    """A source that is there; what its header fields hold is never shown."""

    keeps_headers = BooleanField("Keep the current headers", default=True)

    def __init__(self, source: GuideSourceView) -> None:
        super().__init__(obj=source)
        if source.header_names:
            names = ", ".join(source.header_names)
            self.keeps_headers.label.text = f"Keep the current headers: {names}"
        else:
            del self.keeps_headers

    def changed_headers(self) -> dict[str, str] | None:
        """The header fields as they shall be; None: they stay."""
        keeps = "keeps_headers" in self and bool(self.keeps_headers.data)
        return None if keeps else self.entered_headers()
