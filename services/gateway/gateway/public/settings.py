"""What the public addresses read from the environment."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PublicSettings:
    """What the public layer needs to run; names as in the environment, in capitals."""

    blob_url: str
    lineup_secret_keys: str
    public_url: str = "http://127.0.0.1:8080"
    """Base of all addresses of partners that have none of their own."""
    amqp_uri: str = ""
    """Where changes are heard from; empty: caches are re-checked by time only."""
    clock_offset_file: str = ""
    accel_prefix: str = ""
    """Internal nginx location of the blob folder, such as /_blobs/: nginx then sends
    guides itself (X-Accel-Redirect). Empty: this process sends them."""
    stream_link_seconds: int = 60
    """How long a signed stream address may be opened."""
    public_cache_mb: int = 128
    """How much rendered content a process keeps in memory."""
    access_log: str = ""
    """Where requests are logged, credentials masked: a file, - for standard output,
    or empty for nowhere."""
    web_concurrency: int = 2
    """How many worker processes serve."""
