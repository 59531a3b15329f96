"""PE-14: which guide a channel could show, and that staff's choice stays."""

from datetime import timedelta

import pytest

from lineup.contracts.paging import Paging
from lineup.contracts.playlists.channels import GetChannel, TiedBy
from lineup.contracts.playlists.guide import (
    ChannelTie,
    FindGuideChannels,
    ListGuideProposals,
    TieChannels,
)
from lineup.errors import Invalid, NotFound, OrderUnknown, PageGone
from lineup.ids import new_id
from playlists.channels import importing
from playlists.channels.m3u import PlaylistEntry
from playlists.channels.naming import guide_name_key
from playlists.editing import operations, proposals
from playlists.guide.models import GuideChannel, GuideSource
from playlists.owners import Owner

from .conftest import NEIGHBOUR, PARTNER, a_channel, names_of

FOUR = "Channel Four"


def a_guide(work, *names, partner_id=PARTNER, is_on=True, import_id=900):
    source = GuideSource(
        id=new_id(),
        partner_id=partner_id,
        scope="/",
        name="Home",
        headers="",
        created_at=work.now,
        import_id=import_id,
        warnings=[],
        is_on=is_on,
    )
    work.session.add(source)
    rows = [
        GuideChannel(
            import_id=import_id,
            channel_no=place,
            source_id=source.id,
            xmltv_id=f"{name}.id",
            xmltv_key=f"{name}.id".casefold(),
            name=name,
            name_key=guide_name_key(name),
            icon="",
            programmes=9,
            reaches_until=work.now + timedelta(days=3),
        )
        for place, name in enumerate(names)
    ]
    work.session.add_all([*rows, *names_of(*rows)])
    work.session.flush()


def view_of(work, channel):
    work.session.expire_all()
    return operations.get_channel(work, GetChannel(channel_id=channel.id))


def map_channel(work, channel, guide_id):
    ties = [ChannelTie(channel_id=channel.id, guide_id=guide_id)]
    return proposals.tie_channels(work, TieChannels(ties=ties))


def proposed(work, **values):
    page = proposals.list_guide_proposals(work, ListGuideProposals(**values))
    return {row.name: [p.name for p in row.proposals] for row in page.items}


@pytest.mark.feature("PE-14")
def test_the_likeliest_come_first_and_the_unlike_not_at_all(work):
    a_guide(work, "Chanel Fort", "Channel Four", "Cooking")
    a_channel(work, 1, "Chanel Four")

    assert proposed(work) == {"Chanel Four": ["Channel Four", "Chanel Fort"]}


def test_channels_that_show_something_or_are_off_get_no_proposals(work):
    a_guide(work, "Channel Four")
    a_channel(work, 1, "Channel Four")
    a_channel(work, 2, "Chanel Four", is_on=False)

    assert proposed(work) == {}


def test_only_the_partner_s_own_sources_that_are_on_are_proposed(work, work_of):
    a_guide(work, FOUR, partner_id=NEIGHBOUR)
    a_guide(work, FOUR, is_on=False, import_id=901)
    channel, namesake = a_channel(work, 1, "Chanel Four"), a_channel(work, 2, FOUR)

    assert proposed(work) == {}
    assert view_of(work, namesake).guide is None
    assert proposed(work_of(NEIGHBOUR)) == {}
    with pytest.raises(NotFound):
        proposals.find_guide_channels(
            work_of(NEIGHBOUR), FindGuideChannels(channel_id=channel.id)
        )


def test_pages_of_proposals_begin_with_the_likeliest_and_go_both_ways(work):
    a_guide(work, "Channel Four")
    for number, name in enumerate(("Chanel For", "Nothing Alike", "Chanel Four"), 1):
        a_channel(work, number, name)

    def page(**values):
        asked = ListGuideProposals(paging=Paging(limit=1, count_up_to=10, **values))
        return proposals.list_guide_proposals(work, asked)

    first = page()
    second = page(after=first.next_after)
    assert [row.name for row in (*first.items, *second.items)] == [
        "Chanel Four",
        "Chanel For",
    ]
    assert (first.total, second.next_after, first.previous_before) == (2, None, None)
    assert page(before=second.previous_before).items == first.items
    with pytest.raises(PageGone):
        page(after=new_id())
    with pytest.raises(OrderUnknown):
        page(order="number")


def test_staff_finds_a_guide_channel_by_part_of_its_name_or_id(work):
    a_guide(work, "Channel Four", "Cooking")
    channel = a_channel(work, 1, "Quite Another")

    def found(text):
        asked = FindGuideChannels(channel_id=channel.id, search=text)
        return [row.name for row in proposals.find_guide_channels(work, asked).items]

    assert found("four") == ["Channel Four"]
    assert found("COOKING.I") == ["Cooking"]
    assert found("") == []


class TestChoice:
    def test_staff_s_choice_is_shown(self, work):
        a_guide(work, "Channel Four")
        channel = a_channel(work, 1, "Quite Another")

        assert map_channel(work, channel, "Channel Four.id").count == 1

        view = view_of(work, channel)
        assert (view.guide.name, view.guide.tied_by) == ("Channel Four", TiedBy.MANUAL)

    def test_staff_s_word_that_there_is_none_holds_against_the_name(self, work):
        a_guide(work, "Channel Four")
        channel = a_channel(work, 1, "Channel Four")
        assert view_of(work, channel).guide.tied_by is TiedBy.NAME

        map_channel(work, channel, "")

        view = view_of(work, channel)
        assert (view.guide, view.is_tied_by_staff) == (None, True)
        assert proposed(work) == {}

    def test_it_can_be_found_by_itself_again(self, work):
        a_guide(work, "Channel Four")
        channel = a_channel(work, 1, "Channel Four")
        map_channel(work, channel, "")

        map_channel(work, channel, None)

        view = view_of(work, channel)
        assert (view.guide.name, view.is_tied_by_staff) == ("Channel Four", False)

    @pytest.mark.feature("PE-14")
    @pytest.mark.parametrize("chosen", ["Channel Four.id", ""])
    def test_an_import_does_not_change_it(self, work, chosen):
        a_guide(work, "Channel Four", "Cooking")
        channel = a_channel(work, 1, "Cooking")
        map_channel(work, channel, chosen)
        entry = PlaylistEntry(
            name="Cooking", address=channel.details.address, guide_id="Cooking.id"
        )

        importing.ChannelMerge.of(work, Owner(PARTNER)).take_all([entry])

        view = view_of(work, channel)
        assert view.details.guide_id == chosen
        assert view.is_tied_by_staff

    def test_what_cannot_be_chosen(self, work, work_of):
        channel = a_channel(work, 1)
        crowd = [ChannelTie(channel_id=new_id(), guide_id="x") for _ in range(501)]
        too_long = [ChannelTie(channel_id=channel.id, guide_id="x" * 501)]
        for wrong in ([], crowd, too_long):
            with pytest.raises(Invalid):
                proposals.tie_channels(work, TieChannels(ties=wrong))
        with pytest.raises(NotFound):
            map_channel(work_of(NEIGHBOUR), channel, "x")
