"""Who an account is and how it is reached, as a form gives it."""

from accounts import values
from accounts.findings import Findings
from accounts.tree.models import Account
from lineup.contracts.accounts import (
    AccountKind,
    Company,
    CreateAccount,
    UpdateAccount,
)


def take_details(
    findings: Findings, account: Account, request: CreateAccount | UpdateAccount
) -> None:
    """Give an account its name, contact, zone, address and company; note each fault.

    An empty zone leaves the one it has.
    """
    account.name = values.name(findings, "name", request.name)
    account.email = values.email(findings, "email", request.email)
    account.phone = values.line(
        findings, "phone", request.phone, values.PHONE_CHARACTERS
    )
    if request.time_zone:
        account.time_zone = values.time_zone(findings, "time_zone", request.time_zone)
    account.public_url = values.public_url(findings, "public_url", request.public_url)
    if account.public_url and account.kind is not AccountKind.PARTNER:
        findings.add(
            "public_url", "public_url_invalid", "Only a partner has its own address."
        )
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
            "currency", "currency_fixed", "A seller has the currency of its partner."
        )


def checked_company(findings: Findings, company: Company) -> Company:
    """A company as it is kept; each field at fault is noted."""
    lines = {
        name: values.line(findings, f"company.{name}", getattr(company, name))
        for name in ("legal_name", "address", "postal_code", "city", "tax_number")
    }
    country = values.country(findings, "company.country", company.country)
    return Company(country=country, **lines)
