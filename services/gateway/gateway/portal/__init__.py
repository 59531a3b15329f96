"""The customer's own pages, and what customers and sellers alike do with users."""

from flask import Flask

from gateway.portal import (
    changes,
    devices,
    documents,
    messages,
    money,
    new_credentials,
    one_user,
    own_data,
    pages,
    purchases,
    renewing,
)

MODULES = (
    pages,
    own_data,
    purchases,
    changes,
    renewing,
    one_user,
    new_credentials,
    devices,
    money,
    documents,
    messages,
)


def init_app(app: Flask) -> None:
    """Hang the pages into the app; several modules share one blueprint."""
    for blueprint in dict.fromkeys(module.pages for module in MODULES):
        app.register_blueprint(blueprint)
