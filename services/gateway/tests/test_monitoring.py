"""What the gateway tells whoever watches it, over all its worker processes."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from gateway import count_folder
from gateway.settings import GatewaySettings, probe_bind
from lineup import tracing
from lineup.secrets import make_key
from lineup.spans import Collector
from lineup.testing.ports import free_port

NOBODY = "/p/nobodynobody.m3u8"


@contextmanager
def gateway(folder):
    """The gateway as `lineup run gateway` starts it: its port and its probe port."""
    port, probes, nowhere = (free_port() for _ in range(3))
    environment = {
        **os.environ,
        "AMQP_URI": f"amqp://guest:guest@127.0.0.1:{nowhere}/",
        "BLOB_URL": folder.as_uri(),
        "LINEUP_SECRET_KEYS": make_key(),
        "GATEWAY_ADDRESS": f"127.0.0.1:{port}",
        "PROBE_PORT": str(probes),
        "TRUSTED_PROXIES": "1",
        "LOG_LEVEL": "ERROR",
        "TMPDIR": str(folder),
    }
    command = [sys.executable, "-m", "lineup.command", "run", "gateway"]
    process = subprocess.Popen(command, env=environment)
    try:
        until(lambda: requests.get(f"http://127.0.0.1:{port}/livez", timeout=5).ok)
        yield port, probes
    finally:
        process.terminate()
        process.wait(timeout=30)


def until(condition, seconds=90):
    end = time.monotonic() + seconds
    while True:
        try:
            if found := condition():
                return found
        except (requests.ConnectionError, requests.Timeout):
            pass
        assert time.monotonic() < end
        time.sleep(0.05)


def scraped(probes):
    text = requests.get(f"http://127.0.0.1:{probes}/metrics", timeout=5).text
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture(scope="module")
def ports(other_processes, tmp_path_factory):
    with gateway(tmp_path_factory.mktemp("gateway")) as ports:
        yield ports


def value(probes, name, **labels):
    return scraped(probes).get(
        (name, *sorted({"service": "gateway", **labels}.items()))
    )


def test_what_all_workers_answered_adds_up(ports):
    port, probes = ports
    for _ in range(8):  # connections go to either worker, later requests the quick way
        with requests.Session() as connection:
            for _ in range(5):
                connection.get(f"http://127.0.0.1:{port}{NOBODY}", timeout=5)

    count = {"kind": "public", "endpoint": "link"}
    answered = until(
        lambda: (
            value(probes, "lineup_requests_total", outcome="refused", **count) == 40
        ),
    )
    assert answered
    timed = scraped(probes)
    assert value(probes, "lineup_request_duration_seconds_count", **count) == 40
    buckets = Counter()
    for (name, *labels), number in timed.items():
        if (
            name == "lineup_request_duration_seconds_bucket"
            and ("endpoint", "link") in labels
        ):
            buckets[dict(labels)["le"]] += number
    assert buckets["+Inf"] == 40
    assert max(buckets.values()) == 40


def test_pages_and_calls_that_find_nobody_are_told(ports):
    port, probes = ports
    signing_in = requests.post(
        f"http://127.0.0.1:{port}/api/v1/tokens",
        json={"username": "somebody", "password": "a long password"},
        timeout=10,
    )
    requests.get(f"http://127.0.0.1:{port}/no-such-page", timeout=10)

    assert signing_in.status_code == 503
    away = value(
        probes, "lineup_calls_total", target="accounts", verb="sign_in", outcome="away"
    )
    assert away == 1
    unknown = {"kind": "http", "endpoint": "unknown", "outcome": "refused"}
    assert value(probes, "lineup_requests_total", **unknown) >= 1
    assert value(probes, "lineup_ready", check="broker") == 0


def test_metrics_are_told_at_the_probe_port_only(ports):
    port, probes = ports

    assert requests.get(f"http://127.0.0.1:{probes}/metrics", timeout=5).ok
    outside = requests.get(
        f"http://127.0.0.1:{port}/metrics",
        headers={
            "Host": f"127.0.0.1:{probes}",
            "X-Forwarded-Host": f"127.0.0.1:{probes}",
            "X-Forwarded-Port": str(probes),
        },
        timeout=5,
    )
    assert outside.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/sign-in",
        "/api/v1/errors",
        "/help",
        NOBODY,
        "/player_api.php",
        "/assets/x",
    ],
)
def test_the_probe_port_serves_nothing_but_probes_and_metrics(ports, path):
    _, probes = ports
    with requests.Session() as kept:  # the second request may take the quick way
        for _ in range(2):
            inside = kept.get(f"http://127.0.0.1:{probes}{path}", timeout=5)
            assert (inside.status_code, inside.text) == (
                404,
                "There is nothing here.\n",
            )
            assert kept.get(f"http://127.0.0.1:{probes}/livez", timeout=5).ok


def test_what_others_may_ask_without_a_login_is_whether_it_lives(ports):
    port, probes = ports
    rpc_request = {
        (name, path): requests.get(
            f"http://127.0.0.1:{where}{path}", timeout=5
        ).status_code
        for name, where in (("main", port), ("probes", probes))
        for path in ("/livez", "/readyz")
    }

    assert rpc_request == {
        ("main", "/livez"): 200,
        ("main", "/readyz"): 404,
        ("probes", "/livez"): 200,
        ("probes", "/readyz"): 503,  # there is no broker here
    }


def test_probes_are_told_to_this_machine_only_unless_said_otherwise(ports):
    _, probes = ports

    with pytest.raises(ConnectionRefusedError):  # whoever listens everywhere answers
        socket.create_connection(("127.0.0.2", probes), timeout=5)


@pytest.mark.parametrize(
    ("address", "bind"),
    [
        ("127.0.0.1", "127.0.0.1:8090"),
        ("0.0.0.0", "0.0.0.0:8090"),
        ("::1", "[::1]:8090"),
    ],
)
def test_the_probe_port_listens_where_it_is_told(address, bind):
    attributes = {"amqp_uri": "", "lineup_secret_keys": "", "blob_url": ""}
    settings = GatewaySettings(**attributes, probe_address=address, probe_port=8090)

    assert probe_bind(settings) == bind


def test_counts_leave_with_the_process(tmp_path, other_processes):
    with gateway(tmp_path):
        assert list(tmp_path.glob("lineup_gateway_*"))

    assert not list(tmp_path.glob("lineup_gateway_*"))


def test_counts_of_a_killed_gateway_are_cleared_by_the_next(tmp_path):
    holding = "import sys; from pathlib import Path; from gateway import count_folder"
    holding += "; print(count_folder.begin(Path(sys.argv[1])), flush=True); input()"
    command = [sys.executable, "-c", holding, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as killed:
        left = Path(killed.stdout.readline().strip())
        (left / "counter_1.db").write_bytes(b"counts")
        beside = Path(count_folder.begin(tmp_path))
        assert left.exists()
        killed.kill()

    own = Path(count_folder.begin(tmp_path))

    assert set(tmp_path.iterdir()) == {beside, own}


@pytest.fixture
def traced(collector, monkeypatch):
    """This process as one whose spans are collected; sent when `flush` is called."""
    sent = Collector(collector.endpoint, "gateway")
    monkeypatch.setattr(tracing.Collection, "collector", sent)
    return collector


def test_a_request_and_the_calls_it_makes_are_one_trace(traced, services, client):
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    signing_in = client.post(
        "/api/v1/tokens",
        json={"username": "partner", "password": "right"},
        headers={"traceparent": parent, "X-Request-ID": "traced-request"},
    )
    assert signing_in.status_code == 201, signing_in.text
    tracing.flush()

    ((context, _),) = services.calls_of("accounts.sign_in")
    rpc_request = traced.spans["gateway.tokens.create_token"]
    called = traced.spans["accounts.sign_in"]
    assert rpc_request.trace_id.hex() == called.trace_id.hex() == parent.split("-")[1]
    assert rpc_request.parent_span_id.hex() == parent.split("-")[2]
    assert called.parent_span_id == rpc_request.span_id
    assert context.traceparent.split("-")[2] == called.span_id.hex()
    attributes = {a.key: a.value.string_value for a in called.attributes}
    assert attributes == {"lineup.request_id": "traced-request", "lineup.outcome": "ok"}
