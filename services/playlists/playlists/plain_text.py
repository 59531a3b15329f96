"""Text without what no screen shows and what databases and XML cannot hold."""

import re

CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]+"
)
IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]+")


def in_one_line(text: str) -> str:
    """Text whose control characters and line ends are blanks, if it has any."""
    if CONTROLS.search(text) is None:
        return text
    return CONTROLS.sub(" ", text).strip()
