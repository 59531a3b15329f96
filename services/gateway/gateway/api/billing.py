"""Catalogue, wallets and subscriptions."""

from gateway.api.doors import Doors
from gateway.clients import BillingClient
from lineup.context import (
    EVERYBODY,
    PARTNERS,
    SELLERS_AND_CUSTOMERS,
    SELLERS_AND_SUPPORT,
)
from lineup.contracts.billing.wallets import Booked, EntryView
from lineup.errors import Unavailable

catalog = Doors("catalog", "Products and their plans.", BillingClient)
wallets = Doors("wallets", "Balances, statements, the books.", BillingClient)
subscriptions = Doors("subscriptions", "Buying, renewing, stopping.", BillingClient)


catalog.ask("GET /products", "list_products", EVERYBODY)
catalog.ask("POST /products", "create_product", PARTNERS)
catalog.ask("GET /products/<uuid:product_id>", "get_product", EVERYBODY)
catalog.change("/products/<uuid:product_id>", "update_product", PARTNERS)
catalog.ask("POST /products/<uuid:product_id>/plans", "create_plan", PARTNERS)
catalog.ask("GET /plans/<uuid:plan_id>", "get_plan", PARTNERS)
catalog.change("/plans/<uuid:plan_id>", "change_plan", PARTNERS)
catalog.ask("POST /plans/<uuid:plan_id>/retire", "retire_plan", PARTNERS, 200)
catalog.ask("GET /plans/<uuid:plan_id>/use", "get_plan_use", PARTNERS)


wallets.ask("GET /customers/<uuid:customer_id>/wallet", "get_wallet", EVERYBODY)


def booking_of(booked: Booked) -> EntryView:
    """The line that was booked; `balance_after` is what the balance then was."""
    if booked.booking is None:
        raise Unavailable
    return booked.booking


wallets.ask(
    "POST /customers/<uuid:customer_id>/top-ups",
    "top_up",
    PARTNERS,
    shown=booking_of,
    name="top_up_wallet",
)
wallets.ask(
    "POST /customers/<uuid:customer_id>/payouts",
    "pay_out",
    PARTNERS,
    shown=booking_of,
    name="pay_out_wallet",
)
wallets.ask(
    "POST /transfers/<uuid:transfer_id>/correction",
    "correct_booking",
    PARTNERS,
    shown=booking_of,
    name="correct_booking",
)
wallets.ask(
    "GET /customers/<uuid:customer_id>/entries",
    "list_entries",
    EVERYBODY,
    name="list_wallet_entries",
)
wallets.ask(
    "GET /customers/<uuid:customer_id>/statement",
    "get_statement",
    EVERYBODY,
    name="get_wallet_statement",
)
wallets.ask("GET /wallets", "list_wallets", SELLERS_AND_SUPPORT)
wallets.ask(
    "GET /wallets/total", "get_balances", SELLERS_AND_SUPPORT, name="sum_wallets"
)
wallets.ask("GET /ledger/check", "check_ledger", PARTNERS)


subscriptions.ask(
    "POST /subscriptions", "purchase", SELLERS_AND_CUSTOMERS, name="create_subscription"
)
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
    name="quote_subscription_stop",
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
    name="set_user_renewal",
)
subscriptions.ask(
    "GET /users/<uuid:user_id>/renewal",
    "get_renewal",
    EVERYBODY,
    name="get_user_renewal",
)
subscriptions.ask(
    "GET /customers/<uuid:customer_id>/renewal",
    "get_renewal_overview",
    EVERYBODY,
    name="get_customer_renewals",
)
subscriptions.ask(
    "GET /users/<uuid:user_id>/purchase",
    "quote_purchase",
    SELLERS_AND_CUSTOMERS,
    name="quote_subscription",
)
subscriptions.ask("GET /sales", "list_sales", EVERYBODY)
subscriptions.ask("GET /sales/total", "sum_sales", SELLERS_AND_SUPPORT)
subscriptions.ask(
    "GET /sales/figures", "get_sales", SELLERS_AND_SUPPORT, name="get_sales_figures"
)
subscriptions.ask(
    "GET /subscriptions/figures", "get_subscription_figures", SELLERS_AND_SUPPORT
)
