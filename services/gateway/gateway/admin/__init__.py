"""The panel: what operator, partner, seller and support see."""

from flask import Flask

from gateway import logos
from gateway.admin import (
    accounts,
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
    subscriptions,
)


def hang(app: Flask) -> None:
    """Hang the panel's pages into the app."""
    for module in (
        dashboard,
        search,
        reports,
        accounts,
        customers,
        groups,
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
