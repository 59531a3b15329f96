"""What the public addresses read from the environment."""

from dataclasses import dataclass

from gateway.public.connection_limits import ConnectionLimits


@dataclass(frozen=True, kw_only=True)
class PublicSettings:
    """What the public layer needs to run; names as in the environment, in capitals."""

    blob_url: str
    lineup_secret_keys: str
    public_url: str = "http://127.0.0.1:8080"
    """Base of all addresses of partners that have none of their own."""
    probe_port: int = 0
    """Where only probes and metrics are served; 0: nowhere."""
    amqp_uri: str = ""
    """Where changes are heard from; empty: caches are re-checked by time only."""
    clock_offset_file: str = ""
    accel_prefix: str = ""
    """Internal nginx location of the blob folder, such as /_blobs/: nginx then sends
    guides itself (X-Accel-Redirect). Empty: this process sends them."""
    trusted_proxies: int = 0
    """How many proxies stand in front; then all connections come from their address."""
    waiting_limit_mb: int = 2400
    """How much of requests that are not whole yet, and of answers that are not taken
    yet, a process keeps, most of it in temporary files."""
    connections_an_address: int = 100
    """How many unfinished requests and unread answers one address may have in a
    process; without a proxy in front."""
    head_seconds: int = 15
    """How long a request's head may take to arrive."""
    stream_session_seconds: int = 14_400
    """How long a grant to watch a channel is good for, where a partner says nothing."""
    stream_link_seconds: int = 14_400
    """How long an address that is signed in its query may be opened."""
    public_cache_mb: int = 128
    """How much rendered content a process keeps in memory."""
    access_log: str = ""
    """Where requests are logged, credentials masked: a file, - for standard output,
    or empty for nowhere."""
    prometheus_multiproc_dir: str = ""
    """The folder that the workers of one gateway share, which it makes itself."""
    player_tries: int = 10
    """Wrong passwords for a user name from one address before the first pause."""
    player_tries_per_name: int = 100
    """The same from all addresses where it did not work lately."""
    player_tries_per_address: int = 100
    """The same for all user names and links."""
    player_longest_pause_seconds: int = 300
    """How long pauses grow."""
    player_requests_a_minute: int = 1200
    """Of one user, a quarter of them at once; 0: without limit."""
    player_requests_a_minute_per_address: int = 12_000
    """Of all users at one address, a quarter of them at once; 0: without limit."""
    web_concurrency: int = 2
    """How many worker processes serve."""
    stock_worker: bool = False
    """Whether gunicorn's own threaded worker serves instead of ours, which leans on
    parts of gunicorn that it does not promise. Then each slow client holds a thread.
    """

    def connection_limits(self) -> ConnectionLimits:
        """How long and for how many the workers wait."""
        return ConnectionLimits(
            head_seconds=self.head_seconds,
            most_of_an_address=0
            if self.trusted_proxies
            else self.connections_an_address,
            most_bytes=self.waiting_limit_mb << 20,
        )
