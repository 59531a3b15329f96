"""The panel: what operator, partner, seller and support see."""

from flask import Flask

from gateway.admin import (
    accounts,
    billing,
    dashboard,
    notifications,
    playlists,
    search,
)


def hang(app: Flask) -> None:
    """Hang the panel's pages into the app."""
    for module in (
        dashboard,
        search,
        accounts,
        billing,
        playlists,
        notifications,
    ):
        app.register_blueprint(module.pages)
