"""What billing has of a customer, and how it is erased.

The law wants books kept: amounts and dates stay, under a number. What people wrote
beside them goes, and the shop's orders no longer say who bought.
"""

from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, text, update

from billing.erasure.models import Erasure
from billing.erasure.tables import orders_of, subscriptions_of, transfers_of
from billing.people.models import CustomerCopy, UserCopy
from billing.subscriptions.models import Period, Subscription
from billing.wallets.models import Transfer, Wallet
from billing.webshops.models import OrderClosing, ShopOrderRecord
from billing.webshops.seat_models import OrderSeat
from billing.webshops.shop_models import ShopDelivery
from lineup.contracts.accounts.erasure import (
    ERASED,
    BillingErased,
    CustomerErasureRequested,
)
from lineup.contracts.billing.orders import Buyer
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

NOBODY = vars(Buyer(first_name="", last_name="", email=""))


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
    ERASING.receive(work, requested)


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
    is_left = (work.session.scalar(select(exists().where(*one))) for one in left)
    return WAIT if any(is_left) else 0


STEPS = (
    _is_settled,
    blanked(
        ShopDelivery,
        {"body": b"", "note": "", "problem": ""},
        lambda erasure: ShopDelivery.order_id.in_(orders_of(erasure.id)),
    ),
    blanked(
        OrderSeat,
        {"username": "", "device_mac": "", "unreadable": ""},
        lambda erasure: OrderSeat.order_id.in_(orders_of(erasure.id)),
    ),
    blanked(
        OrderClosing,
        {"exception": "", "note": ""},
        lambda erasure: OrderClosing.order_id.in_(orders_of(erasure.id)),
    ),
    blanked(
        ShopOrderRecord,
        {"buyer": NOBODY, "shop_customer_id": "", "problem": "", "exceptions": []},
        lambda erasure: ShopOrderRecord.customer_id == erasure.id,
    ),
    blanked(
        Period,
        {"sold_by": "", "closed_by": "", "close_reason": ""},
        lambda erasure: Period.subscription_id.in_(subscriptions_of(erasure.id)),
    ),
    allowed(
        blanked(
            Transfer,
            {"reference": "", "actor": ""},
            lambda erasure: Transfer.id.in_(transfers_of(erasure.id)),
        )
    ),
    audit_of_customer,
    kept_answers,
)

ERASING = Purging("billing", Erasure, STEPS, _confirm)
"""Erasing what names a customer."""
