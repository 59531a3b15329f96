import re
from dataclasses import fields
from pathlib import Path

import pytest

from accounts.command import commands
from accounts.service import AccountsService
from accounts.settings import AccountsSettings
from lineup.bus import doors

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    "name",
    [
        *(door.name for door in doors(AccountsService) if door.kind != "rpc"),
        *(field.name.upper() for field in fields(AccountsSettings)),
        *commands.commands,
    ],
)
def test_the_readme_names_every_event_timer_setting_and_task(name):
    assert re.search(rf"\b{name}\b", README)


def test_the_readme_names_every_code():
    source = "".join(path.read_text() for path in (ROOT / "accounts").rglob("*.py"))
    codes = set(re.findall(r'\bcode = "(\w+)"', source))
    codes |= set(re.findall(r'add\(\s*\w+,\s*"(\w+)"', source))
    assert len(codes) > 15
    assert {code for code in codes if f"`{code}`" not in README} == set()
