"""UI: what is on between two instants, channel by channel."""

from datetime import UTC, datetime, timedelta

import pytest

from lineup.context import Context
from lineup.contracts.paging import Paging
from lineup.contracts.playlists.guide import ListProgrammes
from lineup.errors import Invalid
from playlists.editing.listings import list_programmes

from .conftest import NEIGHBOUR, a_channel, a_source, actor_of, evening, guide, run_jobs


def at(hour, minute=0):
    return datetime(2026, 6, 1, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)


def listing(from_at, until_at, **values):
    return ListProgrammes(from_at=from_at, until_at=until_at, **values)


@pytest.fixture
def listed(tools, database, partner):
    """Two hours of ten minutes each for `news.one`, shown by channels 1 and 2."""
    a_source(tools, guide(*evening(12)))
    run_jobs(tools)
    context = Context(actor=actor_of(partner))
    with database.transaction(context) as work:
        a_channel(work, 1, "One", guide_id="news.one")
        a_channel(work, 2, "Later", guide_id="news.one", guide_shift_minutes=60)
        a_channel(work, 3, "None")

    def listed(request, actor=None):
        with database.transaction(Context(actor=actor or context.actor)) as work:
            return list_programmes(work, request)

    return listed


def starts(row):
    return [(p.start_at.hour, p.start_at.minute) for p in row.programmes]


def test_what_runs_at_any_moment_between_is_told(listed):
    one, later, without = listed(listing(at(0, 55), at(1, 20))).items

    assert starts(one) == [(0, 50), (1, 0), (1, 10)]
    assert [p.title for p in later.programmes] == ["Programme 0", "Programme 1"]
    assert starts(later) == [(1, 0), (1, 10)]
    assert (without.programmes, without.guide_until) == ([], None)
    assert later.guide_until - one.guide_until == timedelta(hours=1)


def test_ends_are_half_open(listed):
    (one, *_) = listed(listing(at(0, 50), at(1, 0))).items

    assert starts(one) == [(0, 50)]


def test_channels_are_narrowed_and_paged(listed):
    page = listed(listing(at(0), at(1), search="later", paging=Paging(limit=1)))
    assert [row.name for row in page.items] == ["Later"]
    page = listed(listing(at(0), at(1), paging=Paging(limit=2)))
    assert [row.number for row in page.items] == [1, 2]
    assert page.next_after == page.items[-1].channel_id


def test_a_page_has_fifty_channels_at_most(listed, database, partner):
    with database.transaction(Context(actor=actor_of(partner))) as work:
        for number in range(4, 53):
            a_channel(work, number)

    page = listed(listing(at(0), at(1), paging=Paging(limit=200)))

    assert [row.number for row in page.items] == list(range(1, 51))
    assert page.next_after == page.items[-1].channel_id


def test_of_a_description_the_beginning_is_told(tools, database, partner):
    told = guide(*evening(1)).replace(b"</title>", b"</title><desc>%b</desc>")
    a_source(tools, told % (b"word " * 200))
    run_jobs(tools)
    with database.transaction(Context(actor=actor_of(partner))) as work:
        a_channel(work, 1, "One", guide_id="news.one")
        (row,) = list_programmes(work, listing(at(0), at(1))).items

    assert row.programmes[0].description == "word " * 60


@pytest.mark.parametrize("until", [at(5), at(29, 1), at(4)])
def test_only_a_day_at_once(listed, until):
    with pytest.raises(Invalid) as refused:
        listed(listing(at(5), until))
    assert list(refused.value.fields) == ["until_at"]


def test_the_neighbour_sees_nothing(listed):
    assert listed(listing(at(0), at(1)), actor_of(NEIGHBOUR)).items == []
