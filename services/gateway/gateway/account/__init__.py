"""One's own: settings, password, sessions, and acting as another for a while."""

from flask import Flask

from gateway.account import (
    api_keys,
    documents,
    impersonation,
    package,
    permissions,
    personal_data,
    second_factor,
    settings,
    streams,
    support,
)


def init_app(app: Flask) -> None:
    """Hang the pages into the app."""
    modules = (
        settings,
        second_factor,
        permissions,
        api_keys,
        package,
        documents,
        personal_data,
        streams,
        support,
        impersonation,
    )
    for module in modules:
        app.register_blueprint(module.pages)
