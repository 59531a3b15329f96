"""A tenant that sends what harms: files, values, servers, half requests, wrong passwords.

Each method does its harm once and may be called over and over, side by side with the
others; what was answered is kept by kind.
"""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from factories import Tenant

DRIP_SECONDS = 5.0
STEP_SECONDS = 8.0
HALF_SENT = 40
SHOP_SECRET = "hostile-shop-secret-0123456789"
LONG_LINE = (
    '#EXTM3U\n#EXTINF:-1 tvg-id="x' + "a" * 200_000 + "\nhttp://edge.example/1\n"
)
LONG_DIGITS = (
    f'#EXTM3U\n#EXTINF:-1 tvg-chno="{"9" * 5000}" catchup-days="{"9" * 5000}",Long\n'
    "http://edge.example/2\n"
)
GUIDE = (
    '<?xml version="1.0" encoding="UTF-8"?><tv><channel id="a"><display-name>A'
    '</display-name></channel><programme channel="a" start="99991231235959 +0000"'
    ' stop="99991231235959 -1200"><title>Late</title><episode-num system="xmltv_ns">'
    f"{'9' * 5000}.{'9' * 5000}.</episode-num></programme></tv>"
)
CODECS = ("zlib", "rot13", "punycode", "hex", "unicode_escape")
ODD_ADDRESSES = (
    "http://edge.example/kanał/1.m3u8",
    "http://kanał.example/ž.m3u8",
)
"""Players are sent there by addresses of ASCII alone."""
NO_ADDRESSES = (
    "http://[::1/live.m3u8",
    "http://edge.example/a\r\nSet-Cookie: x=1",
    "javascript:alert(1)",
    "http://edge.example:99999/1",
)
DEEP_JSON = "[" * 100_000
DATES = ("9999-12-31T23:59:59", "0001-01-01T00:00:00")


