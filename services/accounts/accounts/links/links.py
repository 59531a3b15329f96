"""Links: made of accepted requests, ended on a day, shown to both sides."""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select

from accounts.links.ending import finish
from accounts.links.showing import may_see, names_of
from accounts.links.telling import tell_both
from accounts.packages.limits import (
    count_sellers,
    refuse_beyond_limit,
    refuse_without,
)
from accounts.packages.models import Partnership, is_locked
from accounts.tree.links import has_ended
from accounts.tree.models import COMPANY, Account, ResellerLink
from accounts.tree.operations import count_customers, lock_account
from lineup.context import Feature
from lineup.contracts.accounts.partner_packages import Limit
from lineup.contracts.accounts.refusals import LinkActive, ResellerLinkNotFound
from lineup.contracts.accounts.reseller_links import (
    EndResellerLink,
    GetResellerLink,
    KeepResellerLink,
    LinkNoticeKind,
    ListResellerLinks,
    ResellerLinkState,
    ResellerLinkView,
)
from lineup.contracts.accounts.tree import AccountKind, Status
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.errors import Invalid
from lineup.scope import within
from lineup.verbs import handles

ORDERS = {"name": Account.name}


@handles(ListResellerLinks)
def list_links(work: UnitOfWork, request: ListResellerLinks) -> Page[ResellerLinkView]:
    """Links of a partner or of a reseller; those that ended if they are asked for."""
    ended = has_ended(work.now)
    statement = _visible(work)
    if request.state is ResellerLinkState.ENDED:
        statement = statement.where(ended)
    else:
        statement = statement.where(or_(ResellerLink.id.is_(None), ~ended))
    if request.state is ResellerLinkState.ENDING:
        statement = statement.where(ResellerLink.ends_at.is_not(None))
    if request.state is ResellerLinkState.ACTIVE:
        statement = statement.where(ResellerLink.ends_at.is_(None))
    page = page_of(
        work.session, statement, Account, request.paging, lambda row: row, ORDERS
    )
    return page.showing(_views(work, page.items))


@handles(GetResellerLink, row=Account)
def get_link(work: UnitOfWork, request: GetResellerLink) -> ResellerLinkView:
    """One link that the actor is a side of."""
    return _views(work, [_found(work, request.link_id)])[0]


@handles(EndResellerLink, changes=GetResellerLink)
def end_link(work: UnitOfWork, request: EndResellerLink) -> ResellerLinkView:
    """End a reseller's work for its partner; both sides are told at once.

    Its customers and their subscriptions stay as they are. LinkOver once it has ended.
    """
    account, link = _own_link(work, request.link_id)
    link.end(_end_of(work, account, request.ends_on), request.reason, work.now)
    work.session.flush()
    if link.state_at(work.now) is ResellerLinkState.ENDED:
        finish(work, account, link)
    else:
        tell_both(work, link, LinkNoticeKind.ENDING)
    return _views(work, [account])[0]


@handles(KeepResellerLink, changes=GetResellerLink)
def keep_link(work: UnitOfWork, request: KeepResellerLink) -> ResellerLinkView:
    """Take an end back that is still to come."""
    account, link = _own_link(work, request.link_id)
    is_ending = link.state_at(work.now) is ResellerLinkState.ENDING
    link.keep(work.now)
    if is_ending:
        tell_both(work, link, LinkNoticeKind.KEPT)
    return _views(work, [account])[0]


def begin_link(work: UnitOfWork, partner: Account, company: Account) -> ResellerLink:
    """Give a company an account beneath the partner, with a link to it.

    LinkActive where it has one, AccountNotFound once its data is deleted.
    """
    lock_account(work, company)
    if living_link(work, partner.id, company.id) is not None:
        raise LinkActive
    refuse_beyond_limit(work, partner.id, Limit.SELLERS, count_sellers)
    refuse_without(work, partner.id, Feature.RESELLERS)
    account = partner.child(AccountKind.RESELLER, company.name, work.now)
    account.currency, account.time_zone = partner.currency, partner.time_zone
    account.email, account.phone = company.email, company.phone
    account.username = company.username
    account.set_company({name: getattr(company, name) for name in COMPANY})
    link = ResellerLink.of(account, company, work.now)
    work.session.add(account)
    work.session.flush()
    work.session.add(link)
    work.session.flush()
    work.announce(account.state())
    return link


