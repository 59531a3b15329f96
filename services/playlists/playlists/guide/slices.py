"""A guide cut into slices that are sound documents of their own."""

import codecs
import re
from collections.abc import Iterator

from lineup.contracts.playlists.refusals import GuideEmpty, GuideTruncated, NotXmltv
from playlists.guide.repairs import END, Repairs
from playlists.guide.strip_markup import strip_markup
from playlists.guide.wellformed import Beginning, Fault

LONGEST = 4 << 20
"""No honest programme is longer; a slice without an end would eat the memory."""
MOST_BEFORE = 1 << 16
"""Bytes that may stand before a guide; servers put their complaints there."""
BLANK = b" \t\r\n\x00"
BEGINNINGS = b"<?xml", b"<!", b"<tv"
ROOT = re.compile(rb"""<tv(?:[^>"']|"[^"]*"|'[^']*')*>""")
ROOT_NAME = re.compile(rb"<tv(?=[\s/>])")
ROOT_END = re.compile(rb"</tv\s*>")


class Slices:
    """Cuts a guide after end tags of programmes; every slice is checked and mended."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.repairs = Repairs()
        self.programmes = 0
        """How many were given out."""
        self._line, self._column = 1, 0
        self._is_over = False

    def __iter__(self) -> Iterator[bytes]:
        """The slices; NotXmltv, GuideTruncated and others where it cannot go on."""
        pending = b""
        for chunk in strip_markup(self._inside()):
            pending += chunk
            cut = pending.rfind(END)
            if cut >= 0:
                cut += len(END)
                yield self._document(pending[:cut])
                pending = pending[cut:]
            elif len(pending) > LONGEST:
                self._must_have_ended(pending)
                pending = pending[-LONGEST // 2 :]
        yield self._last(pending)
        self.repairs.refuse_ruins(self.programmes)

    def _must_have_ended(self, pending: bytes) -> None:
        if self._is_over or ROOT_END.search(pending):
            self._is_over = True
            return
        raise NotXmltv(f"No programme ends within {LONGEST >> 20} MB.")

    def _document(self, part: bytes) -> bytes:
        document = self.repairs.document(part, self._line)
        self.programmes += document.count(END)
        self._move(part)
        return document

    def _last(self, part: bytes) -> bytes:
        ends = list(ROOT_END.finditer(part))
        if not ends and not self._is_over:
            self._move(part)
            place = f"at line {self._line}, column {self._column}"
            raise GuideTruncated(f"The guide ends {place}.")
        if ends:
            self.repairs.around += len(part[ends[-1].end() :].strip(BLANK))
            part = part[: ends[-1].start()]
        return self._document(part)

    def _move(self, part: bytes) -> None:
        """Count on where in the guide we are."""
        lines = part.count(b"\n")
        self._line += lines
        if lines:
            self._column = len(part) - part.rfind(b"\n") - 1
        else:
            self._column += len(part)

    def _inside(self) -> Iterator[bytes]:
        """The guide from behind its root's start tag on."""
        prolog, beginning = b"", Beginning()
        for chunk in self._chunks:
            prolog += chunk
            at = _begins_at(prolog)
            beginning.read(prolog[at:])
            if beginning.root_at is not None:
                self.repairs.around += len(prolog[:at].strip(BLANK + codecs.BOM_UTF8))
                yield self._behind_root(prolog, at + beginning.root_at)
                yield from self._chunks
                return
            if beginning.fault and len(prolog) > MOST_BEFORE:
                break
            if len(prolog) > LONGEST:
                raise NotXmltv(f"No element begins within {LONGEST >> 20} MB.")
        self._refuse_beginning(prolog, beginning.fault)

    def _behind_root(self, prolog: bytes, root_at: int) -> bytes:
        root = ROOT.match(prolog, root_at)
        if root is None:
            raise NotXmltv("The guide's first tag does not end.")
        self._move(prolog[: root.end()])
        ended = b"</tv>" if root[0].endswith(b"/>") else b""
        return ended + prolog[root.end() :]

    def _refuse_beginning(self, prolog: bytes, fault: Fault | None) -> None:
        if not prolog.strip(BLANK):
            raise GuideEmpty("The guide has no content.")
        if fault is None:
            raise NotXmltv("There is no XML element in it.")
        place = f"at line {fault.line}, column {fault.column}"
        raise NotXmltv(f"The XML is broken {place}: {fault.what}.")


def _begins_at(prolog: bytes) -> int:
    """Where the document begins behind blanks and complaints of a server."""
    start = len(prolog) - len(prolog.removeprefix(codecs.BOM_UTF8).lstrip(BLANK))
    if prolog.startswith(BEGINNINGS, start):
        return start
    declared = prolog.find(b"<?xml", start, MOST_BEFORE)
    if declared >= 0:
        return declared
    root = ROOT_NAME.search(prolog, start, MOST_BEFORE)
    return root.start() if root else start
