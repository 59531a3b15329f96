"""Sequences of events, and the same sequences cut into batches in any way."""

from typing import Any

from hypothesis import strategies as st

LONGEST = 12

Grouped = tuple[list[Any], list[list[Any]]]
"""What comes one after the other, and the batches it may come in instead."""


@st.composite
def groupings(draw: st.DrawFn, states: st.SearchStrategy[Any]) -> Grouped:
    """Any sequence of states, duplicates and older ones among them, cut anywhere."""
    sequence = draw(st.lists(states, max_size=LONGEST))
    cuts = draw(st.lists(st.booleans(), min_size=LONGEST, max_size=LONGEST))
    batches: list[list[Any]] = [[]]
    for state, begins_anew in zip(sequence, cuts, strict=False):
        if begins_anew:
            batches.append([])
        batches[-1].append(state)
    return sequence, [batch for batch in batches if batch]