def living_link(
    work: UnitOfWork, partner_id: UUID, company_id: UUID
) -> ResellerLink | None:
    """The link of a pair that has not ended; None where there is none."""
    return work.session.scalar(
        select(ResellerLink)
        .join(Account, Account.id == ResellerLink.id)
        .where(
            ResellerLink.partner_id == partner_id,
            ResellerLink.company_id == company_id,
            Account.status != Status.DELETED,
            or_(ResellerLink.ends_at.is_(None), ~has_ended(work.now)),
        )
    )


def _end_of(work: UnitOfWork, account: Account, ends_on: date | None) -> datetime:
    """The beginning of a day where the partner is, or now."""
    if ends_on is None:
        return work.now
    partner = work.session.get_one(Account, account.partner_id)
    zone = ZoneInfo(partner.time_zone or "UTC")
    at = datetime.combine(ends_on, time(), zone)
    if at <= work.now:
        raise Invalid(fields={"ends_on": ["Choose a day to come, or leave it empty."]})
    return at


def _visible(work: UnitOfWork) -> Select[Account]:
    """Living resellers of one's own part of the tree, or of one's own company."""
    mine = or_(within(Account.scope, work.actor), may_see(ResellerLink, work.actor))
    return (
        select(Account)
        .outerjoin(ResellerLink, ResellerLink.id == Account.id)
        .where(
            Account.kind == AccountKind.RESELLER,
            Account.status != Status.DELETED,
            mine,
        )
    )


def _found(work: UnitOfWork, link_id: UUID) -> Account:
    found = work.session.scalar(_visible(work).where(Account.id == link_id))
    if found is None:
        raise ResellerLinkNotFound
    return found


def _own_link(work: UnitOfWork, link_id: UUID) -> tuple[Account, ResellerLink]:
    """A reseller beneath the actor with its link, locked; one without a row gets it."""
    account = _found(work, link_id)
    work.session.refresh(account, with_for_update=True)
    link = work.session.get(ResellerLink, account.id)
    if link is None:
        link = ResellerLink.of(account, None, account.created_at)
        work.session.add(link)
        work.session.flush()
    return account, link


def _views(work: UnitOfWork, accounts: list[Account]) -> list[ResellerLinkView]:
    ids = [one.id for one in accounts]
    found = select(ResellerLink).where(ResellerLink.id.in_(ids))
    links = {one.id: one for one in work.session.scalars(found)}
    rows = [
        links.get(one.id) or ResellerLink.of(one, None, one.created_at)
        for one in accounts
    ]
    names, counts = names_of(work, rows), count_customers(work, accounts)
    away = _unavailable(work, {one.partner_id for one in rows})
    return [
        ResellerLinkView(
            id=one.id,
            partner_id=one.partner_id,
            partner_name=names.get(one.partner_id, ""),
            name=account.name,
            company_id=one.company_id,
            company_name=names.get(one.company_id, ""),
            state=one.state_at(work.now),
            partner_is_available=one.partner_id not in away,
            started_at=one.started_at,
            ends_at=one.ends_at,
            reason=one.reason,
            customer_count=counts[one.id],
            updated_at=account.last_change,
        )
        for account, one in zip(accounts, rows, strict=True)
    ]


def _unavailable(work: UnitOfWork, partner_ids: set[UUID]) -> set[UUID]:
    """Those of some partners whose products nobody can sell at present."""
    wanted = (
        select(Account.id)
        .outerjoin(Partnership, Partnership.id == Account.id)
        .where(
            Account.id.in_(partner_ids),
            or_(Account.status != Status.ACTIVE, is_locked(work.now)),
        )
    )
    return set(work.session.scalars(wanted))
