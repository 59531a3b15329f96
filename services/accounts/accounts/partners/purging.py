"""What accounts has of a partner, and how it is deleted: the account stays, empty."""

from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from accounts.boxes.models import Box, BoxHistory, BoxModel
from accounts.customers.models import Customer, Group
from accounts.devices.models import Device
from accounts.erasure.models import Erasure
from accounts.jobs.models import AccountJob
from accounts.links.models import LinkRequest, Listing
from accounts.logins.models import (
    KnownAddress,
    Login,
    PermissionSet,
    ResetLink,
    SecondFactor,
    Session,
)
from accounts.packages.models import Partnership
from accounts.partners.models import Note, Purge
from accounts.partners.telling import changed
from accounts.staff.models import GrantUse, SupportGrant
from accounts.subscriptions.models import SubscriptionCopy
from accounts.tree.models import Account, ResellerLink, SellerPlan
from accounts.users.models import User
from lineup.database import UnitOfWork
from lineup.database.purging import (
    Purging,
    audit_rows,
    below_partner,
    kept_answers,
    of_partner,
    rows,
)

Child = aliased(Account)


def _logins(purge: Any) -> Select[Any]:
    below = Account.scope.startswith(purge.scope)
    return select(Login.id).join(Account, Account.id == Login.account_id).where(below)


def _accounts(purge: Any) -> Select[Any]:
    return select(Account.id).where(Account.scope.startswith(purge.scope))


def _grants(purge: Any) -> Select[Any]:
    return select(SupportGrant.id).where(SupportGrant.scope.startswith(purge.scope))


def _users(purge: Any) -> Select[Any]:
    return select(User.id).where(User.scope.startswith(purge.scope))


def note_confirmation(work: UnitOfWork, partnership: Partnership, service: str) -> None:
    """Note that a service has deleted everything of a partner."""
    partnership.confirm_purge(service, work.now)
    changed(work, partnership)


def _confirm(work: UnitOfWork, purge: Purge) -> None:
    partnership = work.session.get_one(Partnership, purge.id, with_for_update=True)
    if "accounts" in partnership.waiting_for:
        note_confirmation(work, partnership, "accounts")


STEPS = (
    rows(Session, lambda purge: Session.login_id.in_(_logins(purge))),
    rows(Session, lambda purge: Session.account_id.in_(_accounts(purge))),
    rows(SecondFactor, lambda purge: SecondFactor.login_id.in_(_logins(purge))),
    rows(ResetLink, lambda purge: ResetLink.login_id.in_(_logins(purge))),
    rows(KnownAddress, lambda purge: KnownAddress.login_id.in_(_logins(purge))),
    rows(Login, lambda purge: Login.id.in_(_logins(purge))),
    below_partner(PermissionSet),
    rows(GrantUse, lambda purge: GrantUse.grant_id.in_(_grants(purge))),
    below_partner(SupportGrant),
    rows(SubscriptionCopy, lambda purge: SubscriptionCopy.user_id.in_(_users(purge))),
    of_partner(BoxHistory),
    of_partner(Box),
    of_partner(BoxModel),
    below_partner(Device),
    below_partner(User),
    below_partner(Customer),
    below_partner(Group),
    below_partner(AccountJob),
    below_partner(Erasure),
    below_partner(ResellerLink),
    below_partner(LinkRequest),
    rows(LinkRequest, lambda purge: LinkRequest.company_scope == purge.scope),
    rows(
        Account,
        lambda purge: Account.scope.startswith(purge.scope),
        lambda purge: Account.id != purge.id,
        lambda _: ~exists().where(Child.parent_id == Account.id),
    ),
    below_partner(SellerPlan),
    below_partner(Listing),
    of_partner(Note),
    audit_rows,
    kept_answers,
)

PURGING = Purging("accounts", Purge, STEPS, _confirm)
