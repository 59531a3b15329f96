"""A running Lineup, and what a test may do to it and ask of it from outside."""

import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import requests

from lineup.testing.ports import free_row
from lineup_local.environment import WITH_DATABASE, installation
from lineup_local.port_choice import as_running
from lineup_local.rabbitmq import RabbitMQ
from lineup_local.settings import Settings, read

CHECKOUT = Path(__file__).resolve().parents[2]
UP_SECONDS = 240
DOWN_SECONDS = 60
PORTS = (
    "POSTGRES",
    "RABBITMQ",
    "RABBITMQ_MANAGEMENT",
    "RABBITMQ_NODE",
    "RABBITMQ_EPMD",
    "MAIL",
    "MAIL_HTTP",
    "GATEWAY",
    "WEBHOOK",
    "STREAM",
    "STREAM_ORIGIN",
)
PROBES = 6


def free_ports() -> dict[str, str]:
    """A port for each part and six for probes, one after another."""
    first = free_row(len(PORTS) + PROBES)
    names = [*PORTS, "PROBE"]
    return {f"LINEUP_{name}_PORT": str(first + i) for i, name in enumerate(names)}


def until(condition: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """Wait for something to become true; what it became."""
    end = time.monotonic() + seconds
    last: object = None
    while time.monotonic() < end:
        try:
            if value := condition():
                return value
        except requests.RequestException as error:
            last = error
        time.sleep(0.1)
    raise AssertionError(f"Not within {seconds} s: {what} (last: {last!r})")


def make_databases(server: str) -> None:
    """A bare database for each service that has one."""
    connection = psycopg2.connect(f"{server}/postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        for name in WITH_DATABASE:
            cursor.execute(f"CREATE DATABASE {name}")
    connection.close()


class Running:
    """One Lineup."""

    def __init__(
        self, home: Path, ports: dict[str, str], *, checkout: Path = CHECKOUT
    ) -> None:
        self.home = home
        self.checkout = checkout
        self.ports = ports
        self.environment = {
            **os.environ,
            **ports,
            "LINEUP_HOME": str(home),
            "LINEUP_DEMO_CUSTOMERS": "0",
        }
        self.log = home.parent / "up.log"
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def found(cls) -> "Running":
        """The system this environment names, which somebody else started."""
        settings = as_running(read())
        ports = {Settings.name_of(name): str(at) for name, at in settings.ports.items()}
        system = cls(settings.home, ports)
        system._read_demo()
        return system

    def up(self) -> None:
        """Start, and wait until the demo is there."""
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [self.checkout / "lineup", "up"],
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.checkout,
            )
        end = time.monotonic() + UP_SECONDS
        while "Lineup is up" not in self.log.read_text(errors="replace"):
            if self._process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"Not up:\n{self.log.read_text()[-6000:]}")
            time.sleep(0.3)
        self._read_demo()

    def _read_demo(self) -> None:
        self.demo = json.loads((self.home / "demo.json").read_text())

    def down(self) -> None:
        """End it as Ctrl-C would."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(DOWN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        subprocess.run(
            [self.checkout / "lineup", "forget"],
            env=self.environment,
            check=False,
            timeout=DOWN_SECONDS,
        )

    def command(self, *words: str, **options: Any) -> str:
        """What `./lineup …` prints; fails when it does."""
        return subprocess.run(
            [self.checkout / "lineup", *words],
            env=self.environment,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
            timeout=180,
            **options,
        ).stdout

    def url(self, name: str) -> str:
        """Where a part answers."""
        return f"http://127.0.0.1:{self.ports[f'LINEUP_{name}_PORT']}"

    def kill(self, service: str) -> None:
        """kill -9 a service's process and all it started."""
        found = self._processes(service)
        children = [
            child for process in found for child in process.children(recursive=True)
        ]
        for process in [*found, *children]:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def wait_until_ready(self) -> None:
        """Wait until every service says that it is ready, after any were killed."""
        first = int(self.ports["LINEUP_PROBE_PORT"])
        ports = range(first, first + PROBES)
        until(lambda: all(map(_is_ready, ports)), "every service to be ready")

    def freeze(self, service: str) -> None:
        """kill -STOP a service: it is there and does nothing."""
        for process in self._processes(service):
            process.suspend()

    def thaw(self, service: str) -> None:
        """Let a frozen service go on."""
        for process in self._processes(service):
            process.resume()

    def set_clock(self, instant: datetime) -> None:
        """Let every service's clock stand at `instant`, and go on from there."""
        ahead = (instant - datetime.now(UTC)).total_seconds()
        beside = self.home / "clock.new"
        beside.write_text(str(ahead))
        beside.replace(self.home / "clock")

    @property
    def broker(self) -> RabbitMQ:
        """Its private RabbitMQ."""
        return RabbitMQ(read(self.environment))

    def restart_broker(self) -> None:
        """kill -9 the broker and start it again."""
        self.broker.kill()
        self.broker.start()
        self.broker.wait()

    def _processes(self, service: str) -> list[psutil.Process]:
        words = ["-m", "lineup.bus.run", service]
        if service == "gateway":
            words = ["gunicorn"]
        if service == "playlists-worker":
            words = ["playlists-worker"]
        found = [
            process
            for process in psutil.process_iter(["cmdline"])
            if _has(process, words) and self._is_ours(process)
        ]
        assert found, f"no process of {service}"
        return found

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            environment = process.environ()
        except psutil.Error:
            return False
        return environment.get("LINEUP_HOME") == str(self.home)

    def sign_in(self, username: str, password: str) -> "Api":
        """The REST API as one login."""
        answer = requests.post(
            f"{self.url('GATEWAY')}/api/v1/tokens",
            json={"username": username, "password": password},
            timeout=10,
        )
        answer.raise_for_status()
        return Api(self.url("GATEWAY"), answer.json()["token"])

    def partner(self) -> "Api":
        """The REST API as the demo partner."""
        return self.sign_in(
            self.demo["partner_username"], self.demo["partner_password"]
        )

    def order(
        self, body: bytes, *, delivery: str = "d1", sent: bytes | None = None
    ) -> requests.Response:
        """Deliver a WooCommerce order, signed with the demo shop's secret.

        `sent` goes out in place of what was signed.
        """
        key = self.demo["woocommerce_secret"].encode()
        signature = base64.b64encode(hmac.digest(key, body, hashlib.sha256)).decode()
        return requests.post(
            self.url("WEBHOOK") + self.demo["woocommerce_path"],
            data=body if sent is None else sent,
            headers={
                "Content-Type": "application/json",
                "X-WC-Webhook-Topic": "order.updated",
                "X-WC-Webhook-Delivery-ID": delivery,
                "X-WC-Webhook-Signature": signature,
            },
            timeout=10,
        )

    def mails(self) -> list[dict[str, Any]]:
        """The newest mails that were caught."""
        answer = requests.get(
            f"{self.url('MAIL_HTTP')}/api/v1/messages?limit=5000", timeout=10
        )
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    def receivers(self) -> list[str]:
        """Whom mails went to, one entry a mail; a repeated Message-ID counts once."""
        found = {mail["MessageID"]: mail["To"][0]["Address"] for mail in self.mails()}
        return list(found.values())

    def queues(self) -> list[dict[str, Any]]:
        """The broker's queues with how many messages lie in each."""
        answer = requests.get(f"{self.broker.management_uri}/api/queues", timeout=10)
        queues: list[dict[str, Any]] = answer.json()
        return queues

    def is_settled(self) -> bool:
        """Whether every outbox and every event queue is empty."""
        services = ("accounts", "billing", "playlists")
        if any(self.rows(s, "SELECT 1 FROM outbox LIMIT 1") for s in services):
            return False
        return not any(
            queue.get("messages") for queue in self.queues() if "evt-" in queue["name"]
        )

    def database_uri(self, service: str) -> str:
        """Where a service keeps its data."""
        return installation(read(self.environment)).database_uris[service]

    def rows(
        self, service: str, statement: str, *values: Any, **named: Any
    ) -> list[tuple[Any, ...]]:
        """Ask a service's own database; what that changes, stays."""
        connection = psycopg2.connect(self.database_uri(service))
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, named or values)
                found = cursor.fetchall()
            connection.commit()
            return found
        finally:
            connection.close()


