"""Lost races for a unique value become the refusal that the earlier check gives."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from sqlalchemy.exc import IntegrityError

from lineup.errors import Refusal
from lineup.validation import TakenCode, ValidationErrors

TAKEN = {
    "uq_logins_username": (
        "login.username",
        TakenCode.USERNAME_TAKEN,
        "This username is already taken.",
    ),
    "uq_accounts_service_id": (
        "service_id",
        TakenCode.SERVICE_ID_TAKEN,
        "Another partner has this service ID.",
    ),
    "uq_users_username": (
        "new_username",
        TakenCode.USERNAME_TAKEN,
        "This username is already taken.",
    ),
    "uq_customers_partner_id_email_key": (
        "person.email",
        TakenCode.EMAIL_TAKEN,
        "A customer with this email address already exists.",
    ),
    "uq_customers_external_id": (
        "settings.external_id",
        TakenCode.EXTERNAL_ID_TAKEN,
        "Another customer has this external ID.",
    ),
    "uq_customer_groups_name": (
        "name",
        TakenCode.GROUP_NAME_TAKEN,
        "A group with this name already exists.",
    ),
    "uq_permission_sets_name": (
        "name",
        TakenCode.PERMISSION_SET_NAME_TAKEN,
        "A permission set with this name already exists.",
    ),
    "uq_partner_packages_name": (
        "name",
        TakenCode.PACKAGE_NAME_TAKEN,
        "A partner package with this name already exists.",
    ),
    "uq_seller_plans_name": (
        "name",
        TakenCode.SELLER_PLAN_NAME_TAKEN,
        "A seller plan with this name already exists.",
    ),
    "uq_box_models_name": (
        "name",
        TakenCode.BOX_MODEL_TAKEN,
        "There is a model of this name and maker.",
    ),
    "uq_boxes_serial": (
        "serial",
        TakenCode.SERIAL_TAKEN,
        "Another box has this serial number.",
    ),
    "uq_boxes_mac": (
        "mac",
        TakenCode.MAC_TAKEN,
        "Another box has this MAC address.",
    ),
    "uq_devices_mac": (
        "mac",
        TakenCode.MAC_TAKEN,
        "Another device has this MAC address.",
    ),
}
"""Field, code and sentence of each unique constraint a caller can run into."""


def note_duplicate(errors: ValidationErrors, constraint: str) -> None:
    """Note that a value is used already, in the words of its constraint."""
    errors.add_taken(*TAKEN[constraint])


@contextmanager
def refused_as(*constraints: str) -> Iterator[None]:
    """Refuse when one of these constraints is broken inside."""
    try:
        yield
    except IntegrityError as error:
        broken = _constraint_of(error)
        if broken not in constraints:
            raise
        errors = ValidationErrors()
        note_duplicate(errors, broken)
        errors.refuse()


@contextmanager
def refused_when(constraint: str, refusal: type[Refusal]) -> Iterator[None]:
    """Refuse in a way of its own when a constraint is broken inside."""
    try:
        yield
    except IntegrityError as error:
        if _constraint_of(error) != constraint:
            raise
        raise refusal from None


def _constraint_of(error: IntegrityError) -> str:
    """The name of the constraint that was broken; empty where it is not told."""
    broken = error.orig
    if not isinstance(broken, psycopg2.Error):
        return ""
    return broken.diag.constraint_name or ""
