"""An image holds one service with what it needs, and nothing that is of use to others."""

import hashlib
import re
import subprocess

import pytest

from lineup_local.checks import uv
from lineup_local.containers.images import SERVICES, name_of
from lineup_local.settings import CHECKOUT

COMPILERS = "gcc cc c++ g++ clang tcc make uv"
LIST = "from importlib.metadata import distributions as d; print(*(f'{x.name}=={x.version}' for x in d()))"

DIGESTS = """
import hashlib, pathlib, sys, sysconfig
top = pathlib.Path(sysconfig.get_path("purelib"))
found = [path for name in sys.argv[1:] for path in (top / name).rglob("*.py")]
told = (f"{p.relative_to(top)} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in found)
print(*sorted(told), sep="\\n")
"""


@pytest.fixture
def run(images):
    """Run a program in an image as strictly as the compose file does."""

    def run(image, *words, seconds=60):
        strict = ["--read-only", "--network=none", "--cap-drop=ALL"]
        entry = [f"--entrypoint={words[0]}", name_of(image), *words[1:]]
        return images.run("run", "--rm", *strict, *entry, seconds=seconds)

    return run


def locked_for(package):
    """What uv.lock names for a service alone, as uv tells it."""
    words = ["--frozen", "--no-dev", "--no-hashes", "--no-header", "--no-annotate"]
    told = subprocess.run(
        [uv(), "export", "--quiet", *words, "--all-extras", "--package", package],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    lines = [line.split(";")[0].strip() for line in told.splitlines()]
    return {canonical(line) for line in lines if "==" in line}


def canonical(requirement):
    name, version = requirement.split("==")
    return f"{re.sub('[-_.]+', '-', name).lower()}=={version}"


@pytest.mark.feature("OP-01")
@pytest.mark.parametrize("service", SERVICES)
def test_it_holds_what_is_locked_for_its_service_and_nothing_else(run, service):
    found = {canonical(each) for each in run(service, "python", "-c", LIST).split()}
    own = {each for each in found if each.split("==")[0] in {*SERVICES, "lineup"}}
    assert {each.split("==")[0] for each in own} == {service, "lineup"}
    assert found - own <= locked_for(service)


@pytest.mark.parametrize("service", SERVICES)
def test_it_holds_the_code_of_this_checkout(run, service):
    folders = {service: CHECKOUT / "services" / service, "lineup": CHECKOUT / "shared"}
    here = sorted(
        f"{path.relative_to(folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for package, folder in folders.items()
        for path in (folder / package).rglob("*.py")
    )
    there = run(service, "python", "-c", DIGESTS, *folders)
    assert there.splitlines() == here


@pytest.mark.feature("OP-20")
@pytest.mark.parametrize("service", SERVICES)
def test_it_runs_as_nobody_special_and_builds_nothing(run, service):
    asked = (
        f"id -u; for each in {COMPILERS}; do command -v $each; done; touch /app/x; true"
    )
    assert run(service, "sh", "-c", asked).split() == ["10001"]


@pytest.mark.parametrize("service", SERVICES)
def test_it_says_what_it_is_and_how_to_ask_it(inspected, service):
    told = inspected(service)["Config"]
    assert told["Labels"]["org.opencontainers.image.title"] == f"Lineup: {service}"
    assert told["Labels"]["org.opencontainers.image.revision"]
    assert told["Entrypoint"] == ["lineup"]  # no shell in between: signals arrive
    assert told["Cmd"] == ["run", service]
    assert told["Healthcheck"]["Test"] == ["CMD", "lineup", "probe", service]


@pytest.mark.feature("OP-13")
@pytest.mark.parametrize("service", SERVICES)
def test_its_command_has_the_tasks_of_its_service(run, service):
    assert f"lineup SERVICE  {service}\n" in run(service, "lineup")


def test_the_gateway_brings_what_browsers_load_and_its_quick_parser(run):
    assert "tabler.css" in run("gateway", "ls", "/assets")
    assert run("gateway", "python", "-c", "import gunicorn_h1c") == ""
