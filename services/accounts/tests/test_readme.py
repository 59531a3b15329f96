import re
from dataclasses import fields
from pathlib import Path

import pytest

from accounts.command import commands
from accounts.service import AccountsService
from accounts.settings import AccountsSettings
from lineup.bus import endpoints_of
from lineup.contracts.accounts import refusals

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    "name",
    [
        *(
            endpoint.name
            for endpoint in endpoints_of(AccountsService)
            if endpoint.kind != "rpc"
        ),
        *(field.name.upper() for field in fields(AccountsSettings)),
        *commands.commands,
    ],
)
def test_the_readme_names_every_event_timer_setting_and_task(name):
    assert re.search(rf"\b{name}\b", README)


def test_the_readme_names_every_code():
    source = "".join(path.read_text() for path in (ROOT / "accounts").rglob("*.py"))
    given = re.findall(r"\b(?:Field|Taken)Code\.([A-Z_]+)", source)
    codes = {kind.code for kind in vars(refusals).values() if is_declared_there(kind)}
    codes.update(map(str.lower, given))

    assert len(codes) > 30
    assert {code for code in codes if f"`{code}`" not in README} == set()


def is_declared_there(kind):
    return isinstance(kind, type) and kind.__module__ == refusals.__name__
