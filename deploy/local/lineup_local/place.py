"""Where servers may live: a user that may run them, and a folder it can reach.

Neither PostgreSQL nor RabbitMQ should run as root, and PostgreSQL refuses to.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

from lineup_local.daemons import identity
from lineup_local.errors import LocalError

OWN_USER = "lineup"
PUBLIC_FOLDER = Path("/var/tmp")  # noqa: S108 - survives a reboot; owner is checked


def server_user(preferred: str) -> str | None:
    """The user a server runs as: this one, unless this is root."""
    if os.geteuid() != 0:
        return None
    for name in (preferred, OWN_USER):
        if _exists(name):
            return name
    subprocess.run(
        [
            *("useradd", "--system", "--no-create-home", "--user-group"),
            *("--shell", "/usr/sbin/nologin", OWN_USER),
        ],
        check=True,
        timeout=30,
    )
    return OWN_USER


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def folder_for(home: Path, name: str, user: str | None) -> Path:
    """A folder of a server's own, under `home` or, where its user cannot go, elsewhere.

    A checkout below /root is such a place. The other folder is /var/tmp/lineup- and
    the digest of the home, and belongs to root.
    """
    home.mkdir(parents=True, exist_ok=True)
    top = home if user is None or can_reach(home, user) else public_top(home)
    folder = top / name
    folder.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        shutil.chown(folder, user, user)
    return folder


def can_reach(path: Path, user: str | None) -> bool:
    """Whether a user may walk to a path."""
    answer = subprocess.run(
        ["/usr/bin/test", "-x", str(path)],
        cwd="/",
        check=False,
        timeout=30,
        **identity(user),
    )
    return answer.returncode == 0


def folders_of(home: Path) -> list[Path]:
    """The folders where programs of a home keep their records."""
    tops = (home, _stand_in(home))
    return [home, *(folder for top in tops for folder in top.glob("*/"))]


def _stand_in(home: Path) -> Path:
    digest = hashlib.sha256(str(home.resolve()).encode()).hexdigest()
    return PUBLIC_FOLDER / f"lineup-{digest[:12]}"


def public_top(home: Path) -> Path:
    """The folder outside of a home that stands in for it; this user's own."""
    top = _stand_in(home)
    top.mkdir(mode=0o711, exist_ok=True)
    found = top.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise LocalError(f"{top} belongs to somebody else; remove it and start again.")
    return top


def reachable_copy(top: Path, names: Sequence[str], copy: Path) -> Path:
    """A copy of some folders of `top` that lie as they do there; made once."""
    if not copy.exists():
        fresh = copy.with_suffix(".fresh")
        shutil.rmtree(fresh, ignore_errors=True)
        for name in names:
            shutil.copytree(top / name, fresh / name, symlinks=True)
        fresh.chmod(0o755)
        fresh.rename(copy)
    return copy
