"""Debian packages that are missing: installed without starting what they bring."""

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

from lineup_local.errors import LocalError

INSTALL_SECONDS = 1200
DRAWS_PDF = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf": "fonts-dejavu-core",
}
"""What the gateway draws the text of PDF files by, each with its package."""

# Debian starts a server as soon as it is installed, and again at every boot.
# policy-rc.d forbids the first, missing links prevent the second; a guard that stood
# before stands again afterwards, also when an earlier run was killed halfway. One at a
# time: tests that run side by side may each lack something.
INSTALL = r"""
set -eu
exec 9>/run/lineup-install.lock
flock --wait 600 9
guard=/usr/sbin/policy-rc.d
mark='# Placed by lineup while it installs a package.'
if [ -e "$guard" ] && ! grep -qF "$mark" "$guard"; then
    mv "$guard" "$guard.before-lineup"
fi
restore() {
    rm -f "$guard"
    if [ -e "$guard.before-lineup" ]; then mv "$guard.before-lineup" "$guard"; fi
}
trap restore EXIT
trap 'exit 130' INT TERM HUP
printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$guard"
chmod 755 "$guard"
export DEBIAN_FRONTEND=noninteractive
had_erlang=$(command -v erl || true)
apt-get update -q 9>&-
units="$1"
shift
apt-get install -q -y --no-install-recommends "$@" </dev/null 9>&-
if [ -z "$had_erlang" ]; then units="$units epmd.service epmd.socket"; fi
for unit in $units; do
    rm -f /etc/systemd/system/*.wants/"$unit"
    update-rc.d "${unit%.*}" disable || true
done
"""


def install(*names: str, units: str = "") -> None:
    """Install packages of the system; refused in one sentence when impossible.

    `units` are those that they bring, where they are not the packages' own names.
    """
    wanted = " ".join(names)
    if shutil.which("apt-get") is None:
        raise LocalError(
            f"{wanted} is not installed and this system has no apt-get;"
            f" install {wanted} yourself, or use docker compose up."
        )
    units = units or " ".join(f"{name}.service" for name in names)
    words = [*_as_root(wanted), "sh", "-c", INSTALL, "sh", units, *names]
    print(f"Installing {wanted} (about a minute)", file=sys.stderr)  # noqa: T201
    done = subprocess.run(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=INSTALL_SECONDS,
    )
    if done.returncode != 0:
        raise LocalError(
            f"apt-get could not install {wanted}; it ended with:\n"
            + "\n".join(done.stdout.splitlines()[-8:])
        )


def is_there(part: str) -> bool:
    """Whether this machine has a program, a file by its path, or a library (.so.0)."""
    if ".so." not in part:
        return shutil.which(part) is not None or Path(part).is_file()
    try:
        ctypes.CDLL(part)
    except OSError:
        return False
    return True


def _as_root(packages: str) -> list[str]:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None or not _sudo_works():
        raise LocalError(
            f"{packages} is not installed, and this user is neither root nor may use"
            f" sudo; ask an administrator for: apt-get install {packages}"
        )
    return ["sudo"]


def _sudo_works() -> bool:
    if sys.stdin.isatty():
        return True
    silent = subprocess.run(
        ["sudo", "--non-interactive", "true"],
        check=False,
        capture_output=True,
        timeout=30,
    )
    return silent.returncode == 0
