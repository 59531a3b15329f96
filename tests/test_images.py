"""The images of the services are made alike, and their secrets are made anew."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SERVICES = ("accounts", "billing", "playlists", "notifications", "gateway")
EMPTY = re.compile(r"^(\w+)=$", re.MULTILINE)


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
    example = (ROOT / ".env.example").read_text()
    secrets = EMPTY.findall(example)
    assert len(secrets) == 8
    told = [dict(re.findall(r"^(\w+)=(.*)$", each, re.MULTILINE)) for each in made]
    assert all(told[0][name] != told[1][name] for name in secrets)
    assert all(len(told[0][name]) >= 43 for name in secrets)
    assert EMPTY.findall(made[0]) == []
