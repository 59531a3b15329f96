"""What browsers load beside pages: ours, and what set-up installs."""

import gzip
import re
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.app import create_app
from gateway.assets import NEEDED
from lineup.settings import MissingSetting


@pytest.fixture
def folder(tmp_path):
    """A folder like the one that set-up makes."""
    place = tmp_path / "assets"
    (place / "icons").mkdir(parents=True)
    for name in NEEDED:
        if name != "icons":
            (place / name).write_text(f"/* {name} */")
    (place / "icons" / "users.svg").write_text(
        "<!-- x --><svg a='b'><path d='1'/></svg>"
    )
    return place


@pytest.fixture
def client_with(settings, services):
    """A client of a gateway that is told a folder."""

    def answer_with(folder):
        changed_settings = replace(settings, assets_folder=str(folder))
        return create_app(changed_settings, services).test_client()

    return answer_with


def addresses(page):
    return re.findall(r"(?:href|src)=\"(/assets/[^\"]+)\"", page)


def test_addresses_hold_the_digest_and_browsers_keep_the_files(client_with, folder):
    client = client_with(folder)
    listed = addresses(client.get("/sign-in").get_data(as_text=True))

    assert {Path(address).name for address in listed} >= {
        "tabler.css", "tabler.js", "htmx.js", "panel.css", "theme.js", "page.js",
    }  # fmt: skip
    for address in listed:
        answer = client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_another_version_has_another_address_and_an_old_one_is_not_kept(
    client_with, folder
):
    before = addresses(client_with(folder).get("/sign-in").get_data(as_text=True))
    (folder / "tabler.css").write_text("/* new */")
    client = client_with(folder)
    after = addresses(client.get("/sign-in").get_data(as_text=True))

    [old] = set(before) - set(after)
    answer = client.get(old)
    assert answer.get_data(as_text=True) == "/* new */"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_files_are_packed_for_those_who_take_it(client_with, folder):
    client = client_with(folder)
    [address] = [
        address
        for address in addresses(client.get("/sign-in").get_data(as_text=True))
        if address.endswith("panel.css")
    ]

    plain, packed = (
        client.get(address, headers={"Accept-Encoding": coding})
        for coding in ("identity", "gzip")
    )

    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_nothing_else_is_served(client_with, folder):
    client = client_with(folder)

    for name in ("icons", "..%2fassets.py", "nothing.css"):
        assert client.get(f"/assets/0/{name}").status_code == 404, name


def test_a_folder_that_lacks_a_file_stops_the_start(client_with, folder):
    (folder / "htmx.js").unlink()

    with pytest.raises(MissingSetting, match=r"lacks htmx\.js"):
        client_with(folder)


def test_without_a_folder_pages_work_undressed(client):
    page = client.get("/sign-in").get_data(as_text=True)

    assert "tabler" not in page
    assert 'name="password"' in page
