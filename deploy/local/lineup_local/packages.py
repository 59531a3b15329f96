"""Debian packages that are missing: installed without starting what they bring."""

import os
import shutil
import subprocess
import sys

from lineup_local.errors import LocalError

INSTALL_SECONDS = 600

# Debian starts a server as soon as it is installed, and again at every boot.
# policy-rc.d forbids the first, missing links prevent the second; a guard that stood
# before stands again afterwards, also when an earlier run was killed halfway.
INSTALL = r"""
set -eu
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
apt-get update -q
apt-get install -q -y --no-install-recommends "$1" </dev/null
units="$2"
if [ -z "$had_erlang" ]; then units="$units epmd.service epmd.socket"; fi
for unit in $units; do
    rm -f /etc/systemd/system/*.wants/"$unit"
    update-rc.d "${unit%.*}" disable || true
done
"""


def install(package: str, *, units: str = "") -> None:
    """Install a package of the system; refused in one sentence when impossible.

    `units` are those that the package brings, where they are not its own name's.
    """
    if shutil.which("apt-get") is None:
        raise LocalError(
            f"{package} is not installed and this system has no apt-get;"
            f" install {package} yourself, or use docker compose up."
        )
    print(f"Installing {package} (about a minute)", file=sys.stderr)  # noqa: T201
    done = subprocess.run(
        [
            *_as_root(package),
            "sh",
            "-c",
            INSTALL,
            "sh",
            package,
            units or f"{package}.service",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=INSTALL_SECONDS,
    )
    if done.returncode != 0:
        raise LocalError(
            f"apt-get could not install {package}; it ended with:\n"
            + "\n".join(done.stdout.splitlines()[-8:])
        )


def _as_root(package: str) -> list[str]:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None or not _sudo_works():
        raise LocalError(
            f"{package} is not installed, and this user is neither root nor may use"
            f" sudo; ask an administrator for: apt-get install {package}"
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
