"""A guide cut into slices that are documents of their own."""

from collections.abc import Iterator
from itertools import chain

from playlists.guide.refusals import NotXmltv
from playlists.guide.wellformed import Checker

END = b"</programme>"
LONGEST = 4 << 20
"""No honest programme is longer; a slice without an end would eat the memory."""


class Slices:
    """Cuts a guide after end tags, every byte checked before it is given out.

    A comment, a CDATA section or a processing instruction could hold the text of an
    end tag, so from the first of these on (and where no end comes for long) nothing
    is cut: `rest` is the guide from there, a document of its own, piece by piece.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._checker = Checker()
        self._pieces = pieces
        self._is_open = False
        self._opening = b""
        self.rest: Iterator[bytes] = iter(())

    def __iter__(self) -> Iterator[bytes]:
        pending = b""
        for piece in self._checked():
            pending += piece
            if len(pending) > LONGEST or b"<!" in pending or b"<?" in pending:
                self.rest = chain([self._opening + pending], self._checked())
                return
            cut = pending.rfind(END)
            if cut >= 0:
                cut += len(END)
                yield self._opening + pending[:cut] + b"</tv>"
                pending, self._opening = pending[cut:], b"<tv>"
        yield self._opening + pending

    def _checked(self) -> Iterator[bytes]:
        prolog = b""
        for piece in self._pieces:
            self._checker.feed(piece)
            if self._is_open:
                yield piece
                continue
            prolog += piece
            if self._checker.root_at is not None:
                self._is_open = True
                yield prolog[self._checker.root_at :]
            elif len(prolog) > LONGEST:
                raise NotXmltv(f"No element begins within {LONGEST >> 20} MB.")
        self._checker.finish()
