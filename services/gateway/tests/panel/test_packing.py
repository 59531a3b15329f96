"""Pages leave packed; their length tells nothing, and a form's token never looks alike."""

import gzip
import re

import pytest

from gateway.packing import SMALLEST_BYTES, bare_token, packed
from lineup.context import Role

PACKED = {"Accept-Encoding": "gzip"}
TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


def test_a_page_is_packed_for_who_takes_it_so(browser):
    client = browser(Role.PARTNER)
    plain = client.get("/customers")
    answer = client.get("/customers", headers=PACKED)

    assert "Content-Encoding" not in plain.headers
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert len(answer.data) * 2 < len(plain.data)
    assert b"<!doctype html>" in gzip.decompress(answer.data)
    assert int(answer.headers["Content-Length"]) == len(answer.data)


@pytest.mark.parametrize("address", ["/livez", "/search?q=a"])
def test_what_refuses_it_gets_it_plain(browser, address):
    answer = browser(Role.PARTNER).get(
        address, headers={"Accept-Encoding": "gzip;q=0, br"}
    )
    assert "Content-Encoding" not in answer.headers


def test_the_length_of_a_packed_page_tells_nothing_of_what_is_in_it():
    content = b"a page" * SMALLEST_BYTES
    lengths = {len(packed(content)) for _ in range(60)}

    assert len(lengths) > 15
    assert {gzip.decompress(packed(content)) for _ in range(9)} == {content}


def test_a_token_looks_different_in_every_answer_and_is_one_in_each(browser):
    client = browser(Role.PARTNER)
    first, second = (
        TOKEN.findall(client.get("/customers/new").get_data(as_text=True))
        for _ in range(2)
    )

    assert len(set(first)) == len(set(second)) == 1
    assert first[0][:20] != second[0][:20]
    assert first[0][-20:] != second[0][-20:]


@pytest.mark.parametrize("masked", ["", None, "x", "AAAA", "Ä", "%", "A" * 4001])
def test_what_is_no_token_has_none_behind_its_mask(masked):
    assert bare_token(masked).strip("\0") == ""
