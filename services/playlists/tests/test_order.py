"""PE-19: channels stand in order of number, and moving one renumbers no outsider."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineup.context import Context
from lineup.contracts.playlists.channels import ListChannels, MoveChannels
from lineup.errors import Invalid, NotFound
from playlists.channels.packages import follow_accounts
from playlists.editing import lists, operations, order
from playlists.editing.order import beside, exchanged, from_number

from .conftest import NEIGHBOUR, OPERATOR, a_channel, a_partner, actor_of

ONE, TWO, THREE, FOUR, FIVE = (UUID(int=i) for i in range(1, 6))


def line(*places):
    return [(UUID(int=i), number) for i, number in enumerate(places, 1)]


@st.composite
def moves(draw):
    numbers = sorted(draw(st.sets(st.integers(1, 500), min_size=2, max_size=30)))
    places = line(*numbers)
    ids = draw(st.permutations([id_ for id_, _ in places]))
    count = draw(st.integers(1, len(ids) - 1))
    return places, ids[:count], ids[count], draw(st.booleans())


class TestExchanged:
    def test_gaps_stay_and_only_those_between_change(self):
        places = line(1, 2, 10, 11, 20)

        assert exchanged(places, [FOUR], 1) == {
            FOUR: 2,
            TWO: 10,
            THREE: 11,
        }

    def test_several_stand_in_the_order_given(self):
        places = line(1, 2, 3, 4, 5)

        assert exchanged(places, [FIVE, TWO], 0) == {
            FIVE: 1,
            ONE: 3,
            THREE: 4,
            FOUR: 5,
        }

    @given(moves(), st.integers(1, 600))
    def test_the_first_gets_the_number_wished_for_or_the_next_in_use(self, move, wish):
        places, moved, _, _ = move

        new = {**dict(places)}
        new |= exchanged(places, moved, from_number(places, moved, wish))

        numbers = [number for _, number in places]
        last_start = numbers[-len(moved)]
        expected = min([n for n in numbers if n >= wish] or [last_start])
        assert new[moved[0]] == min(expected, last_start)

    def test_what_stands_there_already_changes_nothing(self):
        assert exchanged(line(1, 2, 3), [TWO], 1) == {}

    @given(moves())
    def test_numbers_are_exchanged_and_the_wish_is_met(self, move):
        places, moved, target, behind = move

        at = beside(places, moved, target, behind=behind)
        new = {**dict(places), **exchanged(places, moved, at)}

        assert sorted(new.values()) == [number for _, number in places]
        order = sorted(new, key=new.__getitem__)
        at = order.index(target)
        there = (
            order[at + 1 : at + 1 + len(moved)]
            if behind
            else order[at - len(moved) : at]
        )
        assert there == moved
        rest = [id_ for id_, _ in places if id_ not in moved]
        assert [id_ for id_ in order if id_ not in moved] == rest


def names(work):
    page = lists.list_channels(work, ListChannels())
    return [f"{view.details.number} {view.details.name}" for view in page.items]


def test_a_channel_is_put_before_another(work):
    ids = [a_channel(work, n, f"C{n}").id for n in (1, 2, 3, 7)]

    touched = order.move_channels(
        work, MoveChannels(channel_ids=[ids[3]], before_id=ids[1])
    )

    work.session.expire_all()
    assert names(work) == ["1 C1", "2 C7", "3 C2", "7 C3"]
    assert touched.count == 3


def test_a_channel_gets_the_number_it_is_moved_to(work):
    ids = [a_channel(work, n, f"C{n}").id for n in (1, 2, 3, 7)]

    order.move_channels(work, MoveChannels(channel_ids=[ids[0]], to_number=3))

    work.session.expire_all()
    assert names(work) == ["1 C2", "2 C3", "3 C1", "7 C7"]


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"before_id": TWO, "after_id": TWO},
        {"before_id": TWO, "to_number": 3},
        {"before_id": "itself"},
    ],
)
def test_a_move_names_one_place(work, place):
    own = a_channel(work, 1).id
    place = {name: own if said == "itself" else said for name, said in place.items()}
    with pytest.raises(Invalid):
        order.move_channels(work, MoveChannels(channel_ids=[own], **place))


@pytest.mark.parametrize("channel_ids", [[], [ONE] * 501])
def test_a_move_is_of_some_channels(work, channel_ids):
    with pytest.raises(Invalid):
        order.move_channels(work, MoveChannels(channel_ids=channel_ids, to_number=1))


def test_nobody_moves_a_neighbour_s_channel_or_moves_to_it(work, work_of):
    own, theirs = a_channel(work, 1), a_channel(work_of(NEIGHBOUR), 1)
    for moved, target in ((own, theirs), (theirs, own)):
        with pytest.raises(NotFound):
            order.move_channels(
                work, MoveChannels(channel_ids=[moved.id], before_id=target.id)
            )
        with pytest.raises(NotFound):
            order.move_channels(
                work_of(actor=OPERATOR),
                MoveChannels(channel_ids=[moved.id], before_id=target.id),
            )


def test_two_who_move_at_once_leave_every_number_given_once(database):
    context = Context(actor=actor_of(a_partner().id))
    with database.transaction() as work:
        follow_accounts(work, [a_partner()])
    with database.transaction(context) as work:
        ids = [a_channel(work, n, f"C{n}").id for n in range(1, 21)]

    def move(moved, target):
        for place in ({"before_id": target}, {"after_id": ids[-1]}) * 10:
            with database.transaction(context) as work:
                order.move_channels(work, MoveChannels(channel_ids=[moved], **place))

    with ThreadPoolExecutor() as threads:
        pairs = ((ids[10], ids[0]), (ids[2], ids[5]), (ids[7], ids[1]))
        moving = [threads.submit(move, *pair) for pair in pairs]
        for one in moving:
            one.result(timeout=60)

    with database.transaction(context) as work:
        page = lists.list_channels(work, ListChannels())
    assert [view.details.number for view in page.items] == list(range(1, 21))
    assert {view.id for view in page.items} == set(ids)


def test_a_number_may_be_taken_over_only_once_it_is_free(work):
    one, two = a_channel(work, 1), a_channel(work, 2)
    order.move_channels(work, MoveChannels(channel_ids=[two.id], before_id=one.id))

    with pytest.raises(operations.NumberTaken), work.session.begin_nested():
        a_channel(work, 2)
