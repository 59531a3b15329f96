"""What the fast path leans on of gunicorn and prometheus_client is there as it was.

Where this fails after an upgrade, read the parts it names before pinning the version.
"""

import ast
import inspect
import os
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import requests
from gunicorn.workers.base import Worker
from prometheus_client import CollectorRegistry, Histogram

from gateway.public import buffering_worker, connections, private_parts, worker
from gateway.public.private_parts import TConn, ThreadWorker, observe_many
from lineup.secrets import make_key

PROJECT = Path(__file__).parents[2] / "pyproject.toml"

STATE = {
    ThreadWorker: {
        "alive", "cfg", "keepalived_conns", "log", "max_requests", "nr", "nr_conns",
        "poller", "worker_connections", "wsgi",
    },
    TConn: {
        "cfg", "client", "data_ready", "initialized", "parser", "server", "sock",
        "timeout",
    },
}  # fmt: skip
"""What they keep and we read or write."""

METHODS = {
    ThreadWorker: {
        "_keepalive_after": ["self", "conn", "keepalive"],
        "accept": ["self", "listener"],
        "enqueue_req": ["self", "conn"],
        "finish_request": ["self", "conn", "fs"],
        "init_process": ["self"],
        "load_wsgi": ["self"],
        "murder_pending": ["self"],
        "on_client_socket_readable": ["self", "conn", "client"],
        "wait_for_and_dispatch_events": ["self", "timeout"],
    },
    TConn: {
        "__init__": ["self", "cfg", "sock", "client", "server"],
        "close": ["self", "graceful"],
        "set_timeout": ["self"],
    },
}
"""What they do and we call or do otherwise, with what it is given."""

OURS = {ThreadWorker: [worker, buffering_worker], TConn: [connections]}
WHOLE = {ThreadWorker: [ThreadWorker, Worker], TConn: [TConn]}


def tree(thing):
    return ast.parse(inspect.cleandoc("\n" + inspect.getsource(thing)))


def own_names(things, context=(ast.Load, ast.Store)):
    """The names that `self.…` is read or written by."""
    return {
        node.attr
        for thing in things
        for node in ast.walk(tree(thing))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        and isinstance(node.ctx, context)
    }


def declared_above(things):
    """The names of `super().…`."""
    return {
        node.attr
        for thing in things
        for node in ast.walk(tree(thing))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "super"
    }


@pytest.mark.parametrize("base", [ThreadWorker, TConn])
def test_what_it_keeps_is_kept_by_that_name(base):
    assert STATE[base] <= own_names(WHOLE[base], ast.Store)


@pytest.mark.parametrize("base", [ThreadWorker, TConn])
def test_what_it_does_takes_what_it_took(base):
    takes = {
        name: list(inspect.signature(getattr(base, name)).parameters)
        for name in METHODS[base]
    }

    assert takes == METHODS[base]


@pytest.mark.parametrize("base", [ThreadWorker, TConn])
def test_nothing_else_is_leaned_on(base):
    theirs = own_names(WHOLE[base]) | set(vars(base)) | set(vars(Worker))
    used = own_names(OURS[base]) | declared_above(OURS[base])
    names = STATE[base] | set(METHODS[base])

    assert (used & theirs) - names == set()


def test_each_version_is_pinned_to_the_one_that_was_read():
    declared = tomllib.loads(PROJECT.read_text())["project"]["dependencies"]

    for name, pinned in private_parts.PINNED.items():
        assert f"{name}=={pinned}" in declared
        assert version(name) == pinned


def test_many_are_observed_as_one_by_one():
    seen = [0.5, 0.5, 3.0, 12.0]
    counts = [2, 1, 1]
    signatures = []
    for observe in (
        lambda times: [times.observe(one) for one in seen],
        lambda times: observe_many(times, counts, sum(seen)),
    ):
        registry = CollectorRegistry()
        times = Histogram("t", "T.", registry=registry, buckets=(1, 5))
        observe(times)
        samples = next(iter(registry.collect())).samples
        signatures.append(
            [(s.name, s.labels, s.value) for s in samples if s.name != "t_created"]
        )

    assert signatures[0] == signatures[1]


@pytest.mark.parametrize(
    ("declared", "chosen"),
    [
        ({}, "gateway.public.worker.QuickWorker"),
        ({"STOCK_WORKER": "false"}, "gateway.public.worker.QuickWorker"),
        ({"STOCK_WORKER": "true"}, "gthread"),
    ],
)
def test_the_stock_worker_is_a_setting(tmp_path, declared, chosen):
    environment = {
        "AMQP_URI": "amqp://nobody",
        "BLOB_URL": tmp_path.as_uri(),
        "LINEUP_SECRET_KEYS": make_key(),
        "TMPDIR": str(tmp_path),
    }
    code = "from gateway import gunicorn_conf; print(gunicorn_conf.worker_class)"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={**os.environ, **environment, **declared},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout.strip() == chosen


def test_the_stock_worker_serves_the_same(filled, gunicorn, tmp_path_factory):
    answers = []
    for options in ((), ("-k", "gthread")):
        folder = tmp_path_factory.mktemp("gunicorn")
        with (
            gunicorn(folder, filled, *options) as (port, _),
            requests.Session() as session,
        ):
            address = f"http://127.0.0.1:{port}"
            whole = session.get(address + filled.link, timeout=10)
            tag = {"If-None-Match": whole.headers["ETag"]}
            same = session.get(address + filled.link, headers=tag, timeout=10)
            page = session.get(f"{address}/page", timeout=10)
            posted = session.post(f"{address}/echo", data=b"hello", timeout=10)
            missing = session.get(f"{address}/p/nobody.m3u8", timeout=10)
        answers.append(
            [
                (one.status_code, one.content, one.headers.get("ETag"))
                for one in (whole, same, page, posted, missing)
            ]
        )

    assert answers[0] == answers[1]
    assert [status for status, *_ in answers[0][:4]] == [200, 304, 200, 200]
