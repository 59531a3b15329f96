"""`docker compose up` is the demo, hardened, and what dies in it comes back."""

import os
import re
import subprocess

import pytest
from running import CHECKOUT
from tours import TOUR_SECONDS, tour

from .conftest import HEALTHY_SECONDS, OWN, STANDING

HERE, THERE = "./lineup demo", "docker compose run --rm --no-deps demo variables"
ROLES = ("accounts", "billing", "playlists", "notifications")
TASKS = [
    ("accounts", "messages list", "There are no failed messages."),
    ("accounts", "migrate", "schema is up to date"),
    ("billing", "billing check-ledger", "The ledger is correct."),
    ("playlists", "playlists resync", " republished."),
    ("notifications", "notifications send-due", " messages attempted."),
    ("gateway", "gateway codes", "subscription_active"),
]
SAY_HELLO = """
import os, psycopg2
uri = os.environ["DATABASE_URI"].rsplit("/", 1)[0] + "/" + "{database}"
try:
    psycopg2.connect(uri, connect_timeout=5).close()
    print("entered")
except psycopg2.OperationalError as error:
    print(error)
"""


@pytest.mark.timeout(TOUR_SECONDS + 60)
@pytest.mark.parametrize("shop", ["woocommerce", "shopify"])
def test_the_tour_goes_as_printed(system, shop):
    assert THERE in (CHECKOUT / "README.md").read_text()
    code = "\n".join(tour(shop)).replace(HERE, THERE)
    docker = f'docker() {{ shift; {" ".join(system.compose.command)} "$@"; }}\n'
    said = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", docker + code],
        check=False,
        env={**os.environ, **system.compose.engine.environment()},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=TOUR_SECONDS,
    )

    assert said.returncode == 0, said.stdout[-3000:] + said.stderr[-3000:]
    assert re.search("m3u8|200", said.stdout)
    assert said.stdout.strip().endswith("\n8"), said.stdout


@pytest.mark.feature("OP-18")
def test_the_demo_is_filled_once(system):
    system.compose.up()
    assert system.compose.run("logs", "demo").count("Lineup is up.") >= 2


@pytest.mark.feature("OP-20")
@pytest.mark.parametrize("service", STANDING)
def test_nothing_may_do_more_than_it_must(system, service):
    found = system.compose.container(service)
    host = found["HostConfig"]
    assert found["Config"]["User"] not in {"", "0", "root", "0:0"}
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["RestartPolicy"]["Name"] == "unless-stopped"
    assert min(host["Memory"], host["NanoCpus"], host["PidsLimit"]) > 0


@pytest.mark.feature("OP-01")
@pytest.mark.parametrize("service", ROLES)
def test_no_service_enters_anothers_database(system, service):
    def said(database):
        code = SAY_HELLO.format(database=database)
        return system.compose.run("exec", "-T", service, "python", "-c", code)

    assert said(service) == "entered\n"
    for other in {*ROLES} - {service}:
        assert "permission denied for database" in said(other)


@pytest.mark.feature("OP-13")
@pytest.mark.parametrize(("service", "task", "said"), TASKS)
def test_the_operators_tasks_work_inside(system, service, task, said):
    words = ("exec", "-T", service, "lineup", *task.split())
    assert said in system.compose.run(*words)


@pytest.mark.timeout(2 * HEALTHY_SECONDS)
@pytest.mark.parametrize(
    "killed", [OWN, ("rabbitmq",), ("postgres",), ("mailpit",)], ids="+".join
)
def test_what_is_killed_comes_back_and_all_are_healthy(system, killed):
    system.wait_until_healthy(*STANDING)
    before = {name: system.restarts(name) for name in killed}
    system.kill(*killed)
    system.wait_until_healthy(*STANDING)
    assert {
        name: system.restarts(name) - before[name] for name in killed
    } == dict.fromkeys(killed, 1)


@pytest.mark.feature("OP-16")
@pytest.mark.timeout(2 * HEALTHY_SECONDS)
def test_a_stop_lets_services_finish(system):
    system.compose.run("stop", *OWN, seconds=HEALTHY_SECONDS)
    codes = {name: system.state(name)["ExitCode"] for name in OWN}
    system.compose.run("start", *OWN, seconds=HEALTHY_SECONDS)
    system.wait_until_healthy(*STANDING)
    assert codes == dict.fromkeys(OWN, 0)
