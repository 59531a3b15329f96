"""A partner says how its players are let in to its streaming servers."""

import html
import re

import pytest

from lineup.context import Role
from lineup.contracts.playlists.streams import StreamSettings
from lineup.errors import Invalid
from lineup.ids import new_id

PAGE = "/settings/streams"


@pytest.fixture
def client(browser, services):
    kept = StreamSettings(
        partner_id=new_id(),
        session_minutes=10,
        session_is_bound=True,
        stream_hosts=["*.cdn.example", "edge.example"],
    )
    services.answer_with("playlists.get_stream_settings", kept)
    return browser(Role.PARTNER)


def test_it_begins_with_how_it_is(client):
    page = html.unescape(client.get(PAGE).get_data(as_text=True))

    assert re.search(r'name="session_minutes"[^>]*value="10"', page)
    assert re.search(r"checked[^>]*name=\"session_is_bound\"", page)
    assert re.search(r"<textarea[^>]*>\s*\*\.cdn\.example\s+edge\.example\s*<", page)


def test_it_is_kept_as_it_was_entered(client, form_of, services):
    hidden = form_of(client.get(PAGE).get_data(as_text=True))
    fields = {"session_minutes": "", "stream_hosts": " one.example \r\n\r\ntwo.example"}

    answer = client.post(PAGE, data=hidden | fields)

    assert answer.location == PAGE
    [(_, rpc_request)] = services.calls_of("playlists.update_stream_settings")
    assert rpc_request.session_minutes is None
    assert (rpc_request.session_is_renewed, rpc_request.session_is_bound) == (
        False,
        False,
    )
    assert rpc_request.stream_hosts == ["one.example", "two.example"]


def test_a_host_that_is_none_is_told_at_the_hosts(client, form_of, services):
    refusal = Invalid(fields={"stream_hosts.1": ["Name a host."]})
    services.answer_with("playlists.update_stream_settings", refusal)
    hidden = form_of(client.get(PAGE).get_data(as_text=True))

    answer = client.post(PAGE, data=hidden | {"stream_hosts": "a\nb c"})

    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert 'id="stream_hosts-errors"><li>Name a host.' in page
