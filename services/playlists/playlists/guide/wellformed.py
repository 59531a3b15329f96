"""Whether a guide's parts are well-formed XML, checked by expat."""

from typing import NamedTuple
from xml.parsers import expat

from lineup.contracts.playlists.refusals import EntitiesRefused, NotXmltv


class Fault(NamedTuple):
    """Why some XML is broken, and where in it."""

    what: str
    line: int
    column: int


def fault_of(document: bytes) -> Fault | None:
    """What is wrong with a document; None: it is well-formed.

    Nothing is expanded and nothing fetched.
    """
    try:
        expat.ParserCreate("utf-8").Parse(document, True)
    except expat.ExpatError as error:
        return Fault(expat.ErrorString(error.code), error.lineno, error.offset + 1)
    return None


class Beginning:
    """What a guide has before its programmes, up to its root element.

    A document that declares entities or attributes is refused: the declarations would
    blow up a reader.
    """

    def __init__(self) -> None:
        self.root_at: int | None = None
        """The byte at which the root element begins."""
        self.fault: Fault | None = None

    def read(self, prolog: bytes) -> None:
        """Look for the root element; NotXmltv or EntitiesRefused by what is found."""
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._root
        self._parser.EntityDeclHandler = self._entity
        self._parser.AttlistDeclHandler = self._attribute
        self.fault = None
        try:
            self._parser.Parse(prolog, False)
        except expat.ExpatError as error:
            what = expat.ErrorString(error.code)
            self.fault = Fault(what, error.lineno, error.offset + 1)

    def _root(self, name: str, _attributes: dict[str, str]) -> None:
        if name != "tv":
            raise NotXmltv(f"The document is <{name[:40]}>, not <tv>.")
        self.root_at = self._parser.CurrentByteIndex
        self._parser.StartElementHandler = None

    def _attribute(self, element: str, *_rest: object) -> None:
        # Each would be added to every element of that name.
        raise EntitiesRefused(f"The guide declares attributes of {element[:40]}.")

    def _entity(self, name: str, *_rest: object) -> None:
        raise EntitiesRefused(f"The guide declares the entity {name[:40]}.")
