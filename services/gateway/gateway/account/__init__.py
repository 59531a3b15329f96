"""One's own: settings, password, sessions, and acting as another for a while."""

from flask import Flask

from gateway.account import (
    api_keys,
    impersonation,
    package,
    permissions,
    second_factor,
    settings,
    streams,
    support,
)


def init_app(app: Flask) -> None:
    """Hang the pages into the app."""
    for module in (
        settings,
        second_factor,
        permissions,
        api_keys,
        package,
        streams,
        support,
        impersonation,
    ):
        app.register_blueprint(module.pages)
