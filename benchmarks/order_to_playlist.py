"""How long from a shop's order until the buyer's link shows what was bought.

    ./lineup bench order_to_playlist [--orders 200] [--rate 5] [--running]

A whole system is started for it; `--running` takes the one that is up here. Orders go
in one by one, then the same number at a steady rate. A listener on the broker notes
when each step was announced, which costs the services nothing; from the moment the
subscription is announced the playlist itself is fetched, every few milliseconds, until
it holds the channels bought. So the figure ends at what a player gets.

Beside it, in turns with the orders: as many hops over the same broker as an order
makes, by bare py-amqp, each through a quorum queue with its confirm and its
acknowledgement. The machine is shared by all of it, so read the ratio.
"""

import argparse
import gzip
import http.client
import itertools
import math
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import amqp
import msgspec

from lineup import broker
from lineup.events import exchange_of

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "tests" / "integration"))

from running import Running, a_woo_order, free_ports  # noqa: E402

STEPS = {
    "order_accepted": "billing",
    "user_changed": "accounts",
    "seats_filled": "accounts",
    "subscription_changed": "billing",
}
HOPS = 5
"""Events one after the other: delivery stored, order accepted, seats filled,
subscription changed, access changed."""
CHANNELS = 200
POLL_SECONDS = 0.004
ORDER_SECONDS = 60.0
PERCENTILES = (50, 95, 99)
Times = dict[str, list[float]]


@dataclass
class Order:
    """One order on its way; instants by `time.perf_counter`."""

    email: str
    sent: float
    sent_at: float
    """By the wall clock, for the mail catcher tells its times by that."""
    answered: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)
    token: str = ""
    shown: float = 0.0


class Watch(threading.Thread):
    """Hears every step on the broker and notes when it came."""

    def __init__(self, uri: str) -> None:
        super().__init__(daemon=True)
        self._connection = broker.connect(uri, name="watch", heartbeat=0)
        channel = self._connection.channel()
        queue = channel.queue_declare("", exclusive=True).queue
        for step, source in STEPS.items():
            channel.queue_bind(queue, exchange_of(source), step)
        channel.basic_consume(queue, no_ack=True, callback=self._hear)
        self._orders: dict[str, Order] = {}
        self._tokens: dict[str, str] = {}
        self._bought: list[Order] = []
        self._changed = threading.Condition()

    def run(self) -> None:
        """Listen until the broker ends."""
        with suppress(*broker.LOST):
            while True:
                self._connection.drain_events()

    def expect(self, order: Order) -> None:
        """Look out for an order, by its buyer's address."""
        with self._changed:
            self._orders[order.email] = order

    def next_bought(self) -> Order:
        """The next order whose subscription was announced; waits for it."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._bought, ORDER_SECONDS):
                raise TimeoutError("An order did not become a subscription.")
            return self._bought.pop(0)

    def _hear(self, message: amqp.Message) -> None:
        now = time.perf_counter()
        event = msgspec.json.decode(message.body)
        with self._changed:
            self._note(event["type"], event["state"], now)

    def _note(self, step: str, state: dict[str, Any], now: float) -> None:
        """Orders are known by their buyer, then by their id, then by their user."""
        if step == "user_changed":
            self._tokens[state["id"]] = state["token"]
            return
        order = self._orders.get(_known_by(step, state))
        if order is None:
            return
        order.steps[step] = now
        if step == "order_accepted":
            self._orders[state["id"]] = order
        elif step == "seats_filled":
            self._orders[state["seats"][0]["user_id"]] = order
        else:
            order.token = self._tokens[state["user_id"]]
            self._bought.append(order)
            self._changed.notify_all()


def _known_by(step: str, state: dict[str, Any]) -> str:
    said = {
        "order_accepted": lambda: state["buyer"]["email"],
        "seats_filled": lambda: state["id"],
        "subscription_changed": lambda: state["user_id"],
    }
    return str(said[step]())


class Player:
    """Fetches playlists as players do, over one connection that stays open."""

    def __init__(self, address: str, *, poll_seconds: float = POLL_SECONDS) -> None:
        host = urlsplit(address).netloc
        self._poll_seconds = poll_seconds
        self._connection = http.client.HTTPConnection(host, timeout=ORDER_SECONDS)

    def wait_for(self, order: Order) -> None:
        """Fetch an order's playlist until it shows the channels bought."""
        end = time.monotonic() + ORDER_SECONDS
        while self._channels(order.token) != CHANNELS:
            if time.monotonic() > end:
                raise TimeoutError(f"{order.email} does not see what was bought.")
            time.sleep(self._poll_seconds)
        order.shown = time.perf_counter()

    def _channels(self, token: str) -> int:
        path = f"/p/{token}.m3u8"
        self._connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = self._connection.getresponse()
        body = answer.read()
        return gzip.decompress(body).count(b"#EXTINF") if answer.status == 200 else 0


