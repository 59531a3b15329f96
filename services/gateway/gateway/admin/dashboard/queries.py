"""What a dashboard asks the services: by role, all at once, each a part of its own."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from gateway.app_context import app_context
from gateway.panel.display import zone
from gateway.panel.optional_results import (
    OptionalResult,
    optional,
    optional_if_known,
    wait_for,
)
from gateway.panel.tables import COUNT_UP_TO
from gateway.request_context import actor, ask_later
from lineup.context import Role
from lineup.contracts.accounts.customers import CountCustomers
from lineup.contracts.accounts.tree import AccountKind, ListAccounts
from lineup.contracts.billing.catalog import ListProducts
from lineup.contracts.billing.orders import ListOrders, OrderState
from lineup.contracts.billing.reports import GetSales, GetSubscriptionFigures
from lineup.contracts.billing.seller_credits import GetSellerCredits
from lineup.contracts.billing.shops import DeliveryVerdict, ListShopDeliveries
from lineup.contracts.billing.subscriptions import (
    GetRenewalOverview,
    ListSubscriptions,
    RenewalOverview,
    SubscriptionState,
)
from lineup.contracts.billing.wallets import GetBalances
from lineup.contracts.notifications import CountDeliveries
from lineup.contracts.paging import Paging
from lineup.contracts.playlists.channels import GuideReach, ListChannels
from lineup.contracts.playlists.guide import ListGuideSources
from lineup.errors import NotFound
from lineup.rpc import Answer

FEW = Paging(limit=5, count_up_to=COUNT_UP_TO)
FEW_ROWS = Paging(limit=6)

Results = Mapping[str, OptionalResult[Any]]


def local_today() -> date:
    """Today on the actor's wall clock."""
    return app_context().clock.now().astimezone(zone()).date()


def midnight(days: int) -> datetime:
    """The midnight so many days after today's, on the actor's wall clock."""
    return datetime.combine(local_today() + timedelta(days=days), time(), zone())


def first_of_week() -> datetime:
    """The midnight seven days before today's."""
    return midnight(-7)


def first_of_last_month() -> date:
    """The first day of the month before this one."""
    return (local_today().replace(day=1) - timedelta(days=1)).replace(day=1)


def _accounts(kind: AccountKind) -> Answer[Any]:
    return ask_later(ListAccounts(kind=kind, paging=FEW))


def _orders(**narrowed: Any) -> Answer[Any]:
    return ask_later(ListOrders(**narrowed, paging=FEW))


def _channels(**narrowed: Any) -> Answer[Any]:
    return ask_later(ListChannels(**narrowed, paging=FEW))


def _sources(**narrowed: Any) -> Answer[Any]:
    rpc_request = ListGuideSources(**narrowed, paging=FEW)
    return ask_later(rpc_request)


def _subscriptions(**narrowed: Any) -> Answer[Any]:
    rpc_request = ListSubscriptions(**narrowed)
    return ask_later(rpc_request)


def _own_credits() -> Answer[Any]:
    """The Credits of the seller who asks."""
    own = actor().account_id
    if own is None:
        raise NotFound
    return ask_later(GetSellerCredits(account_id=own))


QUERIES: dict[str, Callable[[], Answer[Any]]] = {
    "customers": lambda: ask_later(CountCustomers()),
    "partners": lambda: _accounts(AccountKind.PARTNER),
    "resellers": lambda: _accounts(AccountKind.RESELLER),
    "dealers": lambda: _accounts(AccountKind.DEALER),
    "subscriptions": lambda: ask_later(GetSubscriptionFigures()),
    "sales": lambda: ask_later(GetSales(first_on=first_of_last_month())),
    "due": lambda: _subscriptions(
        state=SubscriptionState.RUNNING,
        ends_until=midnight(7),
        paging=replace(FEW_ROWS, order="ends_at"),
    ),
    "lapsed": lambda: _subscriptions(
        state=SubscriptionState.EXPIRED,
        is_newest=True,
        ends_from=midnight(-29),
        paging=replace(FEW_ROWS, order="-ends_at", count_up_to=COUNT_UP_TO),
    ),
    "credits": _own_credits,
    "balances": lambda: ask_later(GetBalances()),
    "orders": _orders,
    "exceptions": lambda: _orders(state=OrderState.EXCEPTION),
    "parked": lambda: ask_later(
        ListShopDeliveries(verdict=DeliveryVerdict.PARKED, paging=FEW),
    ),
    "products": lambda: ask_later(ListProducts(paging=FEW)),
    "channels": _channels,
    "lacking": lambda: _channels(guide=GuideReach.LACKING, is_on=True),
    "sources": _sources,
    "failing": lambda: _sources(is_failing=True),
    "messages": lambda: ask_later(
        CountDeliveries(created_from=first_of_week()),
    ),
}
"""Every query by the name of its result."""

WORKING = ("subscriptions", "due", "lapsed")
SELLING = ("customers", *WORKING, "sales", "messages")
MONITORED = ("orders", "exceptions", "parked", "lacking", "failing")
OWNING = ("balances", "channels", "sources", "products", "resellers", "dealers")

BY_ROLE: dict[Role, tuple[str, ...]] = {
    Role.OPERATOR: (*SELLING, *MONITORED, "partners", "balances"),
    Role.SUPPORT: ("customers", *WORKING, "messages", *MONITORED),
    Role.PARTNER: (*SELLING, *MONITORED, *OWNING),
    Role.STAFF: (*SELLING, *MONITORED, *OWNING),
    Role.RESELLER: (*SELLING, "credits"),
    Role.DEALER: (*SELLING, "credits"),
}


def results_for(role: Role) -> Results:
    """Everything a role's dashboard shows; what is away is an empty part."""
    answers = {name: QUERIES[name]() for name in BY_ROLE[role]}
    wait_for(*answers.values())
    return {name: optional(answer) for name, answer in answers.items()}


def renewals_of(
    customer_ids: Collection[UUID],
) -> dict[UUID, OptionalResult[RenewalOverview]]:
    """What the next renewals of some customers cost and lack, asked at once."""
    answers = {
        customer_id: ask_later(GetRenewalOverview(customer_id=customer_id))
        for customer_id in customer_ids
    }
    wait_for(*answers.values())
    return {one: optional_if_known(answer) for one, answer in answers.items()}