def _is_ready(port: int) -> bool:
    answer = requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2)
    return answer.status_code == 200


def _has(process: psutil.Process, words: list[str]) -> bool:
    line = " ".join(process.info["cmdline"] or [])
    return " ".join(words) in line and "lineup_local." not in line


class Api:
    """One login at the REST API."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def __call__(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(
            method, f"{self.address}/api/v1{path}", timeout=15, **options
        )

    def get(self, path: str, **query: Any) -> Any:
        """Read; fails on anything but success."""
        answer = self("GET", path, params=query)
        assert answer.ok, answer.text
        return answer.json()

    def every(self, path: str, **query: Any) -> list[Any]:
        """Every row of a list."""
        page = self.get(path, limit=200, **query)
        rows = page["items"]
        while page["next_after"]:
            page = self.get(path, limit=200, after=page["next_after"], **query)
            rows += page["items"]
        return rows


def a_woo_order(number: int, email: str | None = None, **changed: Any) -> bytes:
    """A paid order for a month of Family."""
    order = {
        "id": number,
        "number": str(number),
        "status": "processing",
        "currency": "EUR",
        "total": "15.00",
        "date_modified_gmt": "2026-03-02T10:15:05",
        "date_paid_gmt": "2026-03-02T10:15:04",
        "billing": {
            "first_name": "Order",
            "last_name": f"Number {number}",
            "email": email or f"buyer{number}@example.org",
        },
        "line_items": [
            {
                "id": 66,
                "name": "Family",
                "product_id": 40,
                "variation_id": 0,
                "quantity": 1,
                "subtotal": "15.00",
                "total": "15.00",
                "total_tax": "0.00",
                "sku": "FAMILY-1M",
            }
        ],
        "refunds": [],
    }
    return json.dumps({**order, **changed}).encode()
