"""How long a dealer with 5,000 subscribers takes to be gone from every service.

    ./lineup bench dealer_deletion [--subscribers 5000] [--no-kills]

A whole system is started for it, and a dealer made whose subscribers have a login, a
user, a subscription that runs, and money on their balance each. It is deleted, with its
balances paid out; accounts is killed with -9 when a third of its customers are deleted,
billing when half of its subscriptions are stopped. It is over when no service has
anything of it left, every event is consumed and every playlist's fact is written. The
goal is 60 s on an idle machine; the CPU seconds of all processes say what others' load
does not change, and how far the panel said it was is printed, too.
"""

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

import psutil
from order_cost import Cpu, a_system, role_of
from order_to_playlist import CHECKOUT, Running
from subscribers import Dealer

GOAL_SECONDS = 60.0
LONGEST_SECONDS = 1800.0
LOOK_SECONDS = 0.25


class Watch:
    """Adds up what the processes of a system use, those that are killed included."""

    def __init__(self, system: Running) -> None:
        self._home = str(system.home)
        self._first: dict[tuple[int, float], float] = {}
        self._last: dict[tuple[int, float], tuple[str, float]] = {}
        self._since = time.time()

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Look again and again while the body runs."""
        is_over = threading.Event()

        def look_on() -> None:
            while not is_over.wait(LOOK_SECONDS):
                self.look()

        self.look()
        thread = threading.Thread(target=look_on)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()
            self.look()

    def look(self) -> None:
        """Note what each process has used until now."""
        for process in psutil.process_iter():
            with suppress(psutil.Error, IndexError):
                if role := role_of(process, self._home):
                    self._note(process, role)

    def _note(self, process: psutil.Process, role: str) -> None:
        key = process.pid, process.create_time()
        times = process.cpu_times()
        used = times.user + times.system
        is_new = process.create_time() >= self._since
        self._first.setdefault(key, 0.0 if is_new else used)
        self._last[key] = role, used

    def used(self) -> Cpu:
        """CPU seconds by role."""
        total: Cpu = {}
        for key, (role, used) in self._last.items():
            total[role] = total.get(role, 0.0) + used - self._first[key]
        return dict(sorted(total.items(), key=lambda item: -item[1]))


def wait_until(condition: Callable[[], bool], begun: float) -> float:
    """Seconds since the beginning when it holds."""
    while not condition():
        if time.perf_counter() - begun > LONGEST_SECONDS:
            raise TimeoutError("It is never gone.")
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - begun


def delete(dealer: Dealer, subscribers: int, *, is_killed: bool) -> dict[str, float]:
    """Delete a dealer; the seconds after which each step was done."""
    system, steps = dealer.system, dict[str, float]()
    begun = time.perf_counter()
    job = dealer.delete()

    def customers_done() -> int:
        with suppress(OSError, AssertionError):
            job.update(dealer.job(job["id"]))
        return int(job["customers_done"])

    if is_killed:
        steps["accounts killed"] = wait_until(
            lambda: customers_done() >= subscribers // 3, begun
        )
        system.kill("accounts")
        steps["billing killed"] = wait_until(
            lambda: dealer.left("billing", "subscriptions") <= subscribers // 2, begun
        )
        system.kill("billing")

    def is_deleted() -> bool:
        return customers_done() >= subscribers and job["state"] == "done"

    def is_gone(service: str) -> bool:
        return not dealer.remains(service)

    steps["the panel says deleted"] = wait_until(is_deleted, begun)
    for service in ("accounts", "billing", "notifications", "playlists"):
        steps[f"nothing left in {service}"] = wait_until(
            partial(is_gone, service), begun
        )
    steps["nothing left anywhere"] = wait_until(
        lambda: system.is_settled() and not dealer.remains(), begun
    )
    return steps


def show(steps: dict[str, float], used: Cpu) -> None:
    """Print what it took."""
    for step, seconds in steps.items():
        print(f"  {step:30}{seconds:8.1f} s")
    print(f"  {'CPU seconds':30}{sum(used.values()):8.1f} in all")
    for role, seconds in used.items():
        print(f"    {role:28}{seconds:8.1f}")
    print(f"  load {os.getloadavg()[0]:.1f}")


def main() -> int:
    """Fill, delete, print, and fail where it takes longer than the goal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--subscribers", type=int, default=5000)
    parser.add_argument("--no-kills", action="store_true", help="let all live")
    asked = parser.parse_args()
    with a_system(CHECKOUT) as system:
        dealer = Dealer.begin(system, "many")
        dealer.fill(asked.subscribers)
        watch = Watch(system)
        with watch.looking():
            steps = delete(dealer, asked.subscribers, is_killed=not asked.no_kills)
        print(f"{asked.subscribers} subscribers, left of them: {dealer.remains()}")
        show(steps, watch.used())
    return int(steps["nothing left anywhere"] > GOAL_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