@dataclass
class HostileTenant:
    """A partner of its own, and what its attacks were answered with."""

    tenant: Tenant
    user: Any
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    shop_path: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        shop = {"kind": "woocommerce", "name": "Shop", "secret": SHOP_SECRET}
        self.shop_path = self.tenant.make("/shops", **shop, currency="EUR")[
            "webhook_path"
        ]

    @contextmanager
    def attacking(self) -> Iterator[None]:
        """Do everything over and over beside the body."""
        over = threading.Event()
        with ExitStack() as stack:
            servers = stack.enter_context(slow_servers())
            attacks = self._attacks(servers)
            threads = [
                threading.Thread(target=_repeat, args=(attack, pause, over))
                for attack, pause in attacks
            ]
            for thread in threads:
                thread.start()
            try:
                yield
            finally:
                over.set()
                for thread in threads:
                    thread.join(60)

    def refused(self, kind: str) -> bool:
        """Whether attacks of a kind came through, and were refused."""
        codes = [code for what, code in self.answers if what == kind]
        return bool(codes) and all(400 <= code < 500 for code in codes)

    def server_errors(self) -> dict[tuple[str, int], int]:
        """Attacks that were answered with 500 or more."""
        return {what: n for what, n in self.answers.items() if what[1] >= 500}

    def _attacks(
        self, servers: "SlowServers"
    ) -> list[tuple[Callable[[], None], float]]:
        return [
            (self.upload_files, 5.0),
            (lambda: self.name_slow_servers(servers), 10.0),
            (self.name_odd_addresses, 3.0),
            (lambda: self.send_mail_badly(servers), 3.0),
            (self.order_badly, 2.0),
            (lambda: self.half_send("GATEWAY"), 0.5),
            (lambda: self.half_send("WEBHOOK"), 0.5),
            (self.send_deep_json, 2.0),
            (self.guess_passwords, 0.1),
            (self.sell_for_ever, 3.0),
        ]

    def upload_files(self) -> None:
        """Channel lists and guides that readers choke on."""
        for text in (LONG_LINE, LONG_DIGITS):
            self._note("channels", self._upload("/channel-imports/file", text))
        for codec in CODECS:
            text = GUIDE.replace("UTF-8", codec)
            name = {"name": "Guide", "shift_minutes": 720}
            self._note("guide", self._upload("/guide-sources/file", text, **name))

    def name_slow_servers(self, servers: "SlowServers") -> None:
        """Lists and guides by the address of a server that drips."""
        for path in ("/channel-imports", "/guide-sources"):
            body = {"name": "Drip", "address": servers.dripping}
            if path == "/channel-imports":
                del body["name"]
            self._note(path, self.tenant.api("POST", path, json=body))

    def name_odd_addresses(self) -> None:
        """Channels by odd addresses, and a player that wants to watch them."""
        api = self.tenant.api
        for number, address in enumerate((*ODD_ADDRESSES, *NO_ADDRESSES), 100):
            details = {"number": number, "name": "Odd", "address": address}
            made = api("POST", "/channels", json={"details": details})
            self._note("channel", made)
        for address in NO_ADDRESSES:
            source = {"name": "Odd", "address": address}
            self._note("no address", api("POST", "/guide-sources", json=source))
            job = {"address": address}
            self._note("no address", api("POST", "/channel-imports", json=job))
        self.watch()

    def watch(self) -> None:
        """Play what the tenant's own playlist holds, on one kept connection."""
        with requests.Session() as session:
            playlist = session.get(self.user["playlist_url"], timeout=15)
            self._note("playlist", playlist)
            links = [line for line in playlist.text.split() if line.startswith("http")]
            for link in links[:20]:
                answer = session.get(link, allow_redirects=False, timeout=15)
                self._note("play", answer)

    def send_mail_badly(self, servers: "SlowServers") -> None:
        """Mail by a server that takes its time, and by hosts that are none."""
        port = urlsplit(f"//{servers.mail}").port
        for host, password in (("127.0.0.1", "pässwörd"), ("a..b", "x")):
            transport = {
                "sender_address": "hostile@example.org",
                "sender_name": "Hostile",
                "host": host,
                "port": port,
                "username": "hostile",
                "password": password,
            }
            api = self.tenant.api
            self._note("transport", api("PUT", "/mail-transport", json=transport))
            for receiver in ("a@example.org", "b\u2028@example.org", "c\r\n@d.example"):
                body = {"receiver": receiver}
                self._note("test", api("POST", "/mail-transport/test", json=body))

    def order_badly(self) -> None:
        """Signed orders that say what cannot be."""
        number = time.monotonic_ns() % 10**9
        good = {"id": number, "number": str(number), "status": "processing"}
        mail = {"email": "x@example.org\r\nBcc: all@example.org"}
        bodies = [
            json.dumps({**good, "billing": mail, "line_items": []}).encode(),
            *(
                json.dumps({**good, "date_paid_gmt": date, "line_items": []}).encode()
                for date in DATES
            ),
            b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
            b'{"id": 1, "number": "\xff\xfe"}',
        ]
        for body in bodies:
            self._note("order", self._signed(body))
        for path in ("/orders", "/shop-deliveries"):
            self._note(path, self.tenant.api("GET", path))

    def half_send(self, part: str) -> None:
        """Heads without end and bodies that never come, many at once."""
        where = urlsplit(self.tenant.lineup.url(part))
        with ExitStack() as stack:
            for number in range(HALF_SENT):
                half = stack.enter_context(socket.socket())
                half.settimeout(5)
                half.connect((where.hostname, where.port))
                head = b"POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\n"
                if number % 2:
                    head += b"Content-Length: 1000\r\n\r\n{"
                half.sendall(head)
            time.sleep(1.0)

    def send_deep_json(self) -> None:
        """A body no parser goes to the end of."""
        address = f"{self.tenant.api.address}/api/v1/tokens"
        headers = {"Content-Type": "application/json"}
        answer = requests.post(address, DEEP_JSON, headers=headers, timeout=15)
        self._note("deep", answer)

    def guess_passwords(self) -> None:
        """A wrong player password, and a wrong one of a login."""
        base = self.tenant.api.address
        credentials = {"username": self.user["xtream"]["username"], "password": "no"}
        self._note("guess", requests.get(f"{base}/get.php", credentials, timeout=15))
        wrong = {"username": self.tenant.username, "password": "wrong"}
        self._note(
            "sign-in", requests.post(f"{base}/api/v1/tokens", json=wrong, timeout=15)
        )

    def sell_for_ever(self) -> None:
        """Plans longer than any calendar, and amounts beyond any account."""
        path = f"/products/{self.tenant.ids['product_id']}/plans"
        for length in ({"months": 99_999}, {"days": 4_000_000}, {"months": 2**31 - 1}):
            price = {"amount": "1.00", "currency": "EUR"}
            plan = {"name": "Long", "price": price, **length}
            self._note("plan", self.tenant.api("POST", path, json=plan))

    def _upload(self, path: str, text: str, **params: Any) -> requests.Response:
        file = {"file": ("file.txt", text.encode())}
        return self.tenant.api("POST", path, files=file, params=params)

    def _signed(self, body: bytes) -> requests.Response:
        digest = hmac.digest(SHOP_SECRET.encode(), body, hashlib.sha256)
        return requests.post(
            self.tenant.lineup.url("WEBHOOK") + self.shop_path,
            data=body,
            headers={
                "Content-Type": "application/json",
                "X-WC-Webhook-Topic": "order.updated",
                "X-WC-Webhook-Source": "http://[",
                "X-WC-Webhook-Delivery-ID": str(time.monotonic_ns()),
                "X-WC-Webhook-Signature": base64.b64encode(digest).decode(),
            },
            timeout=15,
        )

    def _note(self, kind: str, answer: requests.Response) -> None:
        with self._lock:
            self.answers[kind, answer.status_code] += 1


def _repeat(attack: Callable[[], None], pause: float, over: threading.Event) -> None:
    """Attack until it is over; a connection that is refused is an answer, too."""
    while not over.wait(pause):
        try:
            attack()
        except (requests.ConnectionError, OSError):
            continue


@dataclass(frozen=True)
class SlowServers:
    """Where servers of the tenant answer, each as slowly as it can."""

    dripping: str
    mail: str


@contextmanager
def slow_servers() -> Iterator[SlowServers]:
    """A web server that drips and a mail server that takes long for each step."""
    over = threading.Event()
    with ExitStack() as stack:
        web = stack.enter_context(_listening(lambda s: _drip(s, over)))
        mail = stack.enter_context(_listening(lambda s: _dawdle(s, over)))
        stack.callback(over.set)
        yield SlowServers(f"http://127.0.0.1:{web}/list.m3u", f"127.0.0.1:{mail}")


@contextmanager
def _listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server on a port of its own, a thread for each connection."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)


def _drip(connection: socket.socket, over: threading.Event) -> None:
    with connection:
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while not over.wait(DRIP_SECONDS):
                connection.sendall(b"#")
        except OSError:
            return


def _dawdle(connection: socket.socket, over: threading.Event) -> None:
    with connection:
        try:
            while not over.wait(STEP_SECONDS):
                connection.sendall(b"250 In a moment\r\n")
                if not connection.recv(4096):
                    return
        except OSError:
            return
