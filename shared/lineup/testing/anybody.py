"""Verbs asked by anybody with any values, in a world of many owners.

for verb in verbs_for_people("billing").values():
    ask_anything(world, people, verb)
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lineup.context import Actor, Feature, Permission
from lineup.scope import ROOT
from lineup.testing.tenancy import Answer, TenancyHarness
from lineup.verbs import Verb, verbs_of

EXAMPLES = 25
SELDOM = 4
"""How often somebody is not limited for each time that they are."""


def verbs_for_people(service: str) -> dict[str, Verb]:
    """The verbs of a service that people may ask, by name."""
    return {verb.name: verb for verb in verbs_of(service) if verb.allowed}


def ask_anything(
    harness: TenancyHarness,
    people: Sequence[Actor],
    verb: Verb,
    *,
    others: int = SELDOM,
    also: Callable[[Answer], object] = lambda _: None,
) -> None:
    """Ask a verb as anybody: what lies outside of their scopes is neither told nor
    changed. `also` looks at each answer, too; of `others` + 1 people one is limited.
    """

    @given(data=st.data())
    @settings(max_examples=EXAMPLES)
    def ask(data: Any) -> None:
        actor = data.draw(actors(people, verb, others))
        answer = harness.ask(actor, data.draw(harness.requests(verb.request, actor)))
        if found := answer.violations():
            raise AssertionError("\n".join(found))
        also(answer)

    ask()
    if verb.name not in harness.reached:
        raise AssertionError("No values fit, or nobody may ask it.")


@st.composite
def actors(
    draw: st.DrawFn, people: Sequence[Actor], verb: Verb, others: int = SELDOM
) -> Actor:
    """Somebody of a role that may ask, as a rule; seldom from above, where everything
    is inside, with a few permissions only, locked or without a feature.
    """
    fit = [one for one in people if one.role in verb.allowed]
    lower = [one for one in fit if one.scopes != (ROOT,)] or fit
    chosen = st.sampled_from(lower) | st.sampled_from(lower) | st.sampled_from(people)
    actor = draw(chosen)
    if not draw(st.integers(0, others)):
        held = st.lists(st.sampled_from(list(Permission)), unique=True)
        actor = replace(actor, permissions=tuple(draw(held)))
    if not draw(st.integers(0, 9)):
        lacking = (draw(st.sampled_from(list(Feature))),)
        actor = replace(actor, is_locked=True, lacks=lacking)
    return actor
