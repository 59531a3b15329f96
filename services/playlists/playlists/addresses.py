"""Addresses that partners name, and what is wanted of them and came.

Apart from the fetching itself: that brings an HTTP client, some megabytes that a
process without anything to fetch does not need.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from lineup.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one fetch may take and where it may go."""

    megabytes: int
    seconds: int
    allow_private: bool = False


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An address, and what is known of its last answer.

    `what` begins the codes of refusals: <what>_unreachable, <what>_truncated,
    <what>_too_large, <what>_address_forbidden.
    """

    what: str
    address: str
    headers: Mapping[str, str]
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What came; unmodified since the last answer, nothing did."""

    is_modified: bool
    digest: str = ""
    etag: str = ""
    last_modified: str = ""


def check_address(address: str) -> str:
    """An address that can be fetched, or an empty one; Invalid otherwise."""
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise Invalid(fields={"address": ["Only http and https addresses."]})
    return address
