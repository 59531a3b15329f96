"""Catalogue, wallets and subscriptions."""

from uuid import UUID

from gateway.api.doors import Doors
from gateway.asking import context
from gateway.clients import BillingClient
from gateway.ground import clients
from gateway.waiting import once_it_arrived, purchase
from lineup.context import (
    EVERYBODY,
    PARTNERS,
    SELLERS_AND_CUSTOMERS,
    STAFF_AND_SUPPORT,
)
from lineup.contracts.accounts import CustomerView, GetCustomer
from lineup.contracts.billing import (
    GetWallet,
    Purchase,
    SubscriptionView,
    TopUp,
    WalletView,
)

catalog = Doors("catalog", "Products and their plans.", BillingClient)
wallets = Doors("wallets", "Balances, statements, the books.", BillingClient)
subscriptions = Doors("subscriptions", "Buying, renewing, stopping.", BillingClient)


catalog.ask("GET /products", "list_products", EVERYBODY)
catalog.ask("POST /products", "create_product", PARTNERS)
catalog.ask("GET /products/<uuid:product_id>", "get_product", EVERYBODY)
catalog.ask("PUT /products/<uuid:product_id>", "update_product", PARTNERS)
catalog.ask("POST /products/<uuid:product_id>/plans", "create_plan", PARTNERS)
catalog.ask("PUT /plans/<uuid:plan_id>", "change_plan", PARTNERS)
catalog.ask("POST /plans/<uuid:plan_id>/retire", "retire_plan", PARTNERS, 200)
catalog.ask("GET /plans/<uuid:plan_id>/use", "get_plan_use", PARTNERS)


@wallets.open(
    "GET /customers/<uuid:customer_id>/wallet", GetWallet, WalletView, EVERYBODY
)
def get_wallet(question: GetWallet) -> WalletView:
    """A customer's balance."""
    return once_it_arrived(
        lambda: clients().billing.get_wallet(context(), question),
        lambda: _ask_for(question.customer_id),
        missing="customer_not_found",
    )


@wallets.open("POST /customers/<uuid:customer_id>/top-ups", TopUp, WalletView, PARTNERS)
def top_up(question: TopUp) -> WalletView:
    """Put money on a customer's balance, paid outside (bank, cash)."""
    return once_it_arrived(
        lambda: clients().billing.top_up(context(), question),
        lambda: _ask_for(question.customer_id),
        missing="customer_not_found",
    )


wallets.ask("GET /customers/<uuid:customer_id>/entries", "list_entries", EVERYBODY)
wallets.ask("GET /customers/<uuid:customer_id>/statement", "get_statement", EVERYBODY)
wallets.ask("GET /wallets", "list_wallets", STAFF_AND_SUPPORT)
wallets.ask("GET /wallets/total", "get_balances", STAFF_AND_SUPPORT)
wallets.ask("GET /ledger/check", "check_ledger", PARTNERS)


@subscriptions.open(
    "POST /subscriptions", Purchase, SubscriptionView, SELLERS_AND_CUSTOMERS
)
def create_subscription(question: Purchase) -> SubscriptionView:
    """Buy a plan for a user from its customer's balance, or renew by it."""
    return purchase(question)


subscriptions.ask("GET /subscriptions", "list_subscriptions", EVERYBODY)
subscriptions.ask(
    "GET /subscriptions/<uuid:subscription_id>",
    "get_subscription",
    EVERYBODY,
)
subscriptions.ask(
    "GET /subscriptions/<uuid:subscription_id>/stop",
    "quote_stop",
    SELLERS_AND_CUSTOMERS,
)
subscriptions.ask(
    "POST /subscriptions/<uuid:subscription_id>/stop",
    "stop_subscription",
    SELLERS_AND_CUSTOMERS,
    200,
)
subscriptions.ask(
    "PUT /users/<uuid:user_id>/renewal",
    "switch_renewal",
    SELLERS_AND_CUSTOMERS,
)
subscriptions.ask("GET /users/<uuid:user_id>/renewal", "get_renewal", EVERYBODY)
subscriptions.ask(
    "GET /customers/<uuid:customer_id>/renewal", "get_renewal_overview", EVERYBODY
)
subscriptions.ask(
    "GET /users/<uuid:user_id>/purchase", "quote_purchase", SELLERS_AND_CUSTOMERS
)
subscriptions.ask("GET /sales", "list_sales", EVERYBODY)
subscriptions.ask("GET /sales/figures", "get_sales", STAFF_AND_SUPPORT)
subscriptions.ask(
    "GET /subscriptions/figures", "get_subscription_figures", STAFF_AND_SUPPORT
)


def _ask_for(customer_id: UUID) -> CustomerView:
    """The customer as accounts has it; NotFound when it is none of the actor's."""
    return clients().accounts.get_customer(
        context(), GetCustomer(customer_id=customer_id)
    )
