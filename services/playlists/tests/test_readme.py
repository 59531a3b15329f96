import re
from dataclasses import fields
from pathlib import Path

import pytest

from lineup.bus import endpoints_of
from lineup.contracts.playlists import refusals
from lineup.errors import DocumentedCode
from playlists.command import commands
from playlists.service import PlaylistsService
from playlists.settings import PlaylistsSettings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    "name",
    [
        *(
            endpoint.name
            for endpoint in endpoints_of(PlaylistsService)
            if endpoint.kind != "rpc"
        ),
        *(field.name.upper() for field in fields(PlaylistsSettings)),
        *commands.commands,
    ],
)
def test_the_readme_names_every_event_timer_setting_and_task(name):
    assert re.search(rf"\b{name}\b", README)


def declared_codes():
    for kind in vars(refusals).values():
        if isinstance(kind, type) and issubclass(kind, DocumentedCode):
            yield from kind
        elif isinstance(kind, type) and kind.__module__ == refusals.__name__:
            yield kind.code


def test_the_readme_names_every_code():
    codes = set(declared_codes()) - {"unreachable"}  # always said of something

    assert len(codes) > 20
    assert {code for code in codes if f"`{code}`" not in README} == set()
