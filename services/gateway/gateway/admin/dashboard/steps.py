"""Getting started: steps of a new partner that tick themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.admin.dashboard.links import link
from gateway.admin.dashboard.queries import Results


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step, where it is done, and whether it is."""

    title: str
    words: str
    address: str
    is_done: bool


STEPS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "Channels",
        "Import your playlist from a file or URL.",
        "jobs_pages.import_channels",
        ("channels",),
    ),
    (
        "Guide",
        "Add an XMLTV source.",
        "sources_pages.new_guide_source",
        ("sources",),
    ),
    (
        "Product",
        "Choose packages, then add a plan with a price.",
        "billing_pages.new_product",
        ("products",),
    ),
    (
        "First sale",
        "Put all channels on sale and make your first sale.",
        "sell_pages.first_line",
        ("customers",),
    ),
    (
        "Seller",
        "Add a dealer or reseller if others sell for you.",
        "sellers_pages.new_dealer",
        ("resellers", "dealers"),
    ),
)
"""Title, words, page, and the lists of which one must have a row."""


def steps_of(results: Results) -> list[Step]:
    """The steps; none when all are done, or while some cannot be known."""
    needed = {name for *_, names in STEPS for name in names}
    found = {name: results[name].value for name in needed if name in results}
    if len(found) < len(needed) or None in found.values():
        return []
    steps = [_step(found, *step) for step in STEPS]
    return [] if all(step.is_done for step in steps) else steps


def _step(
    found: Mapping[str, Any],
    title: str,
    words: str,
    endpoint: str,
    names: tuple[str, ...],
) -> Step:
    is_done = any(found[name].total for name in names)
    return Step(title=title, words=words, address=link(endpoint), is_done=is_done)
