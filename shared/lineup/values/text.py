"""Which characters text may hold: what every store, header and document can bear."""

import re

IN_LINES = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, half characters and what XML forbids: in no text at all."""
IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""The same with tabs and line breaks: in no text of one line."""


def tidy_line(text: str, longest: int) -> str:
    """One line of up to `longest` characters, made of any text."""
    return IN_A_LINE.sub(" ", text[: longest * 2]).strip()[:longest].rstrip()
