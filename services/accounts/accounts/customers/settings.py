"""What is kept of a customer beside the person: rules, and taking it over."""

import re

from sqlalchemy import select

from accounts import values
from accounts.customers.groups import check_group
from accounts.customers.models import Customer
from accounts.tree.models import Account
from accounts.unique_violations import note_duplicate
from lineup.contracts.accounts.customers import CustomerSettings
from lineup.contracts.accounts.tree import GONE
from lineup.database import UnitOfWork
from lineup.scope import partner_of
from lineup.validation import FieldCode, ValidationErrors

EXTERNAL_ID_INDEX = "uq_customers_external_id"
DAY_SECONDS = 24 * 3600


def check_settings(
    work: UnitOfWork,
    errors: ValidationErrors,
    settings: CustomerSettings,
    scope: str,
    customer: Customer | None = None,
) -> None:
    """Note what is wrong with settings; the group a customer is in already is right."""
    if customer is None or settings.group_id != customer.group_id:
        check_group(work, errors, settings.group_id, scope)
    if customer is None or settings.external_id != customer.external_id:
        _check_external_id(work, errors, settings.external_id, scope)
    if not 0 <= settings.inactivity_seconds <= DAY_SECONDS:
        errors.add(
            "settings.inactivity_seconds",
            FieldCode.SECONDS_INVALID,
            "From 0 (never) to 86400 seconds.",
        )
    check_time_zone(errors, "settings.time_zone", settings.time_zone)


def _check_external_id(
    work: UnitOfWork, errors: ValidationErrors, external_id: str, scope: str
) -> None:
    """Note one that another customer of the partner has."""
    known = select(Customer.id).where(
        Customer.partner_id == partner_of(scope),
        Customer.external_id == external_id,
        Customer.status.not_in(GONE),
    )
    if external_id and work.session.scalar(known) is not None:
        note_duplicate(errors, EXTERNAL_ID_INDEX)


def check_time_zone(errors: ValidationErrors, field: str, zone: str) -> None:
    """Note a zone that is none; an empty one, the partner's, is right."""
    if zone:
        values.time_zone(errors, field, zone)


def check_pin(errors: ValidationErrors, pin: str) -> None:
    """Note a PIN that is not four digits; none at all is right."""
    if pin and not re.fullmatch(r"[0-9]{4}", pin):
        errors.add("pin", FieldCode.PIN_INVALID, "Enter four digits, or leave empty.")


def apply_settings(
    customer: Customer, account: Account, settings: CustomerSettings
) -> None:
    """Let a customer go by settings that were checked; its login is shown times in the
    zone that its place in the tree names.
    """
    customer.apply_settings(settings)
    account.time_zone = settings.time_zone
