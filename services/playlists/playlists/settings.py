"""What playlists reads from the environment, and the only place that does."""

from dataclasses import dataclass

from lineup.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class PlaylistsSettings(ServiceSettings):
    """The blob store, and the limits on what is read from elsewhere."""

    blob_url: str
    """A folder or a bucket (`s3://…`) for uploads and everything rendered."""
    allow_private_sources: bool = False
    """Fetch from loopback and private addresses too: for one machine, and tests."""
    guide_max_megabytes: int = 4096
    """The longest guide that is read, unpacked."""
    playlist_max_megabytes: int = 64
    """The longest playlist that is imported."""
    fetch_seconds: int = 1800
    """How long one fetch may take in all."""
    job_slots: int = 3
    """How many jobs a worker does at once, of as many partners."""
    job_seconds: float = 3600
    """How long a job may take in all; then its process is ended and it fails."""
    job_megabytes: int = 400
    """How much memory the process of a job may have."""
    job_lease_seconds: int = 30
    """How long a silent worker keeps its job before another takes it over."""
