import re
from dataclasses import fields
from pathlib import Path

import pytest

from lineup.bus import doors
from playlists.command import commands
from playlists.service import PlaylistsService
from playlists.settings import PlaylistsSettings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    "name",
    [
        *(door.name for door in doors(PlaylistsService) if door.kind != "rpc"),
        *(field.name.upper() for field in fields(PlaylistsSettings)),
        *commands.commands,
    ],
)
def test_the_readme_names_every_event_timer_setting_and_task(name):
    assert re.search(rf"\b{name}\b", README)


def test_the_readme_names_every_code():
    source = "".join(path.read_text() for path in (ROOT / "playlists").rglob("*.py"))
    codes = set(re.findall(r'\bcode(?:: str)? = "(\w+)"', source))
    fetched = set(re.findall(r'code=f"\{what\}_(\w+)"', source))
    codes |= {f"{what}_{end}" for what in ("guide", "playlist") for end in fetched}
    codes.discard("unreachable")  # always said of something
    assert len(codes) > 20
    assert {code for code in codes if f"`{code}`" not in README} == set()
