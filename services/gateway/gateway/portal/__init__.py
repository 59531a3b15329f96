"""The customer's own pages, and what customers and sellers alike do with users."""

from flask import Flask

from gateway.portal import messages, pages, users


def hang(app: Flask) -> None:
    """Hang the pages into the app."""
    app.register_blueprint(pages.pages)
    app.register_blueprint(users.pages)
    app.register_blueprint(messages.pages)
