"""What billing has of a customer, and how it is erased.

The law wants books kept: amounts and dates stay, under a number. What people wrote
beside them goes, and the shop's orders no longer say who bought.
"""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    update,
)

from billing.erasure.models import Erasure
from billing.erasure.tables import PERSONAL, orders_of
from billing.people.models import CustomerCopy, UserCopy
from billing.subscriptions.models import Subscription
from billing.wallets.models import Wallet
from billing.webshops.models import ShopConnection, ShopOrderRecord
from billing.webshops.shop_models import ShopDelivery
from billing.webshops.states import WebhookState
from lineup.contracts.accounts.erasure import (
    ERASED,
    BillingErased,
    CustomerErasureRequested,
)
from lineup.contracts.billing.running import is_running
from lineup.database import UnitOfWork
from lineup.database.purging import (
    WAIT,
    Purging,
    Step,
    audit_of_customer,
    blanked,
    kept_answers,
)
from lineup.secrets import Keyring

ALLOW = text("SELECT set_config('lineup.purging', 'on', true)")
"""Lets this transaction touch what is booked: remove all of a partner, or its words."""


def receive(
    work: UnitOfWork, requested: CustomerErasureRequested, keyring: Keyring
) -> None:
    """Everything that names a customer is to be erased: also orders that it placed and
    nobody got, which are known by its mail address alone.
    """
    if requested.email:
        email = keyring.open(requested.email).strip().lower()
        theirs = (
            ShopOrderRecord.partner_id == requested.partner_id,
            ShopOrderRecord.customer_id.is_(None),
            func.lower(ShopOrderRecord.buyer["email"].astext) == email,
        )
        claimed = update(ShopOrderRecord).where(*theirs)
        work.session.execute(claimed.values(customer_id=requested.id))
        _close_parked(work, requested.partner_id, email)
    ERASING.receive(work, requested)


def _close_parked(work: UnitOfWork, partner_id: UUID, email: str) -> None:
    """Empty deliveries that say a mail address and of which no order was made.

    JSON may be written with other letters than ASCII, or with their codes.
    """
    shops = select(ShopConnection.id).where(ShopConnection.partner_id == partner_id)
    said = func.lower(func.encode(ShopDelivery.body, "escape"))
    named = (
        func.strpos(said, func.encode(literal(written.encode()), "escape")) > 0
        for written in (f'"{email}"', json.dumps(email))
    )
    theirs = update(ShopDelivery).where(
        ShopDelivery.shop_id.in_(shops),
        ShopDelivery.state == WebhookState.PARKED,
        or_(*named),
    )
    nothing = {"body": b"", "problem": "", "state": WebhookState.CLOSED}
    work.session.execute(theirs.values(nothing))


def allowed(step: Step) -> Step:
    """A step that touches what the database lets nobody else touch."""

    def with_right(work: UnitOfWork, purge: Any) -> int:
        work.session.execute(ALLOW)
        return step(work, purge)

    return with_right


def _confirm(work: UnitOfWork, erasure: Erasure) -> None:
    work.announce(BillingErased(id=erasure.id, version=erasure.version))


def _is_settled(work: UnitOfWork, erasure: Any) -> int:
    """Wait until the copies name nobody, nothing runs and all money is settled."""
    customer, is_theirs = CustomerCopy.id == erasure.id, erasure.id
    left: tuple[tuple[ColumnElement[bool], ...], ...] = (
        (customer, ~CustomerCopy.status.in_(["deleted"])),
        (UserCopy.customer_id == is_theirs, ~UserCopy.username.startswith(ERASED)),
        (Subscription.customer_id == is_theirs, is_running(Subscription, work.now)),
        (Wallet.owner_id == is_theirs, Wallet.balance_minor > 0),
    )
    is_left = or_(*(exists().where(*one) for one in left))
    return WAIT if work.session.scalar(select(is_left)) else 0


STEPS = (
    _is_settled,
    blanked(
        ShopDelivery,
        {"body": b"", "note": "", "problem": ""},
        lambda erasure: ShopDelivery.order_id.in_(orders_of(erasure.id)),
    ),
    *(allowed(step) for step in PERSONAL.blanked()),
    audit_of_customer,
    kept_answers,
)

ERASING = Purging("billing", Erasure, STEPS, _confirm)
"""Erasing what names a customer."""
