"""The panel: what operator, partner, seller and support see."""

from flask import Flask

from gateway import logos
from gateway.admin import (
    billing,
    channels,
    customers,
    dashboard,
    groups,
    guide,
    guide_sources,
    imports,
    money,
    notifications,
    one_channel,
    packages,
    reports,
    sales,
    search,
    sell,
    seller_jobs,
    seller_logins,
    sellers,
    settling,
    subscriptions,
)


def hang(app: Flask) -> None:
    """Hang the panel's pages into the app."""
    for module in (
        dashboard,
        search,
        sell,
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
        settling,
        channels,
        one_channel,
        packages,
        imports,
        guide_sources,
        guide,
        notifications,
    ):
        app.register_blueprint(module.pages)
    logos.hang(app)
