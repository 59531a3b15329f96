"""Tags: what tells two states of a thing apart, for callers who change what they saw.

Whoever sends the tag of what it has seen is refused where that is no longer so. A tag
is made of all that is shown, so both ends get the same from the same view.
"""

import hashlib
from typing import Any

import msgspec

LENGTH = 32


def tag_of(view: Any) -> str:
    """The tag of a view, the same in every process.

    Fields that its class names as UNTAGGED change by time alone, and are left out.
    """
    said = msgspec.to_builtins(view)
    for name in getattr(view, "UNTAGGED", ()):
        said.pop(name, None)
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:LENGTH]
