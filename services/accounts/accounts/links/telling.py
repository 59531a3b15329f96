"""What both sides of a link are told: one notice for each."""

from datetime import datetime

from accounts.tree.models import Account, ResellerLink
from lineup.contracts.accounts.reseller_links import LinkNoticeKind, LinkNotified
from lineup.contracts.accounts.tree import AccountKind
from lineup.database import UnitOfWork
from lineup.ids import new_id


def tell_partner(
    work: UnitOfWork,
    partner: Account,
    company: Account,
    kind: LinkNoticeKind,
    message: str = "",
) -> None:
    """Tell the partner of something about a reseller."""
    _tell(work, partner, company, kind, message=message)


def tell_company(
    work: UnitOfWork,
    partner: Account,
    company: Account,
    kind: LinkNoticeKind,
    message: str = "",
) -> None:
    """Tell a reseller of something about a partner."""
    _tell(work, company, partner, kind, message=message)


def tell_both(work: UnitOfWork, link: ResellerLink, kind: LinkNoticeKind) -> None:
    """Tell both sides of a link where it stands."""
    partner = work.session.get_one(Account, link.partner_id)
    reseller = work.session.get_one(Account, link.company_id or link.id)
    for receiver, other in ((partner, reseller), (reseller, partner)):
        _tell(work, receiver, other, kind, at=link.ends_at, message=link.reason)


def _tell(
    work: UnitOfWork,
    receiver: Account,
    other: Account,
    kind: LinkNoticeKind,
    *,
    at: datetime | None = None,
    message: str = "",
) -> None:
    work.announce(
        LinkNotified(
            id=new_id(),
            version=1,
            account_id=receiver.id,
            scope=receiver.scope,
            kind=kind,
            email=receiver.email,
            receiver=receiver.name,
            other=other.name,
            is_partner=receiver.kind is AccountKind.PARTNER,
            time_zone=receiver.time_zone,
            at=at,
            message=message,
        )
    )
