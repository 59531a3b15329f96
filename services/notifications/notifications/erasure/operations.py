"""What notifications has of a customer, and how it is erased: messages go whole."""

from typing import Any

from sqlalchemy import exists, select

from lineup.contracts.accounts.erasure import NotificationsErased
from lineup.contracts.accounts.tree import Status
from lineup.database import UnitOfWork
from lineup.database.purging import (
    WAIT,
    Purging,
    audit_of_customer,
    kept_answers,
    rows,
)
from notifications.deliveries.models import Delivery
from notifications.erasure.models import Erasure
from notifications.people.models import CustomerCopy


def _confirm(work: UnitOfWork, erasure: Erasure) -> None:
    work.announce(NotificationsErased(id=erasure.id, version=erasure.version))


def _copy_is_empty(work: UnitOfWork, erasure: Any) -> int:
    """Wait until the copy has heard that nobody is left."""
    behind = CustomerCopy.id == erasure.id, CustomerCopy.status != Status.DELETED
    return WAIT if work.session.scalar(select(exists().where(*behind))) else 0


STEPS = (
    _copy_is_empty,
    rows(Delivery, lambda erasure: Delivery.customer_id == erasure.id),
    audit_of_customer,
    kept_answers,
)

ERASING = Purging("notifications", Erasure, STEPS, _confirm)
"""Erasing what names a customer."""
