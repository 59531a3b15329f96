"""What can be entered about channels, packages and the guide."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from flask import request
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from gateway.admin.partner_form import OfPartner, PackagesOfPartner
from gateway.panel.display import counted
from gateway.panel.forms import Checklist, LineupForm, line_field
from lineup.contracts.playlists.channels import (
    Catchup,
    ChannelDetails,
    ChannelView,
    CreateChannel,
    Signing,
)
from lineup.contracts.playlists.guide import (
    CreateGuideSource,
    GuideSourceView,
    UpdateGuideSource,
)
from lineup.contracts.playlists.jobs import GroupFound, ImportChannels, PreviewChannels
from lineup.contracts.playlists.packages import CreatePackage, PackageView

SIGNINGS = (
    SelectChoice(Signing.SESSION.value, "Signed link for continuous viewing"),
    SelectChoice(Signing.SECURE_LINK.value, "Signed link for a single file"),
    SelectChoice(Signing.NONE.value, "Unsigned stream URL"),
)
CATCHUPS = (
    SelectChoice(Catchup.SHIFT.value, "Stream URL with utc and lutc"),
    SelectChoice(Catchup.DEFAULT.value, "Separate archive URL"),
    SelectChoice(Catchup.APPEND.value, "Suffix added to the stream URL"),
    SelectChoice(Catchup.FLUSSONIC.value, "Flussonic"),
    SelectChoice(Catchup.XTREAM.value, "Xtream panel"),
)
HEADER = re.compile(r"([^:\s]+)\s*:\s*(.*)")
DAY_MINUTES = 1440


class ChannelForm(LineupForm):
    """A channel and everything that is said of it."""

    sections: ClassVar = {
        "Channel": [("number", "name"), "group", "partner_id", "is_on", "is_adult"],
        "Logo": [("logo_file", "logo")],
        "Stream": ["address", "signing", "is_radio", "player_lines"],
        "Catch-up": [("catchup_days", "catchup"), "catchup_source"],
        "Guide": [("guide_id", "guide_shift_minutes")],
        "Packages": ["package_ids"],
    }

    number = IntegerField("Number", [InputRequired(), NumberRange(1, 10**9)])
    name = line_field("Name", InputRequired())
    group = line_field("Group", render_kw={"list": "groups"})
    is_on = BooleanField("Enabled (shown in playlists)", default=True)
    is_adult = BooleanField("Adult content")
    logo_file = FileField("Logo file", description="PNG, JPEG or WebP, up to 512 KB.")
    logo = line_field("Logo URL", description="Used if no file is uploaded.")
    address = line_field("Stream URL")
    signing = SelectField("Link type", choices=SIGNINGS)
    catchup_days = IntegerField(
        "Catch-up days", [Optional(), NumberRange(0, 365)], default=0
    )
    catchup = SelectField("Catch-up type", choices=CATCHUPS)
    catchup_source = line_field(
        "Archive URL",
        description="With placeholders such as {utc}, {duration} or ${start}.",
    )
    is_radio = BooleanField("Radio (audio only)")
    player_lines = TextAreaField(
        "Extra playlist tags",
        description="One per line, such as #EXTVLCOPT:http-user-agent=Box/1.0.",
        render_kw={"rows": 2, "autocomplete": "off", "spellcheck": "false"},
    )
    guide_id = line_field(
        "Guide ID (tvg-id)",
        description="Leave empty to match the guide by channel name.",
    )
    guide_shift_minutes = IntegerField(
        "Guide time shift (minutes)",
        [Optional(), NumberRange(-DAY_MINUTES, DAY_MINUTES)],
        default=0,
        description="-60 moves programmes one hour earlier.",
    )
    package_ids = Checklist("Packages")

    def choose_from(self, packages: Sequence[PackageView]) -> None:
        """Let these packages be chosen."""
        self.package_ids.choices = [
            SelectChoice(str(one.id), one.name) for one in packages
        ]

    def show(self, channel: ChannelView) -> None:
        """Begin with how a channel is."""
        details = channel.details
        for name in ("number", "name", "group", "is_on", "is_adult", "logo"):
            self[name].data = getattr(details, name)
        for name in ("address", "catchup_days", "guide_id", "guide_shift_minutes"):
            self[name].data = getattr(details, name)
        self.catchup_source.data = details.catchup_source
        self.is_radio.data = details.is_radio
        self.player_lines.data = "\n".join(details.player_lines)
        self.signing.data = details.signing.value
        self.catchup.data = details.catchup.value
        self.package_ids.data = [str(package) for package in channel.package_ids]

    def details(self, uploaded_logo: str) -> ChannelDetails:
        """The channel as it was entered."""
        return ChannelDetails(
            number=self.number.data or 0,
            name=self.name.data or "",
            address=self.address.data or "",
            logo=uploaded_logo or self.logo.data or "",
            group=self.group.data or "",
            guide_id=self.guide_id.data or "",
            is_adult=bool(self.is_adult.data),
            catchup_days=self.catchup_days.data or 0,
            is_on=bool(self.is_on.data),
            signing=Signing(self.signing.data),
            guide_shift_minutes=self.guide_shift_minutes.data or 0,
            catchup=Catchup(self.catchup.data),
            catchup_source=self.catchup_source.data or "",
            is_radio=bool(self.is_radio.data),
            player_lines=[
                text.strip()
                for text in (self.player_lines.data or "").splitlines()
                if text.strip()
            ],
        )

    def packages(self) -> list[UUID]:
        """The packages that were ticked."""
        return [UUID(package) for package in self.package_ids.data or []]


class NewChannelForm(PackagesOfPartner, ChannelForm):
    """A channel that is not there yet; the operator says whose it is."""

    def to_request(self, uploaded_logo: str) -> CreateChannel:
        """The channel to be made."""
        return CreateChannel(
            details=self.details(uploaded_logo),
            package_ids=self.packages(),
            partner_id=self.partner(),
        )


class NewPackageForm(OfPartner):
    """A package to be made."""

    name = line_field("Name", InputRequired())

    def to_request(self) -> CreatePackage:
        """The package to be made; its page fills it."""
        return CreatePackage(name=self.name.data or "", partner_id=self.partner())


class PackageNameForm(LineupForm):
    """A package's new name."""

    name = line_field("Name", InputRequired())