class Hops:
    """As many hops as an order makes, with nothing but py-amqp."""

    def __init__(self, uri: str) -> None:
        self._confirmed = broker.ConfirmingPublisher(uri, name="hops out")
        self._connection = broker.connect(uri, name="hops in", heartbeat=0)
        self._channel = self._connection.channel()
        self._queues = [f"hop-{secrets.token_hex(4)}-{hop}" for hop in range(HOPS)]
        for queue in self._queues:
            self._channel.queue_declare(
                queue, durable=True, auto_delete=False, arguments=dict(broker.QUORUM)
            )
            self._channel.basic_consume(queue, callback=self._arrived)
        self._arrivals = 0
        self._body = b"x" * 1000

    def seconds(self) -> float:
        """One message through all queues, one after the other."""
        begun = time.perf_counter()
        for hop, queue in enumerate(self._queues, self._arrivals + 1):
            content = broker.message(self._body, delivery_mode=broker.PERSISTENT)
            self._confirmed.publish("", queue, content)
            self._confirmed.confirm()
            while self._arrivals < hop:
                self._connection.drain_events(timeout=ORDER_SECONDS)
        return time.perf_counter() - begun

    def close(self) -> None:
        """Leave nothing behind."""
        broker.close(self._connection)
        for queue in self._queues:
            self._confirmed.channel.queue_delete(queue)
        self._confirmed.close()

    def _arrived(self, message: amqp.Message) -> None:
        self._channel.basic_ack(message.delivery_tag)
        self._arrivals += 1


class Shop:
    """Sends orders to a system and waits until each is a playlist."""

    def __init__(self, system: Running, uri: str) -> None:
        self.system = system
        self._watch = Watch(uri)
        self._watch.start()
        self._numbers = itertools.count(secrets.randbelow(10**9) * 1000)
        self._player = Player(system.url("GATEWAY"))

    def send(self) -> Order:
        """Deliver one order; back with the webhook's answer."""
        number = next(self._numbers)
        email = f"bench{number}@example.org"
        order = Order(email, sent=time.perf_counter(), sent_at=time.time())
        self._watch.expect(order)
        answer = self.system.order(a_woo_order(number, email), delivery=f"b{number}")
        order.answered = time.perf_counter()
        answer.raise_for_status()
        return order

    def next_bought(self) -> Order:
        """Wait for the next order to become a subscription."""
        return self._watch.next_bought()

    def see(self) -> Order:
        """Wait for the next order to be shown to its buyer."""
        order = self.next_bought()
        self._player.wait_for(order)
        return order


def one_by_one(shop: Shop, hops: Hops, count: int) -> tuple[list[Order], list[float]]:
    """Each order when the last is shown, and bare hops after each."""
    orders, bare = [], []
    for _ in range(count):
        shop.send()
        orders.append(shop.see())
        bare.append(hops.seconds())
    return orders, bare


