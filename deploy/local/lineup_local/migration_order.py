"""The check that each service's migrations follow one another in one line.

Two that were written side by side bear the same number; the later must be renumbered.
"""

import sys
from collections import Counter

from alembic.script import ScriptDirectory

from lineup_local.settings import CHECKOUT

SERVICES = ("accounts", "billing", "playlists", "notifications")


def main() -> int:
    """0 when every service's migrations form one line; says where they do not."""
    faults = [fault for service in SERVICES for fault in _faults_of(service)]
    for fault in faults:
        print(fault)  # noqa: T201 - a command's answer
    return 1 if faults else 0


def _faults_of(service: str) -> list[str]:
    folder = CHECKOUT / "services" / service / service / "migrations"
    numbers = [path.name.partition("_")[0] for path in folder.glob("versions/*.py")]
    twice = [number for number, times in Counter(numbers).items() if times > 1]
    if twice:
        return [f"{service}: several migrations bear {', '.join(sorted(twice))}"]
    heads = ScriptDirectory(str(folder)).get_heads()
    return [] if len(heads) == 1 else [f"{service}: ends in {', '.join(heads)}"]


if __name__ == "__main__":
    sys.exit(main())
