"""Names as they are compared: what is decoration, and what a name may cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.channels.naming import LONGEST, guide_name_key, name_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ARTE HD (Geo-blocked)", "arte"),
        ("Arte.HD", "arte"),
        ("Arte +1", "arte+1"),
        ("[EN] Arte [x] (y) Ⓖ", "arte"),
        ("Arte (open", "arteopen"),
        ("(a(b) Arte", "arte"),
        ("HD", "hd"),
    ],
)
def test_what_two_spellings_have_in_common(name, key):
    assert name_key(name) == key


def test_a_country_at_the_end_does_not_count():
    assert guide_name_key("Arte.fr") == "arte"


@given(st.text(alphabet="([)]a ﷺ", max_size=2000))
def test_keys_are_bounded(name):
    assert len(name_key(name)) <= 18 * LONGEST
