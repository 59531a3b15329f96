"""Where browsers are sent back to is a path of this site, whatever was asked."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.urls import iri_to_uri

from gateway.return_paths import return_path


@example("evil.example", "////")
@given(
    st.text(alphabet="/\\\t\n\r\x00 .:@?#%2Fae[]é\u2028evil"),
    st.sampled_from(["", "/", "//", "/\\", "https:"]),
)
def test_a_return_path_is_of_this_site_however_it_is_read(rest, start):
    found = return_path(start + rest)

    if found is not None:
        assert re.fullmatch("/(?!/)[!-~]*", found)
        read = urljoin("https://lineup.example/sign-in", found)
        assert urlsplit(read)[:2] == ("https", "lineup.example")
        assert urlsplit(iri_to_uri(found)).netloc == ""
        assert not iri_to_uri(found).startswith("//")


@pytest.mark.parametrize("path", ["//evil.example/x", "////evil.example", "//[::1"])
def test_an_address_that_names_another_site_leads_nowhere_else(client, path):
    answer = client.open(environ_overrides={"PATH_INFO": path, "REQUEST_METHOD": "GET"})

    assert answer.status_code < 500
    assert urlsplit(answer.headers.get("Location", "")).netloc in {"", "localhost"}
