"""What is broken in a guide, mended or left out: the smallest piece, and counted."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lineup.contracts.playlists.refusals import NotXmltv
from playlists.guide.wellformed import Fault, fault_of

ELEMENT = re.compile(rb"<(/?)(programme|channel)(?=[\s/>])")
AND = re.compile(
    r"&(?:(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{0,31});)?"
)
OF_XML = {"amp", "lt", "gt", "quot", "apos"}
STRAY_LESS = re.compile(r"<(?![A-Za-z/_])")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
FOREIGN = re.compile("[\udc80-\udcff]")
NOT_A_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
END = b"</programme>"
ROOT, ROOT_END = b"<tv>", b"</tv>"


@dataclass
class Repairs:
    """What had to be mended, and what was beyond it."""

    stray: int = 0
    """Bare `&` and `<`."""
    entities: int = 0
    """Of HTML, which XML does not know."""
    controls: int = 0
    foreign: int = 0
    """Bytes of another encoding."""
    around: int = 0
    """Bytes before the guide begins or after it ends."""
    skipped: int = 0
    """Programmes and channels that are broken."""
    first_skipped: str = ""
    _line: int = field(default=0, repr=False)

    def document(self, part: bytes, line: int) -> bytes:
        """A document of a guide's elements, sound; `line` is where they begin."""
        document = ROOT + part + ROOT_END
        if fault_of(document) is None:
            return document
        mended = self._mended(part)
        document = ROOT + mended + ROOT_END
        if fault_of(document) is None:
            return document
        self._line = line
        return ROOT + b"".join(self._whole_elements(mended)) + ROOT_END

    def refuse_ruins(self, programmes: int) -> None:
        """NotXmltv when more was left out than taken."""
        if self.skipped > programmes:
            raise NotXmltv(f"Most of the guide is broken XML, {self.first_skipped}.")

    def in_words(self) -> Iterator[str]:
        """What staff should know."""
        if self.skipped:
            yield (
                f"{self.skipped} programmes or channels skipped: their XML is"
                f" broken, {self.first_skipped}."
            )
        mended = {
            "stray & or <": self.stray,
            "HTML entities": self.entities,
            "control characters": self.controls,
            "bytes in another encoding": self.foreign,
        }
        found = [f"{count} {what}" for what, count in mended.items() if count]
        if found:
            yield f"Broken XML was repaired: {', '.join(found)}."
        if self.around:
            yield f"{self.around} bytes before or after the guide were ignored."

    def _mended(self, part: bytes) -> bytes:
        text = part.decode("utf-8", "surrogateescape")
        text, foreign = FOREIGN.subn(_of_windows, text)
        text, controls = CONTROL.subn("", text)
        text, stray = STRAY_LESS.subn("&lt;", text)
        self.foreign += foreign
        self.controls += controls
        self.stray += stray
        return AND.sub(self._referred, text).encode("utf-8", "replace")

    def _referred(self, found: re.Match[str]) -> str:
        """A reference as XML knows it."""
        name = found[1]
        if name in OF_XML:
            return found[0]
        if name is None or (meant := html.unescape(found[0])) == found[0]:
            self.stray += 1
            return "&amp;" + found[0][1:]
        if not name.startswith("#"):
            self.entities += 1
            return html.escape(meant, quote=False)
        if NOT_A_CHARACTER.search(meant) or not meant:
            self.controls += 1
            return ""
        return html.escape(meant, quote=False)

    def _whole_elements(self, part: bytes) -> Iterator[bytes]:
        """The elements that are sound by themselves; what lies between them is lost."""
        begun: re.Match[bytes] | None = None
        for mark in ELEMENT.finditer(part):
            if not mark[1]:
                if begun is not None:
                    self._skip(part, begun.start(), None)
                begun = mark
            elif begun is not None and begun[2] == mark[2]:
                element = part[begun.start() : part.find(b">", mark.end()) + 1]
                fault = fault_of(element)
                if fault is None:
                    yield element
                else:
                    self._skip(part, begun.start(), fault)
                begun = None

    def _skip(self, part: bytes, at: int, fault: Fault | None) -> None:
        self.skipped += 1
        if not self.first_skipped:
            line = (
                self._line + part.count(b"\n", 0, at) + (fault.line - 1 if fault else 0)
            )
            what = fault.what if fault else "it does not end"
            self.first_skipped = f"first at line {line}: {what}"


def _of_windows(found: re.Match[str]) -> str:
    """The character that a byte is in the West's usual encodings."""
    byte = bytes([ord(found[0]) - 0xDC00])
    try:
        return byte.decode("cp1252")
    except UnicodeDecodeError:
        return byte.decode("latin-1")
