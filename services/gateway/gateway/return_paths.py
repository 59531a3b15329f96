"""Where a browser may be sent back to: a path of this site, and nowhere else."""

import re

VISIBLE = re.compile(r"/[!-\[\]-~]*")
"""Visible ASCII without the backslash, which browsers read as a slash."""
LONGEST = 2000


def return_path(address: str) -> str | None:
    """The address if it is a path of this site; None if a browser might leave by it.

    Browsers drop tabs and line ends, and read what begins with two slashes as the name
    of another site; programs that put addresses together drop empty parts. So a path
    with two slashes in a row is refused wherever they stand.
    """
    path = address.partition("?")[0].partition("#")[0]
    if len(address) > LONGEST or "//" in path:
        return None
    return address if VISIBLE.fullmatch(address) else None