def at_rate(shop: Shop, count: int, rate: float) -> list[Order]:
    """Orders at a steady rate, whatever becomes of them."""

    def send_all() -> None:
        begun = time.perf_counter()
        for number in range(count):
            time.sleep(max(0, begun + number / rate - time.perf_counter()))
            shop.send()

    sender = threading.Thread(target=send_all)
    sender.start()
    orders = [shop.see() for _ in range(count)]
    sender.join()
    return orders


def times_of(system: Running, orders: list[Order]) -> Times:
    """Milliseconds from sending to each step, of all orders."""
    mailed = mail_times(system, {order.email for order in orders})
    lasted: dict[str, Callable[[Order], float]] = {
        "webhook answered": lambda order: order.answered - order.sent,
        "order accepted": lambda order: order.steps["order_accepted"] - order.sent,
        "customer and user made": lambda order: (
            order.steps["seats_filled"] - order.sent
        ),
        "subscription started": lambda order: (
            order.steps["subscription_changed"] - order.sent
        ),
        "playlist shows it": lambda order: order.shown - order.sent,
        "mail out": lambda order: mailed[order.email] - order.sent_at,
    }
    return {
        name: [seconds(order) * 1000 for order in orders]
        for name, seconds in lasted.items()
    }


def mail_times(system: Running, receivers: set[str]) -> dict[str, float]:
    """When each mail arrived, once all have."""
    end = time.monotonic() + ORDER_SECONDS
    while time.monotonic() < end:
        found = {
            mail["To"][0]["Address"]: datetime.fromisoformat(mail["Created"])
            for mail in system.mails()
        }
        if receivers <= set(found):
            return {email: found[email].timestamp() for email in receivers}
        time.sleep(0.5)
    raise TimeoutError("Mails are missing.")


def percentile(values: list[float], percent: int) -> float:
    """The nearest-rank percentile."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(percent / 100 * len(ranked)) - 1)]


def show(title: str, times: Times, bare: list[float]) -> None:
    """A table of percentiles in milliseconds, and how many bare hops that is."""
    print(f"\n{title:32}" + "".join(f"{f'p{p}':>9}" for p in PERCENTILES))
    for name, values in times.items():
        row = "".join(f"{percentile(values, p):9.1f}" for p in PERCENTILES)
        print(f"  {name:30}{row}")
    row = "".join(f"{percentile(bare, p):9.1f}" for p in PERCENTILES)
    print(f"  {f'{HOPS} bare hops':30}{row}")
    shown = times["playlist shows it"]
    ratios = [percentile(shown, p) / percentile(bare, p) for p in PERCENTILES]
    print(f"  {'playlist / bare hops':30}" + "".join(f"{r:9.1f}" for r in ratios))


@contextmanager
def a_system() -> Iterator[Running]:
    """A system of its own for as long as the body runs."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        system = Running(Path(folder) / ".lineup", free_ports())
        try:
            system.up()
            yield system
        finally:
            system.down()


def compared(system: Running, count: int, rate: float) -> None:
    """Measure and print."""
    shop, hops = Shop(system, system.broker.uri), Hops(system.broker.uri)
    one_by_one(shop, hops, 10)
    orders, bare = one_by_one(shop, hops, count)
    hurried = at_rate(shop, count, rate)
    hops.close()
    bare = [seconds * 1000 for seconds in bare]
    print(f"{count} orders each; milliseconds from the moment an order is sent")
    show("one by one", times_of(system, orders), bare)
    show(f"{rate:g} a second", times_of(system, hurried), bare)


def main() -> None:
    """Measure a system of its own, or one that runs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5)
    parser.add_argument("--running", action="store_true", help="use what is up")
    asked = parser.parse_args()
    with nullcontext(Running.found()) if asked.running else a_system() as system:
        compared(system, asked.orders, asked.rate)


if __name__ == "__main__":
    main()
