"""Lists of channels, and what is done to many of them at once (PE-13, PE-18)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, true

from lineup.contracts.paging import Paging
from lineup.contracts.playlists.channels import (
    ChannelFilter,
    GroupChannels,
    GuideReach,
    ListChannels,
    ListGroups,
    MoveChannels,
    SwitchChannels,
    TiedBy,
)
from lineup.contracts.playlists.guide import ChannelTie, TieChannels
from lineup.contracts.playlists.packages import (
    AddPackageChannels,
    CreatePackage,
    DeletePackage,
    GetPackage,
    ListPackages,
    RemovePackageChannels,
    RenamePackage,
    SetPackageChannels,
)
from lineup.errors import Invalid, NotFound, OrderUnknown
from lineup.ids import new_id
from playlists.channels import packages
from playlists.channels.models import STREAM_IDS, Channel
from playlists.editing import contents, lists, many, order, proposals
from playlists.guide.models import GuideChannel, GuideSource
from playlists.pending.models import ChannelSet

from .conftest import NEIGHBOUR, OPERATOR, PARTNER, a_channel, names_of
from .test_channels import announced


def a_guide_for(work, *reaches, partner_id=PARTNER):
    """A source with a guide channel `id<hours>` for each number of hours ahead."""
    source = GuideSource(
        id=new_id(),
        partner_id=partner_id,
        scope="/",
        name="G",
        headers="",
        created_at=work.now,
        import_id=900,
        warnings=[],
    )
    work.session.add(source)
    rows = [
        GuideChannel(
            import_id=900,
            channel_no=place,
            source_id=source.id,
            xmltv_id=f"id{hours}",
            xmltv_key=f"id{hours}",
            name=f"Guide {hours}",
            name_key=f"guide{hours}",
            icon="",
            programmes=9,
            reaches_until=work.now + timedelta(hours=hours),
        )
        for place, hours in enumerate(reaches)
    ]
    work.session.add_all([*rows, *names_of(*rows)])
    work.session.flush()
    return source


def found(work, **fields):
    paging = Paging(order=fields.pop("order", ""), limit=fields.pop("limit", 50))
    page = lists.list_channels(work, ListChannels(paging=paging, **fields))
    return [view.details.number for view in page.items]


def a_package(work, name="Base"):
    return contents.create_package(work, CreatePackage(name=name))


def a_crowd(work, count):
    """So many channels, as fast as the database can."""
    first = a_channel(work, 1).id
    own = {column.name: column for column in Channel.__table__.columns}
    rows = func.generate_series(2, count).table_valued("number").render_derived()
    new = {
        "id": func.gen_random_uuid(),
        "number": rows.c.number,
        "stream_id": STREAM_IDS.next_value(),
    }
    source = select(*(own | new).values()).join(rows, true()).where(Channel.id == first)
    work.session.execute(insert(Channel).from_select(list(own), source))


CHANGES = {
    "switch": lambda work, channel, _: many.switch_channels(
        work, SwitchChannels(channel_ids=[channel], is_on=False)
    ),
    "group": lambda work, channel, _: many.group_channels(
        work, GroupChannels(channel_ids=[channel], group="B")
    ),
    "move": lambda work, channel, _: order.move_channels(
        work, MoveChannels(channel_ids=[channel], to_number=2)
    ),
    "tie": lambda work, channel, _: proposals.tie_channels(
        work, TieChannels(ties=[ChannelTie(channel_id=channel, guide_id="x")])
    ),
    "add": lambda work, channel, package: contents.add_package_channels(
        work, AddPackageChannels(package_id=package, channel_ids=[channel])
    ),
    "remove": lambda work, _, package: contents.remove_package_channels(
        work, RemovePackageChannels(package_id=package, matching=ChannelFilter())
    ),
    "set": lambda work, channel, package: contents.set_package_channels(
        work, SetPackageChannels(package_id=package, channel_ids=[channel])
    ),
    "delete": lambda work, _, package: packages.delete_package(
        work, DeletePackage(package_id=package)
    ),
}


class TestLists:
    @pytest.fixture
    def channels(self, work):
        a_guide_for(work, -5, 5, 50)
        a_channel(work, 1, "Zeta", group="News", guide_id="id50")
        a_channel(work, 2, "alpha", group="Sport", guide_id="id5", is_adult=True)
        a_channel(work, 3, "Beta", is_on=False, guide_id="id-5")
        a_channel(work, 44, "Gamma", group="News")

    @pytest.mark.parametrize(
        ("order", "numbers"),
        [
            ("", [1, 2, 3, 44]),
            ("-number", [44, 3, 2, 1]),
            ("name", [2, 3, 44, 1]),
            ("group", [3, 1, 44, 2]),
            ("guide_until", [44, 3, 2, 1]),
            ("-guide_until", [1, 2, 3, 44]),
        ],
    )
    @pytest.mark.usefixtures("channels")
    def test_they_stand_in_the_order_asked_for(self, work, order, numbers):
        assert found(work, order=order) == numbers

    @pytest.mark.usefixtures("channels")
    def test_no_other_order_is_known(self, work):
        with pytest.raises(OrderUnknown):
            found(work, order="address")

    @pytest.mark.parametrize(
        ("fields", "numbers"),
        [
            ({"group": "News"}, [1, 44]),
            ({"is_grouped": False}, [3]),
            ({"is_on": False}, [3]),
            ({"is_on": True}, [1, 2, 44]),
            ({"is_adult": True}, [2]),
            ({"search": "44"}, [44]),
            ({"search": "ALPHA"}, [2]),
            ({"guide": GuideReach.NONE}, [3, 44]),
            ({"guide": GuideReach.SHORT}, [2]),
            ({"guide": GuideReach.LACKING}, [2, 3, 44]),
            ({"guide": GuideReach.ENOUGH}, [1]),
            ({"guide": GuideReach.LACKING, "order": "guide_until"}, [44, 3, 2]),
            ({"partner_id": NEIGHBOUR}, []),
        ],
    )
    @pytest.mark.usefixtures("channels")
    def test_they_are_narrowed(self, work, fields, numbers):
        assert found(work, **fields) == numbers

    @pytest.mark.usefixtures("channels")
    def test_pages_by_guide_go_both_ways_and_are_counted(self, work):
        asked = ListChannels(
            guide=GuideReach.LACKING,
            paging=Paging(order="guide_until", limit=2, count_up_to=100),
        )
        first = lists.list_channels(work, asked)
        second = lists.list_channels(
            work,
            ListChannels(
                guide=GuideReach.LACKING,
                paging=Paging(order="guide_until", limit=2, after=first.next_after),
            ),
        )
        back = lists.list_channels(
            work,
            ListChannels(
                guide=GuideReach.LACKING,
                paging=Paging(order="guide_until", limit=2, before=second.items[0].id),
            ),
        )

        assert first.total == 3
        assert [v.details.number for v in (*first.items, *second.items)] == [44, 3, 2]
        assert back.items == first.items

    @pytest.mark.usefixtures("channels")
    def test_the_edge_of_a_day_is_enough(self, work):
        work.now += timedelta(hours=26)
        assert found(work, guide=GuideReach.ENOUGH) == [1]

        work.now += timedelta(seconds=1)
        assert found(work, guide=GuideReach.SHORT) == [1]

    @pytest.mark.parametrize("seconds", [0, 1])
    @pytest.mark.usefixtures("channels")
    def test_a_channel_says_the_reach_it_is_found_by(self, work, seconds):
        work.now += timedelta(hours=26, seconds=seconds)

        for view in lists.list_channels(work, ListChannels()).items:
            assert view.details.number in found(work, guide=view.guide_reach)

    @pytest.mark.usefixtures("channels")
    def test_a_channel_tells_what_it_shows_and_why(self, work):
        (view,) = lists.list_channels(work, ListChannels(search="Zeta")).items

        assert (view.guide.guide_id, view.guide.name) == ("id50", "Guide 50")
        assert view.guide.tied_by is TiedBy.MANUAL
        assert view.is_tied_by_staff

    @pytest.mark.usefixtures("channels")
    def test_groups_are_counted_in_the_order_players_show_them(self, work, work_of):
        groups = lists.list_groups(work, ListGroups()).items

        counted = [(group.name, group.channel_count) for group in groups]
        assert counted == [("News", 2), ("Sport", 1), ("", 1)]
        assert lists.list_groups(work_of(NEIGHBOUR), ListGroups()).items == []


class TestMany:
    def test_many_are_switched_at_once(self, work):
        ids = [a_channel(work, n).id for n in (1, 2, 3)]

        off = SwitchChannels(channel_ids=ids[:2], is_on=False)
        assert many.switch_channels(work, off).count == 2
        assert found(work, is_on=True) == [3]
        everything = SwitchChannels(matching=ChannelFilter(), is_on=False)
        assert many.switch_channels(work, everything).count == 1

    def test_a_channel_without_an_address_stays_off(self, work):
        channel = a_channel(work, 1, address="", is_on=False)

        on = SwitchChannels(channel_ids=[channel.id], is_on=True)
        assert many.switch_channels(work, on).count == 0
        assert found(work, is_on=True) == []

    def test_all_that_a_filter_leaves_are_put_into_a_group(self, work):
        for number, group in enumerate(("A", "A", "B"), 1):
            a_channel(work, number, group=group)

        of_a = GroupChannels(matching=ChannelFilter(group="A"), group=" News ")
        assert many.group_channels(work, of_a).count == 2
        assert found(work, group="News") == [1, 2]

    @pytest.mark.parametrize("change", CHANGES)
    def test_what_players_see_is_rendered_after_every_change(self, work, change):
        channel, package = a_channel(work, 1, group="A"), a_package(work)
        a_channel(work, 2, package_ids=[package.id])
        later = work.now + timedelta(days=1)
        channel_set = ChannelSet(
            id="s", partner_id=PARTNER, package_ids=[], render_at=later, used_at=later
        )
        work.session.add(channel_set)
        work.session.flush()

        CHANGES[change](work, channel.id, package.id)

        work.session.expire_all()
        assert channel_set.render_at == work.now

    def test_too_many_at_once_are_refused(self, work):
        a_crowd(work, many.MOST_CHOSEN + 1)
        everything = {"matching": ChannelFilter()}
        with pytest.raises(Invalid):
            many.switch_channels(work, SwitchChannels(is_on=False, **everything))

        some = ChannelFilter(search="17")
        moved = many.group_channels(work, GroupChannels(group="X", matching=some))
        assert moved.count == 1

    def test_a_group_s_name_has_an_end(self, work):
        longest = "x" * many.LONGEST_GROUP
        own = [a_channel(work, 1).id]

        many.group_channels(work, GroupChannels(channel_ids=own, group=longest))

        with pytest.raises(Invalid):
            many.group_channels(
                work, GroupChannels(channel_ids=own, group=f"{longest}x")
            )

    @pytest.mark.parametrize(
        "fields", [{}, {"channel_ids": [PARTNER], "matching": ChannelFilter()}]
    )
    def test_channels_or_a_filter_is_given(self, work, fields):
        with pytest.raises(Invalid):
            many.switch_channels(work, SwitchChannels(is_on=True, **fields))

    def test_a_neighbour_s_channels_are_out_of_reach(self, work, work_of):
        theirs = a_channel(work_of(NEIGHBOUR), 1)
        own = a_channel(work, 1)
        package = contents.create_package(work, CreatePackage(name="Base"))
        named = {"channel_ids": [own.id, theirs.id]}
        all_there_are = {"matching": ChannelFilter(partner_id=NEIGHBOUR)}

        for act in (
            lambda fields: many.switch_channels(
                work, SwitchChannels(is_on=False, **fields)
            ),
            lambda fields: many.group_channels(
                work, GroupChannels(group="X", **fields)
            ),
            lambda fields: contents.add_package_channels(
                work, AddPackageChannels(package_id=package.id, **fields)
            ),
        ):
            with pytest.raises(NotFound):
                act(named)
            act(all_there_are)
        with pytest.raises(Invalid):
            contents.set_package_channels(
                work, SetPackageChannels(package_id=package.id, **named)
            )
        with pytest.raises(Invalid):
            contents.add_package_channels(
                work_of(actor=OPERATOR),
                AddPackageChannels(package_id=package.id, **named),
            )
        assert found(work_of(NEIGHBOUR), is_on=True, group="") == [1]
        assert found(work_of(NEIGHBOUR), group="X") == []


class TestPackages:
    def test_channels_are_put_in_beside_others_and_taken_out(self, work):
        ids = [a_channel(work, n).id for n in (1, 2, 3)]
        made = contents.create_package(
            work, CreatePackage(name="Base", channel_ids=ids[:1])
        )

        added = contents.add_package_channels(
            work,
            AddPackageChannels(
                package_id=made.id,
                matching=ChannelFilter(outside_package_id=made.id),
            ),
        )
        assert added.channel_count == 3
        assert found(work, outside_package_id=made.id) == []
        left = contents.remove_package_channels(
            work, RemovePackageChannels(package_id=made.id, channel_ids=ids[:2])
        )
        assert left.channel_count == 1
        assert found(work, package_id=made.id) == [3]

    def test_a_new_name_is_announced_in_a_newer_version(self, work):
        made = contents.create_package(work, CreatePackage(name="Base"))

        renamed = packages.rename_package(
            work, RenamePackage(package_id=made.id, name=" Basis ")
        )

        assert renamed.name == "Basis"
        states = [s for s in announced(work) if s["id"] == str(made.id)]
        assert [(s["version"], s["name"]) for s in states] == [
            (1, "Base"),
            (2, "Basis"),
        ]
        with pytest.raises(Invalid):
            packages.rename_package(work, RenamePackage(package_id=made.id, name=" "))

    def test_a_deleted_package_is_announced_and_its_channels_stay(self, work):
        channel = a_channel(work, 1)
        made = contents.create_package(
            work, CreatePackage(name="Base", channel_ids=[channel.id])
        )

        packages.delete_package(work, DeletePackage(package_id=made.id))

        assert announced(work)[-1]["is_deleted"] is True
        assert found(work) == [1]
        with pytest.raises(NotFound):
            packages.get_package(work, GetPackage(package_id=made.id))

    def test_the_demo_set_stays(self, work):
        a_channel(work, 1)
        (demo,) = packages.list_packages(work, ListPackages()).items
        with pytest.raises(packages.DemoStays):
            packages.delete_package(work, DeletePackage(package_id=demo.id))

    def test_packages_are_found_and_sorted_by_name(self, work):
        for name in ("Zoo", "base", "Basic"):
            contents.create_package(work, CreatePackage(name=name))

        by_name = ListPackages(paging=Paging(order="name"))
        listed = [p.name for p in packages.list_packages(work, by_name).items]
        assert listed == ["base", "Basic", "Demo", "Zoo"]
        searched = packages.list_packages(work, ListPackages(search="bas")).items
        assert {p.name for p in searched} == {"base", "Basic"}

    def test_the_neighbour_touches_none(self, work, work_of):
        made = contents.create_package(work, CreatePackage(name="Base"))
        neighbour = work_of(NEIGHBOUR)
        for attempt in (
            lambda: packages.rename_package(
                neighbour, RenamePackage(package_id=made.id, name="X")
            ),
            lambda: packages.delete_package(
                neighbour, DeletePackage(package_id=made.id)
            ),
            lambda: contents.remove_package_channels(
                neighbour,
                RemovePackageChannels(package_id=made.id, matching=ChannelFilter()),
            ),
        ):
            with pytest.raises(NotFound):
                attempt()
