"""Calls: asked, answered, let in, refused, broken."""

import pytest
from drill import Ask

from lineup.context import Actor, Context, Role
from lineup.errors import Conflict, Forbidden, Invalid, Unauthenticated, Unavailable
from lineup.rpc import ServiceFault


def test_a_call_is_answered(standing):
    assert standing.echo(Context(), Ask(note="hello")).note == "hello"


def test_a_door_lets_in_only_its_roles(standing):
    seller = Actor(role=Role.DEALER, scopes=("/a/",), name="Dora")
    customer = Actor(role=Role.CUSTOMER, scopes=("/a/b/",))

    assert standing.for_sellers(Context(actor=seller), Ask()).note == "Dora"
    with pytest.raises(Forbidden):
        standing.for_sellers(Context(actor=customer), Ask())
    with pytest.raises(Unauthenticated):
        standing.for_sellers(Context(), Ask())


def test_a_refusal_arrives_as_its_kind_with_its_code(standing):
    with pytest.raises(Conflict) as refused:
        standing.refuse(Context(), Ask(note="x"))

    assert refused.value.code == "note_taken"
    assert refused.value.message == "That note is taken."
    assert refused.value.details == {"note": "x"}
    with pytest.raises(Invalid) as refused:
        standing.refuse_fields(Context(), Ask())
    assert refused.value.fields == {"note": ["Too long."]}


def test_a_request_that_does_not_fit_names_the_field(standing):
    with pytest.raises(Invalid) as refused:
        standing.echo(Context(), {"note": 5})

    assert list(refused.value.fields) == ["note"]


def test_a_bug_shows_no_more_than_the_request_id(standing, standing_copy):
    context = Context(request_id="f00d")

    with pytest.raises(ServiceFault) as fault:
        standing.break_down(context, Ask(note="hidden"))

    assert fault.value.request_id == "f00d"
    assert "hidden" not in str(vars(fault.value))
    lines = [
        line
        for line in standing_copy.output().splitlines()
        if "endpoint_failed" in line and "break_down" in line
    ]
    assert len(lines) == 1
    assert '"request_id": "f00d"' in lines[0]
    assert "RuntimeError" in lines[0]


def test_a_reply_that_cannot_be_written_is_a_bug(standing):
    with pytest.raises(ServiceFault):
        standing.give_nonsense(Context(), Ask())


def test_a_reply_that_does_not_fit_the_contract_is_a_fault(standing):
    answer = standing.rpc.call(
        "standing", "echo", Context(), Ask(note="x"), reply_type=int
    )
    with pytest.raises(ServiceFault):
        answer.reply()


def test_a_door_that_this_copy_lacks_is_unavailable(standing):
    with pytest.raises(Unavailable) as refused:
        standing.no_such_door(Context(), Ask())

    assert refused.value.code == "unknown_verb"
