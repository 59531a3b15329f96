"""Money moved by the set: movements that a query makes out, in one statement.

It books what `post_transfers` would book for the same movements, to the last column; a
test compares them. What stands of a movement is guarded by the tables: its key is
unique, entries sum to zero, a balance is covered.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import text

from billing.wallets.movements import Account
from billing.wallets.posting import open_accounts
from lineup.contracts.billing.wallets import Cause
from lineup.database import UnitOfWork
from lineup.impersonation import signature

POST = """
WITH movement AS MATERIALIZED ({source}),
moved AS (
    INSERT INTO transfer (id, partner_id, scope, key, request_hash, cause, reference,
                          actor, reverses_id, created_at)
    SELECT id, partner_id, '/' || replace(partner_id::text, '-', '') || '/', key,
           encode(sha256(convert_to(concat_ws(
               E'\\n', CAST(:cause AS text), reference, 'None',
               CASE WHEN payer_id < payee_id THEN paid ELSE got END,
               CASE WHEN payer_id < payee_id THEN got ELSE paid END
           ), 'UTF8')), 'hex'),
           :cause, reference, :actor, NULL, :now
      FROM movement
     CROSS JOIN LATERAL (
        SELECT payer_id || ':' || -amount, payee_id || ':' || amount
      ) AS leg (paid, got)
), debit AS MATERIALIZED (
    SELECT m.debit_id, m.id, m.payer_id, -m.amount AS amount,
           w.balance_minor - sum(m.amount) OVER in_turn AS after,
           w.version + row_number() OVER in_turn AS version
      FROM movement m
      JOIN wallet w ON w.id = m.payer_id
    WINDOW in_turn AS (PARTITION BY m.payer_id ORDER BY m.place)
), paid AS (
    UPDATE wallet w
       SET balance_minor = w.balance_minor - total.amount,
           version = w.version + total.entries, updated_at = clock_timestamp()
      FROM (SELECT payer_id, sum(amount) AS amount, count(*) AS entries
              FROM movement GROUP BY payer_id) AS total
     WHERE w.id = total.payer_id
)
INSERT INTO entry (id, transfer_id, wallet_id, amount_minor, balance_after_minor,
                   wallet_version)
SELECT * FROM debit
UNION ALL
SELECT credit_id, id, payee_id, amount, NULL, NULL FROM movement
"""
"""`request_hash` is `Movement.content_hash`."""


def transfer_rows(
    work: UnitOfWork,
    source: str,
    values: Mapping[str, Any],
    payees: Collection[Account],
    *,
    cause: Cause,
) -> None:
    """Book the movements that a query makes out, all of them or none.

    Each goes from a balance to an account that keeps none. The query's rows have a
    place (their order), the transfer's id, partner_id, key, reference, amount,
    payer_id, payee_id and the ids of both entries, debit_id and credit_id. The caller
    holds the payers' wallets and knows that they cover it: the tables refuse what they
    do not.
    """
    open_accounts(work, payees)
    named = {"actor": signature(work.actor), "now": work.now, "cause": str(cause)}
    statement = text(POST.format(source=source))
    work.session.execute(statement, {**values, **named})
