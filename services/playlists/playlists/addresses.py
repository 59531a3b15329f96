"""Addresses that partners name, and what is wanted of them and came.

Apart from the fetching itself: that brings an HTTP client, some megabytes that a
process without anything to fetch does not need.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lineup.errors import Invalid
from lineup.outbound import Resolve, look_up
from lineup.values.addresses import web_address
from lineup.values.bad_value import BadValueError


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one fetch may take and where it may go."""

    megabytes: int
    seconds: float
    """From the first look-up to the last byte."""
    allow_private: bool = False
    head_seconds: float = 60
    """Until the answer begins, all redirects counted."""
    pace_seconds: float = 60
    """In every such stretch at least `pace_bytes` must come, but in the last."""
    pace_bytes: int = 256 << 10
    resolve: Resolve = look_up


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An address, and what is known of its last answer.

    `what` begins the codes of refusals: <what>_unreachable, <what>_truncated,
    <what>_too_large, <what>_too_slow, <what>_address_forbidden.
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
    address: str = ""
    """Where it came from in the end, all redirects followed."""


def check_address(address: str) -> str:
    """An address that can be fetched, or an empty one; Invalid otherwise."""
    try:
        return web_address(address) if address else ""
    except BadValueError as error:
        raise Invalid(
            code=error.code,
            fields={"address": [error.message]},
            details={"codes": {"address": [error.code]}},
        ) from None
