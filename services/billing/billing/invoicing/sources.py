"""What of the ledger needs a document and has none yet.

Only money of a customer's own balance does: what a shop sold is invoiced by the shop,
and what a seller pays for is the seller's. A sale's transfer is called after its
period (`period:<id>`), and so is a refund's (`refund:<id>`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from lineup.database import UnitOfWork

CHUNK = 500
"""Documents of one transaction, at most."""

MOVED = """
SELECT t.id AS transfer_id, t.cause, t.reference, t.partner_id, t.reverses_id,
       t.created_at, w.asset, abs(e.amount_minor) AS amount_minor,
       c.id AS customer_id, c.scope, c.name, c.email, c.address, c.city, c.country,
       {columns}
  FROM transfer t
  JOIN entry e ON e.transfer_id = t.id
  JOIN wallet w ON w.id = e.wallet_id
       AND w.owner_kind = 'customer' AND w.account_purpose = 'balance'
  JOIN customer_copy c ON c.id = w.owner_id
  {joins}
 WHERE t.id > :after_id AND {conditions}
   AND NOT EXISTS (SELECT FROM document d WHERE d.cause_id = t.id)
 ORDER BY t.id
 LIMIT :limit
"""
PERIOD_COLUMNS = """
       p.starts_at, p.ends_at, p.transfer_id AS sale_id,
       r.name AS product_name, n.name AS plan_name, u.name AS user_name"""
PERIOD_JOINS = """
  LEFT JOIN subscription_period p
         ON p.id = CASE WHEN t.key ~ '^(period|refund):[0-9a-f-]{36}$'
                        THEN CAST(split_part(t.key, ':', 2) AS uuid) END
  LEFT JOIN subscription s ON s.id = p.subscription_id
  LEFT JOIN user_copy u ON u.id = s.user_id
  LEFT JOIN plan n ON n.id = p.plan_id
  LEFT JOIN product r ON r.id = n.product_id"""

SALES = MOVED.format(
    columns=f"{PERIOD_COLUMNS}, NULL AS about_id, NULL AS about_content",
    joins=PERIOD_JOINS,
    conditions="""(
        t.cause IN ('purchase', 'renewal') AND e.amount_minor < 0
        OR t.cause = 'top_up' AND e.amount_minor > 0
   )""",
)
CORRECTIONS = MOVED.format(
    columns=f"{PERIOD_COLUMNS}, b.id AS about_id, b.content AS about_content",
    joins=f"""{PERIOD_JOINS}
  JOIN document b ON b.cause_id = coalesce(p.transfer_id, t.reverses_id)
       AND b.kind = CASE WHEN t.cause = 'refund' THEN 'invoice' ELSE 'receipt' END""",
    conditions="t.cause IN ('refund', 'correction')",
)
"""What corrects a document; of what has none, nothing is to be corrected."""


@dataclass(frozen=True, kw_only=True)
class MovementSource:
    """A kind of transfers to be looked through."""

    name: str
    query: str


SOURCES = (
    MovementSource(name="sales", query=SALES),
    MovementSource(name="corrections", query=CORRECTIONS),
)
"""Sales first: what corrects a document comes after it."""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Money that moved on a customer's balance, with what it was for."""

    transfer_id: UUID
    cause: str
    reference: str
    partner_id: UUID
    reverses_id: UUID | None
    created_at: datetime
    asset: str
    amount_minor: int
    customer_id: UUID
    scope: str
    name: str
    email: str
    address: str
    city: str
    country: str
    starts_at: datetime | None
    ends_at: datetime | None
    sale_id: UUID | None
    product_name: str | None
    plan_name: str | None
    user_name: str | None
    about_id: UUID | None
    about_content: dict[str, Any] | None


def find_moved(work: UnitOfWork, source: MovementSource, after_id: UUID) -> list[Moved]:
    """The next of a source that need a document, in the order they were booked."""
    values = {"after_id": after_id, "limit": CHUNK}
    rows = work.session.execute(text(source.query), values)
    return [Moved(**row._mapping) for row in rows]  # noqa: SLF001 - its public name