class ImportForm(OfPartner):
    """A channel list: a file or an address."""

    file = FileField("Playlist file (M3U)")
    address = line_field("Playlist URL")
    package_id = SelectField(
        "Add all channels to package",
        [Optional()],
        description="In addition to the channels already in it.",
    )
    takes_films = BooleanField("Import films and episodes as channels")
    signs = BooleanField(
        "Use signed links where possible",
        default=True,
        description="For streams on your own servers. Turn off for streams of a "
        "provider.",
    )
    marks_adult_groups = BooleanField("Mark adult channels by group name", default=True)
    looks_first = BooleanField("Preview first and choose groups")

    def to_request(self, upload: str) -> ImportChannels:
        """The import to be begun."""
        package = self.package_id.data
        return ImportChannels(
            upload=upload,
            address="" if upload else self.address.data or "",
            file_name=self.file_name() if upload else "",
            package_id=UUID(package) if package else None,
            partner_id=self.partner(),
            takes_films=bool(self.takes_films.data),
            signs=bool(self.signs.data),
            marks_adult_groups=bool(self.marks_adult_groups.data),
        )

    def preview(self, upload: str) -> PreviewChannels:
        """The look to be taken before."""
        rpc_request = self.to_request(upload)
        return PreviewChannels(
            upload=rpc_request.upload,
            address=rpc_request.address,
            file_name=rpc_request.file_name,
            partner_id=rpc_request.partner_id,
        )

    def file_name(self) -> str:
        """What the uploaded file is called."""
        name = getattr(self.file.data, "filename", "") or ""
        return str(name)[:100]


