"""The panel: what operator, partner, seller and support see."""

from flask import Flask

from gateway import logos
from gateway.admin import audit, dashboard, search
from gateway.admin.content import (
    channels,
    guide,
    guide_sources,
    imports,
    one_channel,
    packages,
)
from gateway.admin.messages import notifications
from gateway.admin.partners import packages as partner_packages
from gateway.admin.partners import partnerships, unmatched
from gateway.admin.people import (
    box_models,
    boxes,
    customer_content,
    customers,
    erasures,
    everybody,
    groups,
    own_users,
    reports,
    seller_jobs,
    seller_logins,
    seller_plans,
    sellers,
    trash,
)
from gateway.admin.reselling import directory, links, requests
from gateway.admin.sales import (
    documents,
    money,
    price_lists,
    sell,
    seller_credits,
    staff_changes,
    subscriptions,
)
from gateway.admin.sales import products as billing
from gateway.admin.sales import sold_periods as sales
from gateway.admin.shops import connections, orders, settling

MODULES = (
    dashboard,
    search,
    sell,
    reports,
    customers,
    customer_content,
    trash,
    erasures,
    boxes,
    box_models,
    groups,
    everybody,
    sellers,
    seller_logins,
    own_users,
    seller_jobs,
    partnerships,
    unmatched,
    partner_packages,
    seller_plans,
    price_lists,
    seller_credits,
    directory,
    requests,
    links,
    billing,
    subscriptions,
    staff_changes,
    sales,
    documents,
    money,
    connections,
    orders,
    settling,
    channels,
    one_channel,
    packages,
    imports,
    guide_sources,
    guide,
    notifications,
    audit,
)
"""Several of them share one blueprint."""


def init_app(app: Flask) -> None:
    """Hang the panel's pages into the app."""
    for blueprint in dict.fromkeys(module.pages for module in MODULES):
        app.register_blueprint(blueprint)
    logos.init_app(app)
