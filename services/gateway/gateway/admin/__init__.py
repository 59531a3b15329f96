"""The panel: what operator, partner, seller and support see."""

from flask import Flask

from gateway.admin import accounts, billing, notifications, playlists


def hang(app: Flask) -> None:
    """Hang the panel's pages into the app."""
    for module in (accounts, billing, playlists, notifications):
        app.register_blueprint(module.pages)