class ChosenImportForm(LineupForm):
    """What of a list that was looked at comes in."""

    groups = Checklist("Groups")
    package_id = SelectField("Add all channels to package", [Optional()])
    takes_films = BooleanField("Import films and episodes as channels")
    signs = BooleanField("Use signed links where possible", default=True)
    marks_adult_groups = BooleanField("Mark adult channels by group name", default=True)

    def choose_from(self, groups: Sequence[GroupFound]) -> None:
        """Let these groups be chosen; at first all with channels are."""
        self.groups.choices = [
            SelectChoice(f"g:{group.name}", _group_label(group)) for group in groups
        ]
        if request.method == "GET":
            self.groups.data = [f"g:{one.name}" for one in groups if one.channels]

    def to_request(self, preview_id: UUID, count: int) -> ImportChannels:
        """The import to be begun; a list whose groups are all chosen is taken whole."""
        chosen = [str(value).removeprefix("g:") for value in self.groups.data or []]
        package = self.package_id.data
        return ImportChannels(
            preview_id=preview_id,
            package_id=UUID(package) if package else None,
            groups=None if len(chosen) == count else chosen,
            takes_films=bool(self.takes_films.data),
            signs=bool(self.signs.data),
            marks_adult_groups=bool(self.marks_adult_groups.data),
        )


def _group_label(group: GroupFound) -> str:
    label = f"{group.name or 'No group'}: {counted(group.channels, 'channel')}"
    label += f", {group.new:,} new" if group.new else ""
    label += f", {counted(group.films, 'film')}" if group.films else ""
    return label + (" (adult)" if group.is_adult else "")


class SourceForm(LineupForm):
    """Where a guide comes from, and how it is read."""

    sections: ClassVar = {
        "Source": ["name", "partner_id", "address", "file", "is_on"],
        "Schedule and format": [
            ("every_hours", "shift_minutes"),
            "time_zone",
            "headers",
            "keeps_headers",
        ],
    }

    name = line_field("Name", InputRequired())
    address = line_field("URL (XMLTV, plain or gzip)")
    file = FileField("File", description="Imported once. Ignored if a URL is given.")
    is_on = BooleanField("Enabled (fetched and shown)", default=True)
    every_hours = IntegerField(
        "Fetch interval (hours)", [NumberRange(1, 24 * 14)], default=6
    )
    shift_minutes = IntegerField(
        "Time shift (minutes)",
        [Optional(), NumberRange(-1440, 1440)],
        default=0,
        description="-60 moves all programmes one hour earlier.",
    )
    time_zone = StringField(
        "Default time zone",
        [InputRequired()],
        default="UTC",
        description="For times without a time zone, such as Europe/Paris.",
    )
    headers = TextAreaField(
        "HTTP headers",
        description='One per line, such as "Authorization: Bearer …".',
        render_kw={"rows": 3, "autocomplete": "off", "spellcheck": "false"},
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

    def to_request(self, upload: str) -> CreateGuideSource:
        """The source to be made."""
        address = self.address.data or ""
        return CreateGuideSource(
            name=self.name.data or "",
            address=address,
            upload="" if address else upload,
            every_hours=self.every_hours.data or 6,
            headers=self.entered_headers(),
            shift_minutes=self.shift_minutes.data or 0,
            time_zone=self.time_zone.data or "UTC",
            is_on=bool(self.is_on.data),
            partner_id=self.partner(),
        )


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

    def to_request(self, source_id: UUID, upload: str) -> UpdateGuideSource:
        """The source as it shall be."""
        keeps = "keeps_headers" in self and bool(self.keeps_headers.data)
        return UpdateGuideSource(
            source_id=source_id,
            name=self.name.data or "",
            address=self.address.data or "",
            every_hours=self.every_hours.data or 6,
            headers=None if keeps else self.entered_headers(),
            shift_minutes=self.shift_minutes.data or 0,
            time_zone=self.time_zone.data or "UTC",
            is_on=bool(self.is_on.data),
            upload=upload,
        )
