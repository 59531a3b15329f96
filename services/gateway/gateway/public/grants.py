"""Grants: who may play which channel until when, as a part of a signed path.

A grant stands behind the folder of a channel's source, so that every variant and
segment which a playlist names relatively is asked for under it, too:

    /hls/one/~<stem>~<start>~<user>~<proof>~<channel>~<until>~<any|own>~<mark>/index.m3u8

`deploy/streaming/session.conf` is the other side: it holds the mark against the path.
"""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import md5
from hmac import compare_digest
from urllib.parse import quote, unquote_to_bytes, urlsplit, urlunsplit

LIVE = 0
"""The start of a grant that is for what is shown now."""
PROOF_LENGTH = 8
SLASHES = re.compile(rb"/{2,}")
GRANTED = re.compile(
    r"(?P<granted>(?P<folder>.*)/~(?P<stem>[^/~]*)~(?P<start>\d{1,12})~(?P<user>[^/~]+)"
    r"~(?P<proof>[\w-]{8})~(?P<channel>\d{1,15})~(?P<until>\d{1,12})~(?P<bound>any|own))"
    r"~(?P<mark>[\w-]{22})/(?P<file>(?P=stem).*)",
    re.ASCII | re.DOTALL,
)
PLAYLISTS = (".m3u8", ".mpd")


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What a user may play."""

    stream_id: str
    username: str
    proof: str
    """Differs when the user's password does."""
    until: int
    start: int = LIVE
    stem: str = ""
    """What the names of its files begin with; empty: all of the folder."""
    address: str = ""
    """The only network address that it serves; empty: any."""

    def text(self) -> str:
        """The grant as it stands in a path, without its mark."""
        parts = (
            quote(self.stem, safe=""),
            self.start,
            quote(self.username, safe=""),
            self.proof,
            self.stream_id,
            self.until,
            "own" if self.address else "any",
        )
        return "~" + "~".join(map(str, parts))


@dataclass(frozen=True, kw_only=True, slots=True)
class Presented:
    """A grant that came back, and the folder it stands behind; not believed yet."""

    grant: Grant
    folder: str
    granted: bytes
    """What its mark is of."""
    mark: str

    def is_marked_by(self, secret: str) -> bool:
        """Whether we gave it."""
        mark = _mark(self.granted, self.grant.address, secret)
        return compare_digest(mark, self.mark)


def session_address(uri: str, grant: Grant, secret: str) -> str:
    """The address of a source with a grant in its path."""
    parts = urlsplit(uri)
    folder, _, file = parts.path.rpartition("/")
    granted = f"{folder}/{grant.text()}"
    mark = _mark(_plain(granted), grant.address, secret)
    return urlunsplit(parts._replace(path=f"{granted}~{mark}/{file}"))


def presented(target: str, address: str) -> Presented | None:
    """The grant in what was asked for; None when there is none."""
    path = target.partition("?")[0]
    found = GRANTED.fullmatch(_plain(path).decode("utf-8", "replace"))
    if found is None:
        return None
    grant = Grant(
        stream_id=found["channel"],
        username=found["user"],
        proof=found["proof"],
        until=int(found["until"]),
        start=int(found["start"]),
        stem=found["stem"],
        address=address if found["bound"] == "own" else "",
    )
    return Presented(
        grant=grant,
        folder=found["folder"],
        granted=found["granted"].encode(),
        mark=found["mark"],
    )


def folder_of(uri: str) -> str:
    """The folder a source lies in, as nginx sees it."""
    plain = _plain(urlsplit(uri).path)
    return plain.decode("utf-8", "replace").rpartition("/")[0]


def stem_of(uri: str, shared: str) -> str:
    """What the files of a source begin with: `shared`, else anything in its folder.

    What is no playlist is a single file, so the whole name is its own beginning.
    """
    name = _plain(urlsplit(uri).path).decode("utf-8", "replace").rpartition("/")[2]
    stem = shared if name.lower().endswith(PLAYLISTS) else name
    return stem.partition("~")[0]


def proof_of(username: str, password: str, secret: str) -> str:
    """A short text that only the holder of the secret can make of credentials."""
    text = f"{username.lower()} {password} {secret}".encode()
    return _base64(md5(text, usedforsecurity=False).digest())[:PROOF_LENGTH]


def _plain(path: str) -> bytes:
    """A path as nginx has it in $uri: percent-decoded, without empty parts."""
    return SLASHES.sub(b"/", unquote_to_bytes(path))


def _mark(granted: bytes, address: str, secret: str) -> str:
    text = b"%b %b %b" % (granted, address.encode(), secret.encode())
    return _base64(md5(text, usedforsecurity=False).digest())


def _base64(digest: bytes) -> str:
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
