"""The panel: what operator, partner, seller and support see."""

from flask import Flask

from gateway import logos
from gateway.admin import (
    billing,
    channels,
    content,
    customers,
    dashboard,
    groups,
    guide,
    guide_sources,
    imports,
    money,
    notifications,
    one_channel,
    orders,
    packages,
    reports,
    sales,
    search,
    seller_jobs,
    seller_logins,
    sellers,
    subscriptions,
)


def hang(app: Flask) -> None:
    """Hang the panel's pages into the app."""
    for module in (
        dashboard,
        search,
        reports,
        customers,
        groups,
        sellers,
        seller_logins,
        seller_jobs,
        billing,
        subscriptions,
        sales,
        money,
        orders,
        channels,
        one_channel,
        packages,
        imports,
        guide_sources,
        guide,
        notifications,
    ):
        app.register_blueprint(module.pages)
    content.teach(app)
    logos.hang(app)
