"""What tells one channel list from another: where it came from, without secrets."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

LONGEST = 500
SECRET = re.compile(r"pass|token|key|auth|secret|sig|expires?|^e$|^st$", re.IGNORECASE)


def origin_of(address: str, file_name: str) -> str:
    """The address without passwords and marks of time, or the name of a file."""
    if not address:
        return f"file:{file_name}"[:LONGEST] if file_name else ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address[:LONGEST]
    kept = [pair for pair in parse_qsl(parts.query) if not SECRET.search(pair[0])]
    host = parts.netloc.rpartition("@")[2].lower()
    return f"{host}{parts.path}?{urlencode(kept)}"[:LONGEST]
