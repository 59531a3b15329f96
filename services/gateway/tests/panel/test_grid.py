"""What is on, laid into columns of five minutes: nothing lost, nothing doubled."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.admin.content.grid import Window, cells_of
from lineup.contracts.playlists.guide import ProgrammeView

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
WINDOW = Window(NOON, NOON + timedelta(hours=4))


def listed_programmes(start, stop, title="A"):
    """A programme, in minutes from noon."""
    return ProgrammeView(
        start_at=NOON + timedelta(minutes=start),
        stop_at=NOON + timedelta(minutes=stop),
        title=title,
        sub_title="",
        description="",
    )


def row(*programmes):
    return [
        (cell.span, cell.programme.title if cell.programme else None)
        for cell in cells_of(programmes, WINDOW)
    ]


def test_a_row_without_programmes_is_one_gap():
    assert row() == [(48, None)]


def test_programmes_and_gaps_stand_where_they_begin_and_end():
    assert row(listed_programmes(0, 30, "A"), listed_programmes(60, 90, "B")) == [
        (6, "A"),
        (6, None),
        (6, "B"),
        (30, None),
    ]


def test_what_reaches_beyond_the_window_is_cut():
    assert row(listed_programmes(-60, 10, "A"), listed_programmes(10, 999, "B")) == [
        (2, "A"),
        (46, "B"),
    ]


def test_what_lies_outside_is_left_out():
    assert row(listed_programmes(-60, 0, "A"), listed_programmes(240, 300, "B")) == [
        (48, None)
    ]


def test_a_minute_gets_a_column_and_its_neighbour_keeps_the_rest():
    assert row(listed_programmes(0, 1, "A"), listed_programmes(1, 30, "B")) == [
        (1, "A"),
        (5, "B"),
        (42, None),
    ]


def test_many_minutes_push_nobody_far_away():
    minutes = [listed_programmes(at, at + 1) for at in range(60)]
    cells = row(*minutes, listed_programmes(60, 120, "B"))

    start = 0
    for span, title in cells:
        if title == "B":
            break
        start += span
    assert abs(start - 12) <= 2


@st.composite
def days(draw):
    cuts = sorted(draw(st.lists(st.integers(-300, 600), max_size=40, unique=True)))
    pairs = pairwise(cuts)
    kept = draw(st.lists(st.booleans(), min_size=len(cuts), max_size=len(cuts)))
    return [
        listed_programmes(*pair)
        for pair, keep in zip(pairs, kept, strict=False)
        if keep
    ]


@given(days())
def test_a_row_fills_the_window_exactly_in_order(programmes):
    cells = cells_of(programmes, WINDOW)

    assert sum(cell.span for cell in cells) == WINDOW.steps
    assert all(cell.span > 0 for cell in cells)
    placed = [cell.programme for cell in cells if cell.programme]
    assert placed == sorted(placed, key=lambda one: one.start_at)
    long = [p for p in programmes if p.stop_at - p.start_at >= timedelta(minutes=15)]
    inside = [p for p in long if p.stop_at > NOON and p.start_at < WINDOW.until_at]
    edge = timedelta(minutes=5)
    for programme in inside:
        is_at_edge = (
            programme.stop_at <= NOON + edge
            or programme.start_at >= WINDOW.until_at - edge
        )
        assert is_at_edge or programme in placed


def test_now_stands_in_percent_and_only_inside():
    assert WINDOW.percent_of(NOON + timedelta(hours=1)) == 25
    assert WINDOW.percent_of(NOON - timedelta(seconds=1)) is None
    assert WINDOW.percent_of(WINDOW.until_at) is None
