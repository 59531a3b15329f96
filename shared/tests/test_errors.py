"""Refusals travel and stay what they are."""

import pytest

from lineup.contracts.billing.refusals import PlanNotFound
from lineup.errors import (
    KINDS,
    NotFound,
    TimedOut,
    Unavailable,
    from_wire,
    to_wire,
)


@pytest.mark.parametrize("kind", [*KINDS.values(), TimedOut])
def test_a_refusal_that_travelled_has_the_same_status_and_code(kind):
    sent = kind("No.", fields={"name": ["Too long."]}, details={"left": 3})

    came = from_wire(to_wire(sent))

    assert type(came) is kind
    assert (came.status, came.code, came.message) == (sent.status, sent.code, "No.")
    assert (came.fields, came.details) == (sent.fields, sent.details)


def test_late_answers_of_every_part_have_one_status():
    from lineup.bus.calls import TooLate

    statuses = {came.status for came in (TimedOut(), from_wire(to_wire(TooLate())))}

    assert statuses == {504}


def test_a_copy_that_knows_no_timeouts_takes_one_for_a_part_that_is_away():
    assert to_wire(TimedOut())["kind"] == Unavailable.kind


def test_a_refusal_of_a_service_comes_as_its_kind():
    came = from_wire(to_wire(PlanNotFound()))

    assert (type(came), came.code) == (NotFound, "plan_not_found")
