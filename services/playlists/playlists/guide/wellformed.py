"""Whether a guide is whole and well-formed XML, checked by expat as it goes by."""

from typing import NoReturn
from xml.parsers import expat

from playlists.guide.refusals import (
    EntitiesRefused,
    GuideEmpty,
    GuideTruncated,
    NotXmltv,
    WrongEncoding,
)

ASCII_END = 0x80


class Checker:
    """Sees every byte before anything is made of it.

    It has no handlers inside the guide, so it costs little; it expands nothing and
    fetches nothing. Refusals name the place.
    """

    def __init__(self) -> None:
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._root
        self._parser.EntityDeclHandler = self._entity
        self._fed = 0
        self.root_at: int | None = None
        """The byte at which the root element begins, once it was seen."""

    def feed(self, piece: bytes) -> None:
        """Check on; NotXmltv, WrongEncoding or EntitiesRefused where it ends."""
        try:
            self._parser.Parse(piece, False)
        except expat.ExpatError as error:
            self._refuse(error, piece)
        self._fed += len(piece)

    def finish(self) -> None:
        """The guide ended: GuideTruncated unless its root element did, too."""
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            if self.root_at is None:
                self._refuse_beginning(error)
            raise GuideTruncated(f"The guide ends {_place(error)}.") from None

    def _refuse_beginning(self, error: expat.ExpatError) -> NoReturn:
        if self._fed == 0:
            raise GuideEmpty("The guide has no content.") from None
        raise NotXmltv(f"No XML element up to {_place(error)}.") from None

    def _refuse(self, error: expat.ExpatError, piece: bytes) -> NoReturn:
        at = self._parser.ErrorByteIndex - self._fed
        if 0 <= at < len(piece) and piece[at] >= ASCII_END:
            raise WrongEncoding(f"The guide is not UTF-8 {_place(error)}.") from None
        what = expat.ErrorString(error.code)
        raise NotXmltv(f"The XML is broken {_place(error)}: {what}.") from None

    def _root(self, name: str, _attributes: dict[str, str]) -> None:
        if name != "tv":
            raise NotXmltv(f"The document is <{name[:40]}>, not <tv>.")
        self.root_at = self._parser.CurrentByteIndex
        self._parser.StartElementHandler = None

    def _entity(self, name: str, *_rest: object) -> None:
        raise EntitiesRefused(f"The guide declares the entity {name[:40]}.")


def _place(error: expat.ExpatError) -> str:
    return f"at line {error.lineno}, column {error.offset + 1}"
