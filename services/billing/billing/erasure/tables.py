"""Which tables of billing say something of a customer."""

from uuid import UUID

from sqlalchemy import Select, select

from billing.documents.models import IssuedDocument
from billing.people.models import CustomerCopy, UserCopy
from billing.subscriptions.models import Period, RenewalSwitch, Subscription
from billing.wallets.models import Entry, Transfer, Wallet
from billing.webshops.messages import NOBODY
from billing.webshops.models import OrderClosing, ShopOrderRecord
from billing.webshops.seat_models import OrderSeat
from lineup.database.personal import PersonalTable, PersonalTables


def orders_of(customer_id: UUID) -> "Select[UUID]":
    """Ids of what a customer ordered in shops."""
    theirs = ShopOrderRecord.customer_id == customer_id
    return select(ShopOrderRecord.id).where(theirs)


def subscriptions_of(customer_id: UUID) -> "Select[UUID]":
    """Ids of all subscriptions that a customer has, or had."""
    theirs = Subscription.customer_id == customer_id
    return select(Subscription.id).where(theirs)


def transfers_of(customer_id: UUID) -> "Select[UUID]":
    """Ids of all movements of a customer's money."""
    entries = select(Entry.transfer_id).join(Wallet, Wallet.id == Entry.wallet_id)
    return entries.where(Wallet.owner_id == customer_id)


def _users(customer_id: UUID) -> "Select[UUID]":
    return select(UserCopy.id).where(UserCopy.customer_id == customer_id)


def _wallets(customer_id: UUID) -> "Select[UUID]":
    return select(Wallet.id).where(Wallet.owner_id == customer_id)


PERSONAL = PersonalTables(
    CustomerCopy,
    (
        PersonalTable(CustomerCopy, "Who you are", lambda one: CustomerCopy.id == one),
        PersonalTable(UserCopy, "Your users", lambda one: UserCopy.customer_id == one),
        PersonalTable(Wallet, "Your balance", lambda one: Wallet.owner_id == one),
        PersonalTable(
            Transfer,
            "Movements of your money",
            lambda one: Transfer.id.in_(transfers_of(one)),
            blank={"reference": "", "actor": ""},
        ),
        PersonalTable(
            Entry,
            "What they did to your balance",
            lambda one: Entry.wallet_id.in_(_wallets(one)),
        ),
        PersonalTable(
            IssuedDocument,
            "Your invoices and receipts",
            lambda one: IssuedDocument.customer_id == one,
        ),
        PersonalTable(
            Subscription,
            "Your subscriptions",
            lambda one: Subscription.customer_id == one,
            blank={"suspension_reason": ""},
        ),
        PersonalTable(
            Period,
            "What you bought of them",
            lambda one: Period.subscription_id.in_(subscriptions_of(one)),
            blank={"sold_by": "", "closed_by": "", "close_reason": "", "reason": ""},
        ),
        PersonalTable(
            RenewalSwitch,
            "Auto-renewal",
            lambda one: RenewalSwitch.user_id.in_(_users(one)),
        ),
        PersonalTable(
            ShopOrderRecord,
            "Your orders",
            lambda one: ShopOrderRecord.customer_id == one,
            blank={
                "buyer": vars(NOBODY),
                "shop_customer_id": "",
                "problem": "",
                "exceptions": [],
                "is_erased": True,
            },
            is_blank=ShopOrderRecord.is_erased,
        ),
        PersonalTable(
            OrderSeat,
            "Items of your orders",
            lambda one: OrderSeat.order_id.in_(orders_of(one)),
            blank={"username": "", "device_mac": "", "unreadable": ""},
        ),
        PersonalTable(
            OrderClosing,
            "What was decided about your orders",
            lambda one: OrderClosing.order_id.in_(orders_of(one)),
            blank={"exception": "", "note": ""},
        ),
    ),
)
