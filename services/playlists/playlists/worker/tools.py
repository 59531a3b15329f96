"""What jobs work with, and the same for every process that does them."""

import os
import secrets
import socket
from dataclasses import dataclass

from lineup.blobs import BlobStore
from lineup.clock import clock_for
from lineup.database import Database, connect
from lineup.secrets import Keyring
from playlists.addresses import Limits
from playlists.settings import PlaylistsSettings


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What jobs work with."""

    database: Database
    blobs: BlobStore
    keyring: Keyring
    settings: PlaylistsSettings
    worker: str
    """The name this worker holds its jobs by; no other has it."""

    def limits(self, megabytes: int) -> Limits:
        """How far a fetch may go."""
        return Limits(
            megabytes=megabytes,
            seconds=self.settings.fetch_seconds,
            allow_private=self.settings.allow_private_sources,
        )


def tools_for(settings: PlaylistsSettings, worker: str = "") -> Tools:
    """What jobs of this process work with; it holds them by a name of its own.

    A process that does a job for `worker` bears its name.
    """
    clock = clock_for(settings.clock_offset_file)
    own = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    return Tools(
        database=Database(connect(settings.database_uri), clock),
        blobs=BlobStore(settings.blob_url),
        keyring=Keyring.of(settings.lineup_secret_keys),
        settings=settings,
        worker=worker or own,
    )
