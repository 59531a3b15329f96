"""Service IDs: what tells the logins of one partner from those of others."""

from sqlalchemy import exists, select, update

from accounts import values
from accounts.logins.models import Login
from accounts.tree.models import Account
from accounts.unique_violations import note_duplicate, refused_as, refused_when
from lineup.contracts.accounts.refusals import ServiceIdNeeded
from lineup.contracts.accounts.tree import AccountKind
from lineup.database import UnitOfWork
from lineup.validation import FieldCode, ValidationErrors

CONSTRAINT = "uq_accounts_service_id"


def apply_service_id(
    work: UnitOfWork, errors: ValidationErrors, account: Account, text: str
) -> None:
    """Give a partner a service ID, or none; note what is wrong with it."""
    service_id = values.service_id(errors, "service_id", text) or None
    if service_id == account.service_id or errors.has("service_id"):
        return
    if account.kind is not AccountKind.PARTNER:
        words = "Only partners can have a service ID."
        errors.add("service_id", FieldCode.SERVICE_ID_INVALID, words)
        return
    others = Account.service_id == service_id, Account.id != account.id
    if service_id and work.session.scalar(select(exists().where(*others))):
        note_duplicate(errors, CONSTRAINT)
        return
    account.service_id = service_id


def move_names(work: UnitOfWork, partner: Account) -> None:
    """Let the names of a partner's logins be unique where its service ID says.

    ServiceIdNeeded where others have one of them, too.
    """
    with refused_as(CONSTRAINT):
        work.session.flush()
    business_id = partner.id if partner.service_id else None
    theirs = update(Login).where(
        Login.partner_id == partner.id,
        Login.business_id.is_distinct_from(business_id),
    )
    with refused_when("uq_logins_username", ServiceIdNeeded):
        work.session.execute(theirs.values(business_id=business_id))
