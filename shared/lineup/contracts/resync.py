"""Asking an owner to announce everything again, so that copies heal or fill."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Resync:
    """Announce the present state of every aggregate, in its present version."""


@dataclass(frozen=True, kw_only=True)
class Resynced:
    """How many aggregates were announced."""

    announced: int
