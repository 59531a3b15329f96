"""Work in a copy: queries go side by side, blocking work aside, timers in each."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from drill import Ask, DrillService, TimerService, WebService
from sqlalchemy import text
from waits import no_longer_than, wait_for

from lineup.bus import endpoints_of
from lineup.context import SELLERS, Context


def test_queries_run_side_by_side(service, drill):
    service()
    drill.echo(Context(), Ask())

    with no_longer_than(1.8):
        slow = [drill.sleep_in_sql.later(Context(), Ask(seconds=0.6)) for _ in range(6)]
        for answer in slow:
            answer.reply()


def test_without_a_green_driver_nothing_starts():
    code = (
        "import lineup.bus.run as run, psycopg2.extensions as driver;"
        "run.assert_green(); driver.set_wait_callback(None); run.assert_green()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 1
    assert "not green" in ended.stderr


def test_blocking_work_in_a_thread_holds_up_nobody(service, drill):
    copy = service()
    hog = drill.hog.later(Context(), Ask(seconds=1.5))

    with no_longer_than(1.2):
        assert drill.echo(Context(), Ask(note="quick")).note == "quick"
        live = requests.get(f"http://127.0.0.1:{copy.port}/livez", timeout=2)
    assert live.status_code == 200
    hog.reply()


def test_probes_answer_while_all_workers_are_busy(service, drill):
    copy = service(MAX_WORKERS="2")
    busy = [drill.wait.later(Context(), Ask(seconds=1.5)) for _ in range(4)]

    with no_longer_than(1):
        assert copy.ready()

    for answer in busy:
        answer.reply()


def test_a_timer_that_fails_goes_on(service, effects):
    copy = service("TimerService")

    wait_for(lambda: len(effects("tick")) >= 3, what="three turns")

    assert copy.process.poll() is None
    assert "a timer that fails" in copy.output()


@pytest.mark.feature("OP-07")
def test_a_lonely_timer_never_runs_in_two_copies_at_once(service, effects, engine):
    service("TimerService")
    service("TimerService")
    select = text(
        "SELECT consumer FROM effects WHERE consumer LIKE 'lonely%' ORDER BY seq"
    )

    def turns():
        with engine.connect() as connection:
            return list(connection.execute(select).scalars())

    before = len(turns())
    wait_for(lambda: len(turns()) >= before + 7, what="three turns with both copies")

    seen = turns()
    assert seen[0::2] == ["lonely begins"] * len(seen[0::2])
    assert seen[1::2] == ["lonely ends"] * len(seen[1::2])


def test_turns_side_by_side_wait_long_and_take_no_worker_from_calls(
    service, effects, drill
):
    service("TogetherService", MAX_WORKERS="2")

    wait_for(lambda: len(effects("met")) == 4, what="all four turns at once")

    assert drill.echo(Context(), Ask(note="still there")).note == "still there"


def test_a_timer_ends_before_the_process_does(service, engine):
    copy = service("TimerService")
    select = text("SELECT consumer FROM effects WHERE consumer LIKE 'lonely%'")

    def lonely():
        with engine.connect() as connection:
            return list(connection.execute(select).scalars())

    wait_for(lambda: lonely().count("lonely begins"), what="a begin")
    assert copy.end() == 0
    assert lonely().count("lonely begins") == lonely().count("lonely ends")


def test_http_is_answered_and_shows_no_internals(service):
    copy = service("WebService")
    address = f"http://{copy.web}/notes"

    good = requests.post(f"{address}/paid", data="body", timeout=5)
    broken = requests.post(
        f"{address}/broken", headers={"X-Request-Id": "f00d"}, timeout=5
    )
    taken = requests.post(f"{address}/taken", timeout=5)
    unknown = requests.get(f"{address}/paid", timeout=5)

    assert (good.status_code, good.text) == (200, "bodypaid")
    assert (broken.status_code, broken.headers["X-Request-Id"]) == (500, "f00d")
    assert "secret" not in broken.text
    assert (taken.status_code, taken.json()["code"]) == (409, "note_taken")
    assert unknown.status_code == 405
    assert copy.output().count("endpoint_failed") == 1


def test_a_request_in_work_is_answered_before_the_process_ends(service):
    copy = service("WebService")
    address = f"http://{copy.web}/notes/slow"
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(requests.post, address, data="x", timeout=10)
        wait_for(lambda: "begun slow" in copy.output(), what="the begin")

        assert copy.end() == 0

    assert asked.result().text == "xslow"


def test_every_door_can_be_listed():
    found = {endpoint.name: endpoint for endpoint in endpoints_of(DrillService)}

    assert found["for_sellers"].allowed == SELLERS
    assert found["for_sellers"].request_type is Ask
    assert found["on_note_changed"].address == ("drill", "note_changed")
    assert {endpoint.name for endpoint in endpoints_of(TimerService)} >= {
        "tick",
        "lonely_tick",
    }
    addresses = {endpoint.address for endpoint in endpoints_of(WebService)}
    assert ("POST", "/notes/<kind>") in addresses


def test_missing_settings_are_named_at_the_start():
    ended = subprocess.run(
        [sys.executable, "-m", "lineup.bus.run", "drill:DrillService"],
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 1
    assert "AMQP_URI" in ended.stderr
    assert "DATABASE_URI" in ended.stderr


def test_secrets_of_the_settings_are_in_no_log(service, drill):
    copy = service(LOG_LEVEL="DEBUG")
    drill.echo(Context(), Ask())
    with pytest.raises(Exception, match="request"):
        drill.break_down(Context(), Ask(note="x"))
    copy.end()

    assert copy.key not in copy.output()
    assert "guest:guest" not in copy.output()
