"""What an order costs: CPU of all processes, and how many a second keep up.

    ./lineup bench order_cost [--rate 4] [--seconds 30] [--rates 2,3,4,6,8,12,16,24]
                              [--checkout PATH] [--part cost|rate]

Whole systems are started for it, one after the other: this checkout's, and another
one's where it is named, such as an older commit with its own environment.

1. **Cost.** Orders of new buyers come in at a steady rate until each is mailed and its
   playlist is there. The user and system time of every process of the system is read
   before and after, so it holds on a busy machine, too. Beside it, at the same rate on
   the same servers, a bare path (`bare_order.py`) which does the least that the same
   facts need. The goal is at most 3 times that.
2. **Rate.** Each rate is held for a while; the last one at which the 99th percentile of
   "playlist shows it" stays under a second counts. One that fails has a second try.
   The goal is at least 4 times the other checkout's.
"""

import argparse
import queue
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from bare_order import BareOrders
from order_to_playlist import (
    CHECKOUT,
    Order,
    Player,
    Running,
    Shop,
    free_ports,
    mail_times,
    percentile,
)

MOST_TIMES = 3.0
LEAST_FASTER = 4.0
WARM_ORDERS = 20
LIMIT_MS = 1000.0
PLAYERS = 24
"""So many playlists are waited for side by side."""
POLL_SECONDS = 0.02
IDLE_SECONDS = 10.0
TRIES = 2

Cpu = dict[str, float]
"""Seconds of user and system time by process."""


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds an order, by process; what idling takes a second beside it."""

    orders: Cpu
    bare: Cpu
    idle: Cpu

    @property
    def times(self) -> float:
        """How many times the bare path."""
        return sum(self.orders.values()) / sum(self.bare.values())


def role_of(process: psutil.Process, home: str) -> str:
    """What a process is in the system of this home; empty for all others."""
    line = " ".join(process.cmdline())
    if "beam.smp" in line:
        return "rabbitmq" if home in line else ""
    if process.name().startswith("postgres"):
        return "postgres" if process.cwd().startswith(home) else ""
    if process.environ().get("LINEUP_HOME") != home:
        return ""
    if "lineup.bus.run" in line:
        return line.split("lineup.bus.run ")[1].split()[0]
    words = {
        "playlists-worker": "playlists worker",
        "gunicorn": "gateway",
        "lineup_local.mail": "mail catcher",
    }
    return next((role for word, role in words.items() if word in line), "")


def cpu_of(system: Running) -> Cpu:
    """What every process of a system has used; of those that ended, their parent."""
    used: Cpu = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error, IndexError):
            role = role_of(process, str(system.home))
            if role:
                times = process.cpu_times()
                own = times.user + times.system
                ended = times.children_user + times.children_system
                used[role] = used.get(role, 0.0) + own + ended
    return used


def between(before: Cpu, after: Cpu, units: float) -> Cpu:
    """Milliseconds for each of so many units."""
    return {
        role: (after[role] - before.get(role, 0.0)) * 1000 / units
        for role in sorted(after)
    }


class Crowd:
    """Waits for many playlists side by side, each from when it was bought."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._bought: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._shown: queue.SimpleQueue[Order | Exception] = queue.SimpleQueue()

    def see(self, orders: int) -> list[Order]:
        """That many orders, once every one of them is shown."""
        players = [threading.Thread(target=self._play) for _ in range(PLAYERS)]
        for player in players:
            player.start()
        try:
            for _ in range(orders):
                self._bought.put(self._shop.next_bought())
            return [self._next_shown() for _ in range(orders)]
        finally:
            for _ in players:
                self._bought.put(None)
            for player in players:
                player.join()

    def _next_shown(self) -> Order:
        shown = self._shown.get()
        if isinstance(shown, Exception):
            raise shown
        return shown

    def _play(self) -> None:
        address = self._shop.system.url("GATEWAY")
        while (order := self._bought.get()) is not None:
            try:
                Player(address, poll_seconds=POLL_SECONDS).wait_for(order)
                self._shown.put(order)
            except Exception as error:  # noqa: BLE001 - told to who waits
                self._shown.put(error)


def at_rate(shop: Shop, count: int, rate: float) -> list[Order]:
    """Orders at a steady rate, each once its playlist shows it."""

    def send_all() -> None:
        begun = time.perf_counter()
        for number in range(count):
            time.sleep(max(0, begun + number / rate - time.perf_counter()))
            shop.send()

    sender = threading.Thread(target=send_all)
    sender.start()
    try:
        return Crowd(shop).see(count)
    finally:
        sender.join()


