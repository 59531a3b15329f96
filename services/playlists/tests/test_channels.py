"""PE-18, PE-04: channels, packages, the demo set, and who sees them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from lineup.contracts.paging import Paging
from lineup.contracts.playlists.channels import (
    CreateChannel,
    DeleteChannel,
    GetChannel,
    ListChannels,
    Signing,
    UpdateChannel,
)
from lineup.contracts.playlists.jobs import ImportChannels
from lineup.contracts.playlists.packages import (
    CreatePackage,
    GetPackage,
    ListPackages,
    SetPackageChannels,
)
from lineup.contracts.playlists.refusals import NumberTaken
from lineup.database.records import OUTBOX
from lineup.errors import Invalid, NotFound
from lineup.ids import new_id
from playlists.channels import imports, packages
from playlists.channels.naming import guide_name_key, name_key
from playlists.editing import contents, lists, operations
from playlists.guide.models import GuideChannel, GuideSource
from playlists.pending.models import ChannelSet

from .conftest import NEIGHBOUR, OPERATOR, PARTNER, a_channel, details, names_of


def announced(work):
    rows = work.session.scalars(select(OUTBOX.c.envelope).order_by(OUTBOX.c.seq))
    return [row["state"] for row in rows]


@pytest.mark.feature("PE-18")
def test_a_channel_keeps_all_that_staff_says(work):
    values = details(
        7,
        "News",
        logo="http://i/7.png",
        group="Info",
        guide_id="news.one",
        is_adult=True,
        catchup_days=7,
        is_on=False,
        signing=Signing.NONE,
        guide_shift_minutes=-60,
    )
    made = operations.create_channel(work, CreateChannel(details=values))

    assert operations.get_channel(work, GetChannel(channel_id=made.id)) == made
    assert made.details == values


@pytest.mark.feature("PE-18")
def test_two_channels_of_a_partner_have_no_number_in_common(work, work_of):
    a_channel(work, 1)
    a_channel(work_of(NEIGHBOUR), 1)

    with pytest.raises(NumberTaken) as refused, work.session.begin_nested():
        a_channel(work, 1)
    assert refused.value.code == "number_taken"

    other = a_channel(work, 2)
    change = UpdateChannel(channel_id=other.id, details=details(1))
    with pytest.raises(NumberTaken) as refused, work.session.begin_nested():
        operations.update_channel(work, change)
    assert list(refused.value.fields) == ["number"]


def test_a_change_says_the_packages_too_or_leaves_them(work):
    first, second = (
        contents.create_package(work, CreatePackage(name=name)).id for name in "AB"
    )
    channel = a_channel(work, 1, package_ids=[first])

    def change(**values):
        request = UpdateChannel(channel_id=channel.id, details=details(1), **values)
        return operations.update_channel(work, request).package_ids

    assert change() == [first]
    assert change(package_ids=[second]) == [second]
    assert change(package_ids=[]) == []
    with pytest.raises(NotFound):
        change(package_ids=[new_id()])


def test_a_stream_id_stays_and_is_the_only_one_of_the_installation(work, work_of):
    first, second = a_channel(work, 1), a_channel(work_of(NEIGHBOUR), 1)
    change = UpdateChannel(channel_id=first.id, details=details(9, "Another"))

    changed = operations.update_channel(work, change)

    assert changed.stream_id == first.stream_id != second.stream_id


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("number", {"number": 0}),
        ("name", {"name": "  "}),
        ("address", {"address": "not an address"}),
        ("address", {"address": ""}),
        ("catchup_days", {"catchup_days": -1}),
    ],
)
def test_what_no_channel_can_be(work, field, values):
    with pytest.raises(Invalid) as refused:
        a_channel(work, **values)
    assert list(refused.value.fields) == [field]


def test_pages_go_by_number(work):
    for number in (5, 1, 4, 2, 3):
        a_channel(work, number, f"Channel {number}")

    numbers, after = [], None
    while True:
        asked = ListChannels(paging=Paging(limit=2, after=after))
        page = lists.list_channels(work, asked)
        numbers += [view.details.number for view in page.items]
        after = page.next_after
        if after is None:
            break

    assert numbers == [1, 2, 3, 4, 5]


def test_lists_are_narrowed_by_text_and_package(work):
    news, sport = (
        a_channel(work, 1, "Das Erste"),
        a_channel(work, 2, "Sport", group="X"),
    )
    package = contents.create_package(
        work, CreatePackage(name="Base", channel_ids=[sport.id])
    )

    def found(**values):
        page = lists.list_channels(work, ListChannels(**values))
        return [view.id for view in page.items]

    assert found(search="erste") == [news.id]
    assert found(search="%") == found(search="s_o") == []
    assert found(search="x") == [sport.id]
    assert found(search="100%") == []
    assert found(package_id=package.id) == [sport.id]


def test_a_deleted_channel_is_gone_from_its_packages(work):
    channel = a_channel(work, 1)
    package = contents.create_package(
        work, CreatePackage(name="Base", channel_ids=[channel.id])
    )

    operations.delete_channel(work, DeleteChannel(channel_id=channel.id))

    assert (
        packages.get_package(work, GetPackage(package_id=package.id)).channel_count == 0
    )
    with pytest.raises(NotFound):
        operations.get_channel(work, GetChannel(channel_id=channel.id))


def test_the_neighbour_sees_and_touches_nothing(work, work_of):
    channel = a_channel(work, 1)
    package = contents.create_package(work, CreatePackage(name="Base"))
    neighbour = work_of(NEIGHBOUR)
    tries = [
        lambda: operations.get_channel(neighbour, GetChannel(channel_id=channel.id)),
        lambda: operations.delete_channel(
            neighbour, DeleteChannel(channel_id=channel.id)
        ),
        lambda: operations.update_channel(
            neighbour, UpdateChannel(channel_id=channel.id, details=details(2))
        ),
        lambda: packages.get_package(neighbour, GetPackage(package_id=package.id)),
        lambda: contents.set_package_channels(
            neighbour, SetPackageChannels(package_id=package.id, channel_ids=[])
        ),
        lambda: a_channel(neighbour, 5, package_ids=[package.id]),
        lambda: imports.import_channels(
            neighbour, ImportChannels(address="http://a/b", package_id=package.id)
        ),
        lambda: operations.create_channel(
            neighbour, CreateChannel(details=details(3), partner_id=PARTNER)
        ),
    ]

    for attempt in tries:
        with pytest.raises(NotFound):
            attempt()
    assert lists.list_channels(neighbour, ListChannels()).items == []
    with pytest.raises(Invalid):
        contents.create_package(
            neighbour, CreatePackage(name="X", channel_ids=[channel.id])
        )


def test_the_operator_says_whose_a_channel_is(work_of):
    work = work_of(actor=OPERATOR)
    with pytest.raises(Invalid):
        a_channel(work)

    request = CreateChannel(details=details(1), partner_id=PARTNER)
    assert operations.create_channel(work, request).partner_id == PARTNER


class TestPackages:
    @pytest.mark.feature("PE-04")
    def test_a_partner_has_one_demo_set_which_may_be_empty(self, work):
        a_channel(work, 1)
        a_channel(work, 2)

        (demo,) = packages.list_packages(work, ListPackages()).items
        assert (demo.is_demo, demo.channel_count) == (True, 0)

    def test_setting_channels_announces_a_newer_version(self, work):
        one, two = a_channel(work, 1), a_channel(work, 2)
        made = contents.create_package(
            work, CreatePackage(name="Base", channel_ids=[one.id])
        )
        both = SetPackageChannels(package_id=made.id, channel_ids=[one.id, two.id])

        changed = contents.set_package_channels(work, both)

        assert changed.channel_count == 2
        states = [s for s in announced(work) if s["id"] == str(made.id)]
        assert [state["version"] for state in states] == [1, 2]

    @pytest.mark.feature("PE-04")
    def test_a_change_marks_the_partner_s_sets(self, work):
        channel_set = ChannelSet(
            id="s",
            partner_id=PARTNER,
            package_ids=[],
            render_at=datetime(2030, 1, 1, tzinfo=UTC),
            used_at=work.now,
        )
        work.session.add(channel_set)
        work.session.flush()

        a_channel(work, 1)

        work.session.expire_all()
        assert channel_set.render_at == work.now


class TestGuideMapping:
    def a_guide(self, work, *, name="Das Erste", xmltv_id="ard.de", import_id=900):
        source = GuideSource(
            id=new_id(),
            partner_id=PARTNER,
            scope="/",
            name="G",
            headers="",
            created_at=work.now,
            import_id=import_id,
            warnings=[],
        )
        row = GuideChannel(
            import_id=import_id,
            channel_no=1,
            source_id=source.id,
            xmltv_id=xmltv_id,
            xmltv_key=xmltv_id.casefold(),
            name=name,
            name_key=guide_name_key(name),
            icon="",
            programmes=9,
            reaches_until=datetime(2026, 6, 1, tzinfo=UTC),
        )
        work.session.add_all([source, row, *names_of(row)])
        work.session.flush()
        return source

    @pytest.mark.feature("PE-14")
    @pytest.mark.parametrize(
        ("values", "is_tied"),
        [
            ({"name": "X", "guide_id": "ARD.de"}, True),
            ({"name": "Das Erste HD"}, True),
            ({"name": "Das Erste", "guide_id": "staff.says.another"}, False),
            ({"name": "Das Zweite"}, False),
        ],
    )
    def test_by_id_without_case_then_by_name_unless_staff_tied_it(
        self, work, values, is_tied
    ):
        self.a_guide(work)

        assert (a_channel(work, 1, **values).guide_until is not None) == is_tied

    def test_a_neighbour_s_guide_does_not_count(self, work_of):
        self.a_guide(work_of())

        assert a_channel(work_of(NEIGHBOUR), 1, "Das Erste").guide_until is None

    def test_the_channel_s_shift_moves_how_far_it_reaches(self, work):
        self.a_guide(work)
        view = a_channel(work, 1, "Das Erste", guide_shift_minutes=60)

        assert view.guide_until == datetime(2026, 6, 1, 1, tzinfo=UTC)

    def test_a_source_that_is_off_does_not_count(self, work):
        self.a_guide(work).is_on = False
        work.session.flush()

        assert a_channel(work, 1, "Das Erste").guide_until is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ARTE HD (Geo-blocked)", "Arte"),
        ("Télé_Sud [FR]", "tele sud"),
        ("ZDF 4K", "zdf"),
        ("Kanali 7 Ⓢ", "Kanali 7"),
    ],
)
def test_names_that_are_one(one, other):
    assert name_key(one) == name_key(other) != ""


def test_names_that_are_two():
    assert name_key("Arte +1") != name_key("Arte")
    assert name_key("HD") == "hd"
    assert guide_name_key("Arte.fr") == name_key("ARTE")
    assert name_key("...") == ""
