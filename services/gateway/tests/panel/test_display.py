"""Values as people read them."""

import enum
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import g

from gateway.app_context import app_context_of
from gateway.panel import display
from lineup.context import NOBODY
from lineup.money import Money

SUMMER = datetime(2026, 7, 1, 22, 30, 5, tzinfo=UTC)


class State(enum.StrEnum):
    PAST_DUE = "past_due"


@pytest.fixture
def living_in(app):
    """Let the actor see times in a zone."""
    with app.test_request_context("/"):

        def live(zone):
            g.actor = replace(NOBODY, time_zone=zone)

        yield live


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 users"), (1, "1 user"), (2059, "2,059 users")]
)
def test_one_of_a_thing_is_said_as_one(count, text):
    assert display.counted(count, "user") == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("9.00 EUR", "9.00 EUR"),
        ("1234567.5 EUR", "1,234,567.50 EUR"),
        ("-0.05 EUR", "-0.05 EUR"),
        ("1500 JPY", "1,500 JPY"),
    ],
)
def test_money_has_its_currencys_places_and_thousands(amount, text):
    assert display.money_text(Money.of(amount)) == text


def test_instants_are_shown_where_one_lives(living_in):
    living_in("Europe/Paris")

    assert display.instant_text(SUMMER) == "2 Jul 2026, 00:30"
    assert display.day_text(SUMMER) == "2 Jul 2026"
    assert display.exact_text(SUMMER) == "2026-07-01 22:30:05 UTC"


def test_a_zone_that_is_none_is_utc(living_in):
    living_in("Nowhere/../etc")

    assert display.instant_text(SUMMER) == "1 Jul 2026, 22:30"


def test_the_distance_looks_both_ways(living_in, app):
    living_in("UTC")
    now = app_context_of(app).clock.now()

    assert display.distance_text(now + timedelta(days=3)) == "in 3 days"
    assert display.distance_text(now - timedelta(hours=2)) == "2 hours ago"


def test_a_state_is_a_word_with_a_tone():
    assert display.label_of(State.PAST_DUE) == "Past due"
    assert display.tone_of("active") == display.GOOD
    assert display.tone_of(State.PAST_DUE) == display.CALM