def cost_of(system: Running, rate: float, seconds: float) -> Cost:
    """CPU an order, and of a bare one at the same rate on the same servers."""
    shop, count = Shop(system, system.broker.uri), round(rate * seconds)
    at_rate(shop, WARM_ORDERS, rate)
    settle(system)
    begun = cpu_of(system)
    time.sleep(IDLE_SECONDS)
    before = cpu_of(system)
    orders = at_rate(shop, count, rate)
    mail_times(system, {order.email for order in orders})
    settle(system)
    after = cpu_of(system)
    return Cost(
        orders=between(before, after, count),
        bare=bare_cost(system, count, rate),
        idle=between(begun, before, IDLE_SECONDS),
    )


def bare_cost(system: Running, count: int, rate: float) -> Cpu:
    """The same for the bare path: its own process, and what it asks of the servers."""
    with BareOrders(system) as bare:
        for _ in range(WARM_ORDERS):
            bare.take()
        before = cpu_of(system) | {"bare path": time.process_time()}
        begun = time.perf_counter()
        for number in range(count):
            time.sleep(max(0, begun + number / rate - time.perf_counter()))
            bare.take()
        after = cpu_of(system) | {"bare path": time.process_time()}
    shared = ("bare path", "postgres", "rabbitmq", "mail catcher")
    used = between(before, after, count)
    return {role: used[role] for role in shared}


def settle(system: Running, seconds: float = 60.0) -> None:
    """Wait until nothing is on its way any more."""
    end = time.monotonic() + seconds
    while not system.is_settled():
        if time.monotonic() > end:
            raise TimeoutError("The system does not settle.")
        time.sleep(0.5)


def highest_rate(system: Running, rates: list[float], seconds: float) -> float:
    """The last rate at which 99 of 100 playlists show the order within a second."""
    shop, best = Shop(system, system.broker.uri), 0.0
    at_rate(shop, WARM_ORDERS, 2)
    for rate in rates:
        if not any(_is_held(shop, rate, seconds) for _ in range(TRIES)):
            break
        best = rate
    return best


def _is_held(shop: Shop, rate: float, seconds: float) -> bool:
    try:
        settle(shop.system)
        orders = at_rate(shop, round(rate * seconds), rate)
    except TimeoutError as error:
        print(f"  {rate:6g} a second: {error}", flush=True)
        return False
    taken = [(order.shown - order.sent) * 1000 for order in orders]
    p50, p99 = percentile(taken, 50), percentile(taken, 99)
    print(f"  {rate:6g} a second: p50 {p50:7.0f} ms, p99 {p99:7.0f} ms", flush=True)
    return p99 < LIMIT_MS


@contextmanager
def a_system(checkout: Path) -> Iterator[Running]:
    """A system of a checkout for as long as the body runs."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        system = Running(Path(folder) / ".lineup", free_ports(), checkout=checkout)
        try:
            system.up()
            yield system
        finally:
            system.down()


def show_cost(cost: Cost) -> None:
    """CPU milliseconds by process, and how many times the bare path that is."""
    print(f"  {'CPU ms':20}{'an order':>10}{'bare':>10}{'idle/s':>10}")
    for role in sorted(cost.orders.keys() | cost.bare.keys()):
        columns = (cost.orders.get(role), cost.bare.get(role), cost.idle.get(role))
        row = "".join(f"{'' if c is None else f'{c:.1f}':>10}" for c in columns)
        print(f"  {role:20}{row}")
    sums = (sum(part.values()) for part in (cost.orders, cost.bare, cost.idle))
    print(f"  {'sum':20}" + "".join(f"{total:10.1f}" for total in sums))
    print(f"  {'times':20}{cost.times:10.2f}", flush=True)


def measured(checkout: Path, asked: argparse.Namespace) -> tuple[float, float]:
    """How many times the bare path, and the highest rate, of one checkout's system."""
    times = best = 0.0
    print(f"{checkout}:", flush=True)
    with a_system(checkout) as system:
        if asked.part in {None, "cost"}:
            cost = cost_of(system, asked.rate, asked.seconds)
            show_cost(cost)
            times = cost.times
        if asked.part in {None, "rate"}:
            rates = [float(rate) for rate in asked.rates.split(",")]
            best = highest_rate(system, rates, asked.seconds)
            print(f"  highest rate: {best:g} a second", flush=True)
    return times, best


def main() -> int:
    """Measure each checkout, print, and fail when a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=4)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rates", default="2,3,4,6,8,12,16,24,32")
    parser.add_argument("--checkout", type=Path, help="another one, to compare with")
    parser.add_argument("--part", choices=("cost", "rate"), help="only one of them")
    asked = parser.parse_args()
    other = 0.0
    if asked.checkout:
        _, other = measured(asked.checkout.resolve(), asked)
    times, best = measured(CHECKOUT, asked)
    print(f"times the bare path: {times:.2f} (goal: at most {MOST_TIMES:g})")
    missed = times > MOST_TIMES
    if other:
        print(f"times the other's rate: {best / other:.2f} (goal: {LEAST_FASTER:g})")
        missed |= best / other < LEAST_FASTER
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
