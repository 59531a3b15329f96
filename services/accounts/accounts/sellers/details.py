"""Who an account is and how it is reached, as a form gives it."""

from collections.abc import Callable, Mapping

from accounts import values
from accounts.tree.models import Account
from accounts.tree.rights import TOP_KINDS
from lineup.contracts.accounts.tree import (
    AccountKind,
    Company,
    CompanyChange,
    CreateAccount,
    UpdateAccount,
)
from lineup.contracts.changes import UNSET, set_fields
from lineup.validation import FieldCode, ValidationErrors

CHECKS: Mapping[str, Callable[[ValidationErrors, str, str], str]] = {
    "name": values.name,
    "email": values.email,
    "phone": values.phone,
    "public_url": values.public_url,
}


def apply_details(
    errors: ValidationErrors, account: Account, request: CreateAccount | UpdateAccount
) -> None:
    """Give an account its name, contact, zone, address and company; note each fault.

    What is not given stays as it is. An empty zone leaves the one it has.
    """
    for name, check in CHECKS.items():
        text = getattr(request, name)
        if text is not UNSET:
            setattr(account, name, check(errors, name, text))
    if request.time_zone:
        account.time_zone = values.time_zone(errors, "time_zone", request.time_zone)
    if request.public_url and account.kind is not AccountKind.PARTNER:
        errors.add(
            "public_url",
            FieldCode.PUBLIC_URL_INVALID,
            "Only partners can have a custom domain.",
        )
    if request.company:
        account.set_company(checked_company(errors, request.company))


def apply_currency(errors: ValidationErrors, account: Account, text: str) -> None:
    """Give a partner its currency; sellers have their partner's. Empty: as it is."""
    if not text:
        return
    currency = values.currency(errors, "currency", text)
    if account.kind in TOP_KINDS:
        account.currency = currency
    elif currency != account.currency and not errors.has("currency"):
        errors.add(
            "currency",
            FieldCode.CURRENCY_FIXED,
            "A seller uses the currency of its partner.",
        )


def checked_company(
    errors: ValidationErrors, company: Company | CompanyChange
) -> dict[str, str]:
    """What is given of a company as it is kept; each field at fault is noted."""
    return {
        name: _checked_line(errors, name, text)
        for name, text in set_fields(company).items()
    }


def _checked_line(errors: ValidationErrors, name: str, text: str) -> str:
    check = values.country if name == "country" else values.line
    return check(errors, f"company.{name}", text)
