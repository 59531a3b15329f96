"""Answers that are kept for repeats of a call, and for how long."""

from datetime import timedelta

from sqlalchemy import delete, func, select, tuple_

from lineup.database.database import Database
from lineup.database.records import IDEMPOTENCY
from lineup.database.unit_of_work import UnitOfWork

KEPT_FOR = timedelta(days=7)
AT_ONCE = 1000
MOST_A_TURN = 20_000


def forget_old_answers(database: Database) -> int:
    """Delete answers that were given more than a week ago; how many."""
    gone = 0
    while gone < MOST_A_TURN:
        with database.transaction() as work:
            some = _forget_some(work)
        gone += some
        if some < AT_ONCE:
            break
    return gone


def _forget_some(work: UnitOfWork) -> int:
    """Delete the oldest of them; the database's clock has timed them, and does here."""
    keys = IDEMPOTENCY.c.owner, IDEMPOTENCY.c.key
    given_at = IDEMPOTENCY.c.created_at
    old = select(*keys).where(given_at < func.now() - KEPT_FOR).order_by(given_at)
    some = old.limit(AT_ONCE).with_for_update(skip_locked=True)
    gone = delete(IDEMPOTENCY).where(tuple_(*keys).in_(some)).returning(keys[1])
    return len(work.session.execute(gone).all())
