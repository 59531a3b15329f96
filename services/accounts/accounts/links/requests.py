"""Requests for links: sent, withdrawn, answered, repeated by invitation."""

from uuid import UUID

from sqlalchemy import Select, select

from accounts.links.directory import offering_partner
from accounts.links.links import begin_link, living_link
from accounts.links.models import LinkRequest
from accounts.links.showing import may_see, names_of
from accounts.links.telling import tell_company, tell_partner
from accounts.packages.models import Partnership, is_locked
from accounts.tree.models import Account
from accounts.tree.operations import lock_account
from accounts.unique_violations import refused_when
from lineup.access import PartnerUnavailable
from lineup.contracts.accounts.refusals import (
    LinkActive,
    LinkRequestNotFound,
    PartnerNotOffering,
    RequestOpen,
)
from lineup.contracts.accounts.reseller_links import (
    AcceptLinkRequest,
    GetLinkRequest,
    InviteReseller,
    LinkNoticeKind,
    LinkRequestState,
    LinkRequestView,
    ListLinkRequests,
    RejectLinkRequest,
    SendLinkRequest,
    WithdrawLinkRequest,
)
from lineup.contracts.accounts.tree import AccountKind, Status
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.ids import new_id
from lineup.scope import PartnerNotFound
from lineup.verbs import handles

OfOne = (
    GetLinkRequest
    | AcceptLinkRequest
    | RejectLinkRequest
    | InviteReseller
    | WithdrawLinkRequest
)
OPTED_OUT = "The partner no longer offers its products to resellers."


@handles(SendLinkRequest)
def send_request(work: UnitOfWork, request: SendLinkRequest) -> LinkRequestView:
    """Ask a partner; both sides see the request at once.

    PartnerNotOffering where it does not want that, PartnerUnavailable while it has not
    paid, LinkActive, RequestOpen or RequestTooSoon by what there is of this pair.
    """
    company = work.session.get_one(Account, work.actor.account_id)
    partner = _partner_to_ask(work, request)
    if living_link(work, partner.id, company.id) is not None:
        raise LinkActive
    last = work.session.scalar(_of_pair(partner, company))
    if last is not None:
        last.refuse_repeat(work.now)
    made = LinkRequest(
        id=new_id(),
        partner_id=partner.id,
        scope=partner.scope,
        company_id=company.id,
        company_scope=company.scope,
        state=LinkRequestState.REQUESTED,
        message=request.message,
        answer="",
        created_at=work.now,
    )
    with refused_when("uq_link_requests_open", RequestOpen):
        work.session.add(made)
        work.session.flush()
    tell_partner(work, partner, company, LinkNoticeKind.REQUESTED, request.message)
    return _view(work, made)


@handles(ListLinkRequests)
def list_requests(work: UnitOfWork, request: ListLinkRequests) -> Page[LinkRequestView]:
    """Requests that a partner received or a reseller sent, the newest first."""
    statement = _visible(work)
    if request.state is not None:
        statement = statement.where(LinkRequest.state == request.state)
    page = page_of(work.session, statement, LinkRequest, request.paging, lambda r: r)
    names = names_of(work, page.items)
    return page.showing([_shown(one, names) for one in page.items])


@handles(GetLinkRequest, row=LinkRequest)
def get_request(work: UnitOfWork, request: GetLinkRequest) -> LinkRequestView:
    """One request that the actor sent or received."""
    return _view(work, _found(work, _wanted(work, request)))


@handles(AcceptLinkRequest, changes=GetLinkRequest)
def accept_request(work: UnitOfWork, request: AcceptLinkRequest) -> LinkRequestView:
    """Make the link: the reseller gets an account beneath the partner.

    RequestClosed for one that was answered, LinkActive where there is a link;
    PackageLimit for what the partner's package does not allow. The partner is held
    before its request, as by whoever closes it to all requests.
    """
    partner, company = _sides(work, _found(work, _wanted(work, request)))
    lock_account(work, partner)
    found = _locked(work, request)
    found.close(LinkRequestState.ACCEPTED, work.now)
    found.link_id = begin_link(work, partner, company).id
    tell_company(work, partner, company, LinkNoticeKind.ACCEPTED)
    return _view(work, found)


