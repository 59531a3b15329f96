"""Addresses tenants typed, as they may stand in a header field.

They are checked where they are entered; what is stored already, or came some other way,
is made safe here, at the last step: one bad address is one channel's matter.
"""

import re
from functools import lru_cache

from werkzeug.urls import iri_to_uri

from lineup.values.addresses import NO_STREAM

READY = re.compile(
    r"https?://[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*(?::\d{1,4})?/[!$-;=?-Z_a-z~]*"
)
"""What needs nothing done; nearly every address is so."""
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
URI = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30})://"
    r"(?:[!$&-.0-;=A-Z_a-z~%]*@)?"
    r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d+)?(?:[/?#][!#-;=?-Z_a-z~\[\]]*)?"
)
"""A scheme, a host, and visible ASCII."""
LONGEST = 8000
"""More than that, players do not take in a header field."""


def as_uri(address: str) -> str | None:
    """The address as ASCII: IRI to URI, the host by IDNA; None if it is no address."""
    return address if READY.fullmatch(address) else _converted(address)


@lru_cache(maxsize=4096)
def _converted(address: str) -> str | None:
    if CONTROL.search(address):
        return None
    try:
        uri = iri_to_uri(address.strip())
    except ValueError:  # a bracket missing, a port that is none, an impossible name
        return None
    found = URI.fullmatch(uri) if len(uri) <= LONGEST else None
    return uri if found and found["scheme"].lower() not in NO_STREAM else None
