"""An S3 server for tests: moto's, as a process of its own."""

import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

HOST = "127.0.0.1"
START_SECONDS = 60


class Buckets:
    """Makes buckets on a server that everything of AWS in this process is sent to."""

    def fresh(self) -> str:
        """The address of an empty bucket, such as `s3://lineup-1f2e`."""
        import fsspec

        url = f"s3://lineup-{uuid.uuid4().hex[:12]}"
        files, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
        files.mkdir(root)
        return url


@contextmanager
def running_s3() -> Iterator[Buckets]:
    """A server for as long as the body runs, and the environment that leads there."""
    with socket.create_server((HOST, 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen(  # noqa: S603 - the test's own server
        [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    endpoint = f"http://{HOST}:{port}"
    try:
        _wait_for(endpoint, server)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL", endpoint)
            patch.setenv("AWS_ACCESS_KEY_ID", "tests")
            patch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
            patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
            yield Buckets()
    finally:
        server.terminate()
        server.wait(START_SECONDS)


def _wait_for(endpoint: str, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            requests.get(endpoint, timeout=5)
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"No S3 server at {endpoint}.")
