"""The demo's streaming server where nginx is there."""

import subprocess
from pathlib import Path

import pytest

from lineup_local.demo.here import edge_of
from lineup_local.demo.logins import Demo
from lineup_local.edge import LUA, Edge, is_there
from lineup_local.environment import installation
from lineup_local.ready import streams_came_up


@pytest.fixture
def edge(tmp_path):
    return Edge(folder=tmp_path / "edge", port=8082, gateway=8080, origin=8083)


def test_its_secret_is_for_its_owner_alone(edge):
    edge.set_secret("hush")
    edge.set_secret("hush more")

    assert edge.secret_file.read_text() == "hush more"
    written = edge.command()[-1]
    for file in (edge.secret_file, edge.folder / "nginx.conf"):
        assert file.stat().st_mode & 0o77 == 0
    assert 'set $stream_secret "hush more";' in Path(written).read_text()


@pytest.mark.skipif(not is_there(), reason="nginx is not there")
@pytest.mark.parametrize("has_lua", [True, False])
def test_nginx_takes_what_is_written_with_its_lua_module_and_without(
    edge, monkeypatch, tmp_path, has_lua
):
    if has_lua and not LUA.exists():
        pytest.skip("nginx has no Lua here")
    if not has_lua:
        monkeypatch.setattr("lineup_local.edge.LUA", tmp_path / "none")
    edge.set_secret("hush")

    completed = subprocess.run(
        [*edge.command(), "-t"], capture_output=True, text=True, check=False, timeout=60
    )

    assert "test is successful" in completed.stderr, completed.stderr
    assert ("lua" in (edge.folder / "nginx.conf").read_text()) == has_lua


def test_without_a_secret_all_but_the_channels_goes_on_and_why_is_said(
    settings, capsys
):
    place = installation(settings)
    demo = Demo(
        operator_username="operator",
        operator_password="-",
        partner_username="demo",
        partner_password="-",
    )

    assert streams_came_up(place, demo)

    assert "for want of a secret: " in capsys.readouterr().out
    assert not edge_of(place).secret_file.exists()
