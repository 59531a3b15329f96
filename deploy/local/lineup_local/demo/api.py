"""The REST API as the demo speaks it: the same endpoints a partner's programmer has."""

import time
from collections.abc import Mapping
from typing import Any

import requests

from lineup.ids import new_id

LIMIT_SECONDS = 15
BUSY = {502, 503, 504}
"""What a slow machine answers while it starts; a repeat does no harm."""
BUSY_LIMIT_SECONDS = 90
JOB_SECONDS = 120


class DemoRefused(Exception):  # noqa: N818
    """The platform said no to something the demo needs."""


class Api:
    """One signed-in login at one Lineup."""

    def __init__(self, address: str, username: str, password: str) -> None:
        self._base = f"{address}/api/v1"
        self._session = requests.Session()
        signed = self.post("/tokens", username=username, password=password)
        self._session.headers["Authorization"] = f"Bearer {signed['token']}"

    def act_through(self, link_id: str) -> None:
        """Be, from now on, the reseller that this link of its company makes it."""
        self._session.headers["Lineup-Link"] = link_id

    def get(self, path: str, **query: Any) -> Any:
        """Read."""
        return self._send("GET", path, params=query)

    def post(self, path: str, **body: Any) -> Any:
        """Create or act."""
        return self._send("POST", path, json=body)

    def put(self, path: str, **body: Any) -> Any:
        """Replace."""
        return self._send("PUT", path, json=body)

    def upload(self, path: str, name: str, content: bytes, **query: Any) -> Any:
        """Send a file."""
        return self._send("POST", path, params=query, files={"file": (name, content)})

    def finished(self, job: Mapping[str, Any]) -> Mapping[str, Any]:
        """Wait until a job is done; DemoRefused says why it failed."""
        end = time.monotonic() + JOB_SECONDS
        while job["state"] in {"queued", "running"}:
            if time.monotonic() > end:
                raise DemoRefused(f"{job['kind']} took too long.")
            time.sleep(0.2)
            job = self.get(f"/jobs/{job['id']}")
        if job["state"] != "done":
            raise DemoRefused(f"{job['kind']}: {job['message']}")
        return job

    def _send(self, method: str, path: str, **options: Any) -> Any:
        answer = self._patiently(method, path, options)
        if not answer.ok:
            raise DemoRefused(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def _patiently(
        self, method: str, path: str, options: dict[str, Any]
    ) -> requests.Response:
        """The answer; asked again under the same key while all are busy."""
        headers = {"Idempotency-Key": new_id().hex} if method == "POST" else {}
        end = time.monotonic() + BUSY_LIMIT_SECONDS
        while True:
            answer = self._session.request(
                method,
                self._base + path,
                timeout=LIMIT_SECONDS,
                headers=headers,
                **options,
            )
            if answer.status_code not in BUSY or time.monotonic() > end:
                return answer
            time.sleep(1)
