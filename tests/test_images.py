"""The images of the services are made alike, and their secrets are made anew."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SERVICES = ("accounts", "billing", "playlists", "notifications", "gateway")
SECRET = re.compile(r"^(\w+(?:_KEYS|_PASSWORD))=(.*)$", re.MULTILINE)
REQUIRED = re.compile(r"\$\{(\w+)")
UV = re.compile(r"UV_VERSION ?= ?\"?([\d.]+)")
DOCUMENTED = re.compile(r"^(\w+)=", re.MULTILINE)


def dockerfile(service):
    return (ROOT / "services" / service / "Dockerfile").read_text()


def common(service):
    """A Dockerfile without what stands under "Only here", and without the name."""
    kept, skipping = [], False
    for line in dockerfile(service).splitlines():
        if line.startswith("# Only here"):
            skipping = True
        elif not line:
            skipping = False
        elif not skipping:
            kept.append(re.sub(rf"\b{service}\b", "NAME", line))
    return [line for line in kept if "image.description" not in line]


@pytest.mark.parametrize("service", SERVICES)
def test_dockerfiles_are_alike(service):
    assert common(service) == common("accounts")


def test_one_version_of_uv_makes_every_environment():
    """In all images, the demo's too, and in a checkout."""
    makers = [ROOT / "lineup", *ROOT.glob("services/*/Dockerfile")]
    makers.append(ROOT / "deploy" / "containers" / "demo" / "Dockerfile")
    versions = {UV.search(maker.read_text())[1] for maker in makers}
    assert len(versions) == 1


def test_every_secret_is_made_and_made_anew():
    made = [
        subprocess.run(
            [ROOT / "deploy" / "containers" / "new-env"],
            check=True,
            capture_output=True,
            text=True,
            timeout=30,
        ).stdout
        for _ in range(2)
    ]
    first, second = (dict(SECRET.findall(each)) for each in made)
    assert len(first) == 8
    assert all(
        len(value) >= 43 and value != second[name] for name, value in first.items()
    )


def test_what_the_compose_file_asks_is_explained_and_nothing_else():
    required = REQUIRED.findall((ROOT / "docker-compose.yml").read_text())
    assert {*required} == {*DOCUMENTED.findall((ROOT / ".env.example").read_text())}
