"""How long a call takes: gateway's client -> Nameko service, beside a bare echo server.

    python benchmarks/rpc_round_trip.py [--rounds 30] [--calls 100]

Both are measured in turns in one run: our RpcClient to a service process on our bus,
and the same client to an echo server of a few lines of py-amqp without any framework.
The difference is what Nameko, eventlet, decoding and letting in cost. Needs a broker:
LINEUP_TEST_RABBITMQ, an AMQP address. The goal is at most 1.4 times the bare server.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import amqp

from lineup import broker, wire
from lineup.context import SELLERS, Actor, Call, Context, Role
from lineup.database import Database
from lineup.rpc import RpcClient
from lineup.verbs import Kind, Request, handles_call, verb

URI = os.environ.get("LINEUP_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672")
NAME = os.environ.setdefault("BENCH_NAME", "bench" + uuid.uuid4().hex[:8])
"""Of the service; the processes that this one starts know it by the environment."""
GOAL = 1.4


@dataclass(frozen=True, kw_only=True)
class Said:
    """A small reply."""

    note: str


@verb(NAME, Kind.READ, allowed=SELLERS)
class Echo(Request[Said]):
    """A small request."""

    note: str


@handles_call(Echo)
def echo(_database: Database, call: Call[Echo]) -> Said:
    """What was asked."""
    return Said(note=call.request.note)


SERVICE = """
import rpc_round_trip
from lineup.bus import Service

class Bench(Service):
    name = rpc_round_trip.NAME
    operations = (rpc_round_trip,)
"""


def serve_bare(uri: str, name: str) -> None:
    """Answer every call with a constant, as directly as py-amqp can."""
    connection = broker.connect(uri, name=name)
    channel = connection.channel()
    channel.exchange_declare(
        wire.RPC_EXCHANGE, "topic", durable=True, auto_delete=False
    )
    channel.queue_declare(f"rpc-{name}", auto_delete=True)
    channel.queue_bind(f"rpc-{name}", wire.RPC_EXCHANGE, f"{name}.*")
    body = wire.encode_result(Said(note="hello"))

    def answer(message: amqp.Message) -> None:
        properties = message.properties
        content = broker.message(body, correlation_id=properties["correlation_id"])
        broker.publish(channel, wire.RPC_EXCHANGE, properties["reply_to"], content)
        channel.basic_ack(message.delivery_tag)

    channel.basic_consume(f"rpc-{name}", callback=answer)
    while True:
        connection.drain_events()


@contextmanager
def servers() -> Iterator[None]:
    """Both servers, each a process, for as long as the body runs."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, f"{NAME}.py").write_text(SERVICE)
        environment = {
            **os.environ,
            "PYTHONPATH": f"{folder}:{Path(__file__).parent}",
            "AMQP_URI": URI,
            "DATABASE_URI": "postgresql://nobody@127.0.0.1:1/nothing",
            "LINEUP_SECRET_KEYS": "A" * 43 + "=",
            "LOG_LEVEL": "CRITICAL",
        }
        bare = [sys.executable, __file__, "--serve", f"{NAME}bare"]
        nameko = [sys.executable, "-m", "lineup.bus.run", f"{NAME}:Bench"]
        started = [subprocess.Popen(each, env=environment) for each in (bare, nameko)]
        try:
            yield
        finally:
            for server in started:
                server.terminate()
                server.wait(30)


def measure(rpc: RpcClient, service: str, calls: int) -> float:
    """The median seconds of a round of calls."""
    context = Context(actor=Actor(role=Role.PARTNER, scopes=("/",)))
    taken = []
    for _ in range(calls):
        begun = time.perf_counter()
        asked = Echo(note="hello")
        rpc.call(service, "echo", context, asked, reply_type=Said).reply()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def wait_for(rpc: RpcClient, service: str) -> None:
    """Until the server answers, a minute at most."""
    end = time.monotonic() + 60
    while True:
        try:
            measure(rpc, service, 1)
        except Exception:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def compared(rounds: int, calls: int) -> tuple[float, float]:
    """The median milliseconds to the service and to the bare server, in turns."""
    rpc = RpcClient(URI)
    services = [NAME, f"{NAME}bare"]
    taken: list[list[float]] = [[], []]
    for service in services:
        wait_for(rpc, service)
        measure(rpc, service, calls)
    for _ in range(rounds):
        for service, times in zip(services, taken, strict=True):
            times.append(measure(rpc, service, calls))
    rpc.close()
    return statistics.median(taken[0]) * 1000, statistics.median(taken[1]) * 1000


def main() -> int:
    """Measure, print, and fail when the goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--serve", help="be the bare server of this name")
    asked = parser.parse_args()
    if asked.serve:
        serve_bare(URI, asked.serve)
    with servers():
        nameko, bare = compared(asked.rounds, asked.calls)
    times = nameko / bare
    print(f"bare py-amqp echo    {bare:.2f} ms")
    print(f"Nameko endpoint          {nameko:.2f} ms")
    print(f"times                {times:.2f} (goal: at most {GOAL})")
    return int(times > GOAL)


if __name__ == "__main__":
    sys.exit(main())