@handles(RejectLinkRequest, changes=GetLinkRequest)
def reject_request(work: UnitOfWork, request: RejectLinkRequest) -> LinkRequestView:
    """Say no; the reseller may ask again after 30 days."""
    found = _locked(work, request)
    _reject(work, found, request.answer)
    return _view(work, found)


@handles(InviteReseller, changes=GetLinkRequest)
def invite_reseller(work: UnitOfWork, request: InviteReseller) -> LinkRequestView:
    """Let the reseller of a rejected request ask again at once."""
    found = _locked(work, request)
    found.invite(work.now)
    tell_company(work, *_sides(work, found), LinkNoticeKind.INVITED)
    return _view(work, found)


@handles(WithdrawLinkRequest, changes=GetLinkRequest)
def withdraw_request(work: UnitOfWork, request: WithdrawLinkRequest) -> LinkRequestView:
    """Take a request back that nobody has answered."""
    found = _locked(work, request)
    found.close(LinkRequestState.WITHDRAWN, work.now)
    tell_partner(work, *_sides(work, found), LinkNoticeKind.WITHDRAWN)
    return _view(work, found)


def reject_open_requests(work: UnitOfWork, partner: Account) -> None:
    """Say no to all who have asked a partner that no longer sells to resellers."""
    wanted = select(LinkRequest).where(
        LinkRequest.partner_id == partner.id,
        LinkRequest.state == LinkRequestState.REQUESTED,
    )
    for one in work.session.scalars(wanted.with_for_update()):
        _reject(work, one, OPTED_OUT)


def _reject(work: UnitOfWork, found: LinkRequest, answer: str) -> None:
    found.close(LinkRequestState.REJECTED, work.now, answer)
    tell_company(work, *_sides(work, found), LinkNoticeKind.REJECTED, answer)


def _partner_to_ask(work: UnitOfWork, request: SendLinkRequest) -> Account:
    partner = work.session.get(Account, request.partner_id)
    is_there = partner is not None and partner.status is not Status.DELETED
    if partner is None or not is_there or partner.kind is not AccountKind.PARTNER:
        raise PartnerNotFound
    lock_account(work, partner)
    locked = select(Partnership.id).where(
        Partnership.id == partner.id, is_locked(work.now)
    )
    if work.session.scalar(locked) is not None:
        raise PartnerUnavailable
    if offering_partner(work, partner.id) is None:
        raise PartnerNotOffering
    return partner


def _of_pair(partner: Account, company: Account) -> Select[LinkRequest]:
    of_pair = select(LinkRequest).where(
        LinkRequest.partner_id == partner.id, LinkRequest.company_id == company.id
    )
    return of_pair.order_by(LinkRequest.id.desc()).limit(1)


def _visible(work: UnitOfWork) -> Select[LinkRequest]:
    return select(LinkRequest).where(may_see(LinkRequest, work.actor))


def _wanted(work: UnitOfWork, request: OfOne) -> Select[LinkRequest]:
    return _visible(work).where(LinkRequest.id == request.request_id)


def _locked(work: UnitOfWork, request: OfOne) -> LinkRequest:
    locked = _wanted(work, request).with_for_update()
    return _found(work, locked.execution_options(populate_existing=True))


def _found(work: UnitOfWork, wanted: Select[LinkRequest]) -> LinkRequest:
    found = work.session.scalar(wanted)
    if found is None:
        raise LinkRequestNotFound
    return found


def _sides(work: UnitOfWork, found: LinkRequest) -> tuple[Account, Account]:
    get = work.session.get_one
    return get(Account, found.partner_id), get(Account, found.company_id)


def _view(work: UnitOfWork, found: LinkRequest) -> LinkRequestView:
    return _shown(found, names_of(work, [found]))


def _shown(found: LinkRequest, names: dict[UUID | None, str]) -> LinkRequestView:
    return LinkRequestView(
        id=found.id,
        partner_id=found.partner_id,
        partner_name=names.get(found.partner_id, ""),
        company_id=found.company_id,
        company_name=names.get(found.company_id, ""),
        state=found.state,
        message=found.message,
        answer=found.answer,
        created_at=found.created_at,
        answered_at=found.answered_at,
        may_repeat_at=found.may_repeat_at,
        link_id=found.link_id,
        updated_at=found.last_change,
    )
