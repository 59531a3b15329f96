"""How money moves: by the database functions `post_transfer` and `post_transfers`.

The first books one movement between two accounts, the most frequent one, and asks each
table once. The second books any number of any movements. A test compares them. What a
query makes out is booked by `posting_set`, which another test compares.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from billing.wallets.models import Wallet
from billing.wallets.movements import Account, Movement
from lineup.contracts.billing.refusals import AmountTooLarge, InsufficientBalance
from lineup.database import UnitOfWork
from lineup.errors import KeyReused
from lineup.ids import new_id
from lineup.impersonation import signature
from lineup.scope import ROOT, below

POST_ONE = """
SELECT transfer_id, outcome FROM post_transfer(
    %(actor)s, %(at)s, %(id)s::uuid, %(partner)s::uuid, %(scope)s, %(key)s, %(hash)s,
    %(cause)s, %(reference)s, %(reverses)s::uuid,
    %(source)s::uuid, %(source_entry)s::uuid, %(target)s::uuid, %(target_entry)s::uuid,
    %(amount)s::bigint
)
"""
POST = """
SELECT place, transfer_id, outcome FROM post_transfers(
    %(actor)s, %(at)s,
    %(ids)s::uuid[], %(partners)s::uuid[], %(scopes)s::text[], %(keys)s::text[],
    %(hashes)s::text[], %(causes)s::text[], %(references)s::text[],
    %(reverses)s::uuid[],
    %(places)s::integer[], %(wallets)s::uuid[], %(amounts)s::bigint[],
    %(entries)s::uuid[]
)
"""


OUT_OF_RANGE = "22003"
"""SQLSTATE of a number that its column cannot hold."""


@dataclass(frozen=True)
class Posted:
    """A transfer that stands, and whether it was this call that made it."""

    transfer_id: UUID
    is_new: bool


def transfer(work: UnitOfWork, movement: Movement) -> Posted:
    """Move money, or tell that the same movement stands already.

    InsufficientBalance when a customer's wallet does not cover it; AmountTooLarge when
    it cannot hold it; KeyReused when the key names another movement. Nothing is
    written then.
    """
    return transfer_all(work, [movement])[0]


def _transfer_one(work: UnitOfWork, movement: Movement) -> Posted:
    """Move money from one account to another."""
    answer = _post_one(work, movement)
    if answer.outcome == "unopened":
        _open_wallets(work, [movement])
        answer = _post_one(work, movement)
    _refuse({answer.outcome})
    return Posted(UUID(str(answer.transfer_id)), is_new=answer.outcome == "new")


def transfer_all(work: UnitOfWork, movements: Sequence[Movement]) -> list[Posted]:
    """Move money many times in one go: all of it, or nothing at all.

    Movements are applied in the order given. Those that stand already are left out
    and told so.
    """
    if not movements:
        return []
    if len(movements) == 1 and len(movements[0].legs) == 2:
        return [_transfer_one(work, movements[0])]
    answers = _post(work, movements)
    if any(outcome == "unopened" for _, _, outcome in answers):
        _open_wallets(work, movements)
        answers = _post(work, movements)
    outcomes = {outcome for _, _, outcome in answers}
    _refuse(outcomes)
    if "known" in outcomes:
        return _posted_rest(work, movements, answers)
    return [Posted(UUID(str(made)), is_new=True) for _, made, _ in sorted(answers)]


def _refuse(outcomes: set[str]) -> None:
    """Rise for what was not booked; nothing was written then."""
    if "key_reused" in outcomes:
        raise KeyReused
    if "short" in outcomes:
        raise InsufficientBalance


def _post_one(work: UnitOfWork, movement: Movement) -> Row[Any]:
    """Book what moves from one account to another; its id and the outcome."""
    source, target = sorted(movement.legs, key=lambda leg: leg.amount_minor)
    values = {
        "actor": signature(work.actor),
        "at": work.now,
        "id": str(new_id()),
        "partner": str(movement.partner_id),
        "scope": below(ROOT, movement.partner_id),
        "key": movement.key,
        "hash": movement.content_hash,
        "cause": str(movement.cause),
        "reference": movement.reference,
        "reverses": str(movement.reverses_id) if movement.reverses_id else None,
        "source": str(source.account.id),
        "source_entry": str(new_id()),
        "target": str(target.account.id),
        "target_entry": str(new_id()),
        "amount": target.amount_minor,
    }
    return _called(work, POST_ONE, values)[0]


Answers = list[tuple[int, Any, str]]


def _post(work: UnitOfWork, movements: Sequence[Movement]) -> Answers:
    legs = [(n, leg) for n, move in enumerate(movements, 1) for leg in move.legs]
    values = {
        "actor": signature(work.actor),
        "at": work.now,
        "ids": [str(new_id()) for _ in movements],
        "partners": [str(move.partner_id) for move in movements],
        "scopes": [below(ROOT, move.partner_id) for move in movements],
        "keys": [move.key for move in movements],
        "hashes": [move.content_hash for move in movements],
        "causes": [str(move.cause) for move in movements],
        "references": [move.reference for move in movements],
        "reverses": [
            str(move.reverses_id) if move.reverses_id else None for move in movements
        ],
        "places": [n for n, _ in legs],
        "wallets": [str(leg.account.id) for _, leg in legs],
        "amounts": [leg.amount_minor for _, leg in legs],
        "entries": [str(new_id()) for _ in legs],
    }
    rows = _called(work, POST, values)
    return [(row.place, row.transfer_id, row.outcome) for row in rows]


def _called(
    work: UnitOfWork, statement: str, values: dict[str, Any]
) -> Sequence[Row[Any]]:
    try:
        return work.session.connection().exec_driver_sql(statement, values).all()
    except DBAPIError as error:
        if getattr(error.orig, "pgcode", None) != OUT_OF_RANGE:
            raise
        words = [AmountTooLarge.__doc__ or ""]
        raise AmountTooLarge(fields={"amount": words}) from None


def _posted_rest(
    work: UnitOfWork, movements: Sequence[Movement], answers: Answers
) -> list[Posted]:
    known = {
        place: Posted(UUID(str(made)), is_new=False)
        for place, made, outcome in answers
        if outcome == "known"
    }
    rest = [n for n in range(1, len(movements) + 1) if n not in known]
    made = transfer_all(work, [movements[n - 1] for n in rest])
    together = known | dict(zip(rest, made, strict=True))
    return [together[n] for n in range(1, len(movements) + 1)]


def _open_wallets(work: UnitOfWork, movements: Sequence[Movement]) -> None:
    open_accounts(work, [leg.account for m in movements for leg in m.legs])


def open_accounts(work: UnitOfWork, accounts: Iterable[Account]) -> None:
    """Make the wallets of accounts that have none yet."""
    rows = [
        {
            "id": account.id,
            "owner_id": account.owner_id,
            "owner_kind": account.owner_kind,
            "purpose": account.name,
            "account_purpose": account.purpose,
            "asset": account.asset,
            "partner_id": account.partner_id,
            "scope": account.scope,
            "is_system": not account.keeps_balance,
        }
        for _, account in sorted({one.id: one for one in accounts}.items())
    ]
    table = cast("Table", Wallet.__table__)
    work.session.execute(insert(table).values(rows).on_conflict_do_nothing())
