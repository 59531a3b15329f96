"""The README's two commands begin well on the Debian that this machine is not.

In a folder with nothing but that Debian and its Python, made by mmdebstrap.
"""

import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from lineup_local import packages
from lineup_local.checks import uv
from lineup_local.errors import LocalError
from lineup_local.settings import CHECKOUT

from .conftest import environment_of

MIRROR = "http://deb.debian.org/debian"
MAKE_SECONDS, BEGIN_SECONDS = 300, 600
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PASSED_ON = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
PASSED = "shared/tests/test_testing.py"

# Its own processes and mounts: when this ends, or whoever started it, by whatever
# signal, nothing of it is left.
ALONE = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount", "--pid", "--fork", "--kill-child"),
)
ENTER = r"""
set -eu
root=$1 cache=$2
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
mkdir -p "$root/root/.cache/uv"
mount --bind "$cache" "$root/root/.cache/uv"
exec chroot "$root" sh -euc "$3"
"""
BEGIN = rf"""
cd /srv/lineup
./lineup up >up.log 2>&1 &
up=$!
until grep -q "Preparing the demo" up.log; do
    kill -0 $up || {{ tail -n 60 up.log; exit 1; }}
    sleep 0.5
done
./lineup down
wait $up || true
python3 --version
.venv/bin/python --version
ls -d .lineup/rabbitmq-* /var/tmp/lineup-*/rabbitmq-* 2>/dev/null || true
./lineup test {PASSED}
"""


def other_debian() -> str:
    """Debian 13 on 12, and 12 on all others."""
    here = platform.freedesktop_os_release().get("VERSION_CODENAME")
    return "trixie" if here == "bookworm" else "bookworm"


@pytest.fixture
def debian(tmp_path):
    """A folder with the other Debian in it, and this checkout."""
    if os.geteuid() != 0:
        pytest.skip("only root may enter a folder as a Debian of its own")
    root = tmp_path / "debian"
    try:
        if shutil.which("mmdebstrap") is None:
            packages.install("mmdebstrap")
    except LocalError as trouble:
        pytest.skip(trouble.message)
    made = subprocess.run(
        [
            "mmdebstrap",
            "--quiet",
            "--variant=minbase",
            "--include=python3,ca-certificates",
            other_debian(),
            root,
            MIRROR,
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=MAKE_SECONDS,
    )
    if made.returncode != 0:
        pytest.skip(f"mmdebstrap made no Debian: {made.stderr[-500:]}")
    _copy_checkout(root / "srv" / "lineup")
    for name in (
        "/etc/resolv.conf",
        "/etc/hosts",
        *[CERTIFICATES] * CERTIFICATES.exists(),
    ):
        shutil.copy(name, f"{root}{name}")
    yield root
    shutil.rmtree(root)


def _copy_checkout(folder: Path) -> None:
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(words, cwd=CHECKOUT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (CHECKOUT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / name, folder / name)


def inside(root: Path, script: str, environment: dict[str, str]):
    cache = subprocess.run(
        [uv(), "cache", "dir"], check=True, capture_output=True, text=True, timeout=30
    ).stdout.strip()
    return subprocess.run(
        [*ALONE, "sh", "-c", ENTER, "enter", root, cache, script],
        env=environment,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=BEGIN_SECONDS,
    )


def environment_in(settings) -> dict[str, str]:
    ports = {
        name: value
        for name, value in environment_of(settings).items()
        if name.endswith("_PORT")
    }
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {
        "PATH": os.defpath + ":/usr/sbin:/sbin",
        "HOME": "/root",
        **environment,
        **ports,
    }


RUN = """
import subprocess, sys
subprocess.run(sys.argv[1:])
"""


def test_nothing_is_left_of_it_when_the_run_is_killed(tmp_path):
    """A shell in it has children in sessions of their own, as servers are."""
    begun = tmp_path / "begun"
    script = f"setsid sleep 987 & setsid sleep 987 & touch {begun}; wait"
    run = subprocess.Popen([sys.executable, "-c", RUN, *ALONE, "sh", "-c", script])
    end = time.monotonic() + 30
    while not begun.exists() and run.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    if run.poll() is not None:
        pytest.skip("this machine lets nobody have processes of its own")
    family = psutil.Process(run.pid).children(recursive=True)
    assert len(family) >= 3

    run.kill()
    run.wait(30)

    _, left = psutil.wait_procs(family, timeout=30)
    assert left == []


@pytest.mark.timeout(MAKE_SECONDS + BEGIN_SECONDS + 60)
def test_up_and_test_begin_on_the_other_debian(debian, other_settings):
    environment = environment_in(other_settings)
    if inside(debian, "true", environment).returncode != 0:
        pytest.skip("this machine lets nobody mount anything")

    begun = inside(debian, BEGIN, environment)

    assert begun.returncode == 0, begun.stdout[-4000:]
    assert "Lineup is stopped." in begun.stdout
    versions = [
        line for line in begun.stdout.splitlines() if line.startswith("Python ")
    ]
    assert len(set(versions)) == 1, "the Python that is there is the one that is used"
    assert " 0 failed" in begun.stdout
