"""A Lineup of two copies of everything, replaced one by one as a cluster would do it."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import requests
from running import Api, Running, make_databases, until

from lineup.command.migrations import migrate
from lineup.testing.ports import free_port
from lineup_local import assets
from lineup_local.demo.fill import fill
from lineup_local.demo.here import demo_installation
from lineup_local.environment import installation
from lineup_local.servers import Servers
from lineup_local.settings import read
from lineup_local.up import SERVICES

STARTING_SECONDS = 90
STOPPING_SECONDS = 50
LAST_WORDS = 5000
UNTIL_NOBODY_SENDS_SECONDS = 0.5
"""As the preStop hook of a pod, but nobody in here is slow to hear of it."""


@dataclass
class Copy:
    """One process of a service and where it answers."""

    service: str
    process: "subprocess.Popen[bytes]"
    probes: int
    endpoint: int
    """Where HTTP is answered: pages and players, or webhooks."""

    def is_ok(self, probe: str) -> bool:
        """Whether a probe answers that all is well."""
        address = f"http://127.0.0.1:{self.probes}/{probe}"
        try:
            return requests.get(address, timeout=10).status_code == 200
        except (requests.ConnectionError, requests.Timeout):
            return False


class Cluster(Running):
    """Two copies of each service on the servers of one home."""

    copies: list[Copy]

    def start_all(self, stack: ExitStack) -> None:
        """Start the servers and every copy, and fill the demo."""
        settings = read(self.environment)
        self.installation = installation(settings)
        self.copies = []
        servers = Servers(settings)
        stack.enter_context(servers.in_use())
        make_databases(servers.postgres.uri)
        for name, uri in self.installation.database_uris.items():
            migrate(name, uri)
        self.installation.blobs.mkdir()
        assets.install()
        (self.home / "logs").mkdir()
        self._mail = self._run("mail", [sys.executable, "-m", "lineup_local.mail"], {})
        stack.callback(self.stop_all)  # before the servers, as everything in a stack
        for number in range(2):
            for service in SERVICES:
                self.copies.append(self.begin(service, is_first=number == 0))
        for copy in self.copies:
            self.wait_for(copy)
        with patch.dict(os.environ, self.environment):
            fill(demo_installation(self.installation))
        self._read_demo()

    def stop_all(self) -> None:
        """End every process."""
        processes = [self._mail, *(copy.process for copy in self.copies)]
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(STOPPING_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

    def begin(self, service: str, *, is_first: bool = False) -> Copy:
        """Start one more copy; the first answers where the installation says."""
        endpoints = {
            "gateway": self.installation.settings.gateway_port,
            "billing": self.installation.settings.webhook_port,
        }
        endpoint = (
            endpoints[service] if is_first and service in endpoints else free_port()
        )
        probes = free_port()
        environment = {
            "PROBE_PORT": str(probes),
            "GATEWAY_ADDRESS": f"127.0.0.1:{endpoint}",
            "WEBHOOK_ADDRESS": f"127.0.0.1:{endpoint}",
            "WEB_CONCURRENCY": "1",
        }
        command = [sys.executable, "-m", "lineup.command", "run", service]
        return Copy(service, self._run(service, command, environment), probes, endpoint)

    def wait_for(self, copy: Copy) -> None:
        """Wait until a copy is ready; where it ended instead, what it logged last."""

        def is_ready() -> bool:
            log = self.home / "logs" / f"{copy.service}.log"
            assert copy.process.poll() is None, log.read_text()[-LAST_WORDS:]
            return copy.is_ok("readyz")

        until(is_ready, f"{copy.service} ready", STARTING_SECONDS)

    def replace(self, old: Copy) -> int:
        """A new copy is ready before the old one is told to stop; how that ended."""
        new = self.begin(old.service)
        self.wait_for(new)
        self.copies.append(new)
        self.copies.remove(old)
        time.sleep(UNTIL_NOBODY_SENDS_SECONDS)
        old.process.send_signal(signal.SIGTERM)
        return old.process.wait(STOPPING_SECONDS)

    def of(self, service: str) -> list[Copy]:
        """The copies that requests are sent to."""
        return [copy for copy in self.copies if copy.service == service]

    def url(self, name: str) -> str:
        """Where a part answers: any copy, as a balancer would choose."""
        service = {"GATEWAY": "gateway", "WEBHOOK": "billing"}.get(name)
        if service is None:
            return super().url(name)
        return f"http://127.0.0.1:{random.choice(self.of(service)).endpoint}"

    def get(self, api: Api, path: str) -> requests.Response:
        """One call of the API by a connection of its own to any copy."""
        headers = {"Authorization": api.session.headers["Authorization"]}
        address = f"{self.url('GATEWAY')}/api/v1{path}"
        return requests.get(address, headers=headers, timeout=15)

    def _run(
        self, name: str, command: list[str], environment: dict[str, str]
    ) -> "subprocess.Popen[bytes]":
        with Path(self.home / "logs" / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                env={
                    **self.environment,
                    **self.installation.environment_for(name),
                    **environment,
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


@dataclass
class Load:
    """What goes on all the time, so many times a second, and what came of it."""

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def going_on(self, **kinds: tuple[float, Callable[[], str]]) -> Iterator[None]:
        """Do each kind `(times a second, what)` beside the body; the body waits."""
        threads = [
            threading.Thread(target=self._keep_on, args=(kind, *work))
            for kind, work in kinds.items()
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join(60)

    def of(self, kind: str) -> dict[str, int]:
        """How often each answer came."""
        return {
            outcome: n for (what, outcome), n in self.answers.items() if what == kind
        }

    def _keep_on(self, kind: str, rate: float, act: Callable[[], str]) -> None:
        while not self._over.wait(1 / rate):
            try:
                outcome = act()
            except requests.RequestException as error:
                outcome = type(error).__name__
            self.answers[kind, outcome] += 1


def status_text(answer: Any) -> str:
    """An answer's status, in text."""
    return str(answer.status_code)
