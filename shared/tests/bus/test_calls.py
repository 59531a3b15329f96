"""Calls: asked, answered, let in, refused, broken."""

import pytest
from drill import Ask

from lineup.context import Actor, Context, Role
from lineup.errors import Conflict, Forbidden, Invalid, Unauthenticated, Unavailable
from lineup.rpc import ServiceFault


@pytest.fixture(autouse=True)
def running(service):
    return service()


def test_a_call_is_answered(drill):
    assert drill.echo(Context(), Ask(note="hello")).note == "hello"


def test_a_door_lets_in_only_its_roles(drill):
    seller = Actor(role=Role.DEALER, scopes=("/a/",), name="Dora")
    customer = Actor(role=Role.CUSTOMER, scopes=("/a/b/",))

    assert drill.for_sellers(Context(actor=seller), Ask()).note == "Dora"
    with pytest.raises(Forbidden):
        drill.for_sellers(Context(actor=customer), Ask())
    with pytest.raises(Unauthenticated):
        drill.for_sellers(Context(), Ask())


def test_a_refusal_arrives_as_its_kind_with_its_code(drill):
    with pytest.raises(Conflict) as refused:
        drill.refuse(Context(), Ask(note="x"))

    assert refused.value.code == "note_taken"
    assert refused.value.message == "That note is taken."
    assert refused.value.details == {"note": "x"}
    with pytest.raises(Invalid) as refused:
        drill.refuse_fields(Context(), Ask())
    assert refused.value.fields == {"note": ["Too long."]}


def test_a_request_that_does_not_fit_names_the_field(drill):
    with pytest.raises(Invalid) as refused:
        drill.echo(Context(), {"note": 5})

    assert list(refused.value.fields) == ["note"]


def test_a_bug_shows_no_more_than_the_request_id(drill, running):
    context = Context(request_id="f00d")

    with pytest.raises(ServiceFault) as fault:
        drill.break_down(context, Ask(note="hidden"))

    assert fault.value.request_id == "f00d"
    assert "hidden" not in str(vars(fault.value))
    lines = [line for line in running.said().splitlines() if "door_failed" in line]
    assert len(lines) == 1
    assert '"request_id": "f00d"' in lines[0]
    assert "RuntimeError" in lines[0]


def test_a_reply_that_cannot_be_written_is_a_bug(drill):
    with pytest.raises(ServiceFault):
        drill.give_nonsense(Context(), Ask())


def test_a_door_that_this_copy_lacks_is_unavailable(drill):
    with pytest.raises(Unavailable) as refused:
        drill.no_such_door(Context(), Ask())

    assert refused.value.code == "unknown_door"
