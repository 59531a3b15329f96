"""The end of links: on their day, with their reseller, or with its company."""

from uuid import UUID

import structlog
from sqlalchemy import select

from accounts.links.telling import tell_both
from accounts.tree.links import has_ended
from accounts.tree.models import Account, ResellerLink
from lineup import metrics
from lineup.contracts.accounts.reseller_links import LinkNoticeKind, ResellerLinkState
from lineup.database import Database, UnitOfWork
from lineup.database.faults import FAULTS

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 100
metrics.PUT_OFF.labels("accounts", "links")


def end_due_links(database: Database) -> int:
    """Tell both sides of links whose end has come, each alone; of how many.

    One that fails is logged and tried again the next time; the others end.
    """
    with database.transaction() as work:
        due = select(ResellerLink.id).where(
            ResellerLink.ended_at.is_(None), has_ended(work.now)
        )
        oldest = due.order_by(ResellerLink.ends_at, ResellerLink.id)
        ids = work.session.scalars(oldest.limit(MOST_AT_ONCE)).all()
    return sum(_end_alone(database, one) for one in ids)


def _end_alone(database: Database, link_id: UUID) -> bool:
    try:
        with database.transaction() as work:
            account = work.session.get_one(Account, link_id, with_for_update=True)
            link = work.session.get_one(ResellerLink, link_id)
            is_over = link.state_at(work.now) is ResellerLinkState.ENDED
            if link.ended_at is not None or not is_over:
                return False
            finish(work, account, link)
    except FAULTS:
        raise
    except Exception:
        metrics.PUT_OFF.labels("accounts", "links").inc()
        log.exception("link_put_off", link=str(link_id))
        return False
    return True


def finish(work: UnitOfWork, account: Account, link: ResellerLink) -> None:
    """Tell everybody that a link has ended: who remembers its reseller asks anew."""
    link.ended_at = work.now
    _announce(work, account)
    tell_both(work, link, LinkNoticeKind.ENDED)


def end_with(work: UnitOfWork, account: Account) -> None:
    """End the link of a reseller that is about to be deleted."""
    link = work.session.get(ResellerLink, account.id, with_for_update=True)
    if link is not None and link.ended_at is None:
        link.ends_at = link.ended_at = work.now
        work.session.flush()
        tell_both(work, link, LinkNoticeKind.ENDED)


def end_links_of(work: UnitOfWork, company: Account) -> None:
    """End all links of a reseller company that is about to be forgotten.

    Its partners keep the customers, and of the company no more than a name.
    """
    work.session.refresh(company, with_for_update=True)
    accounts = (
        select(Account)
        .join(ResellerLink, ResellerLink.id == Account.id)
        .where(ResellerLink.company_id == company.id)
        .order_by(Account.id)
        .with_for_update(of=Account)
    )
    for account in work.session.scalars(accounts).all():
        account.forget_company()
        end_with(work, account)
        _announce(work, account)


def _announce(work: UnitOfWork, account: Account) -> None:
    account.version += 1
    work.session.flush()
    work.announce(account.state())
