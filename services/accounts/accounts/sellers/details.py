"""Who an account is and how it is reached, as a form gives it."""

from collections.abc import Callable, Mapping

from accounts import values
from accounts.findings import Findings
from accounts.tree.models import Account
from lineup.contracts.accounts.tree import (
    AccountKind,
    Company,
    CompanyChange,
    CreateAccount,
    UpdateAccount,
)
from lineup.contracts.changes import UNSET, given
from lineup.validation import FieldCode

CHECKS: Mapping[str, Callable[[Findings, str, str], str]] = {
    "name": values.name,
    "email": values.email,
    "phone": values.phone,
    "public_url": values.public_url,
}


def take_details(
    findings: Findings, account: Account, request: CreateAccount | UpdateAccount
) -> None:
    """Give an account its name, contact, zone, address and company; note each fault.

    What is not given stays as it is. An empty zone leaves the one it has.
    """
    for name, check in CHECKS.items():
        text = getattr(request, name)
        if text is not UNSET:
            setattr(account, name, check(findings, name, text))
    if request.time_zone:
        account.time_zone = values.time_zone(findings, "time_zone", request.time_zone)
    if request.public_url and account.kind is not AccountKind.PARTNER:
        findings.add(
            "public_url",
            FieldCode.PUBLIC_URL_INVALID,
            "Only partners can have a custom domain.",
        )
    if request.company:
        account.take_company(checked_company(findings, request.company))


def take_currency(findings: Findings, account: Account, text: str) -> None:
    """Give a partner its currency; sellers have their partner's. Empty: as it is."""
    if not text:
        return
    currency = values.currency(findings, "currency", text)
    if account.kind is AccountKind.PARTNER:
        account.currency = currency
    elif currency != account.currency and not findings.has("currency"):
        findings.add(
            "currency",
            FieldCode.CURRENCY_FIXED,
            "A seller uses the currency of its partner.",
        )


def checked_company(
    findings: Findings, company: Company | CompanyChange
) -> dict[str, str]:
    """What is given of a company as it is kept; each field at fault is noted."""
    return {
        name: _checked_line(findings, name, text)
        for name, text in given(company).items()
    }


def _checked_line(findings: Findings, name: str, text: str) -> str:
    check = values.country if name == "country" else values.line
    return check(findings, f"company.{name}", text)
