"""What is told once and never again: a password that was generated.

It lies sealed in the session until the next page shows it; nobody can look it up later.
"""

from dataclasses import dataclass

from flask import Flask, session

from gateway.app_context import app_context

KEY = "told_once"
MOST = 4


@dataclass(frozen=True)
class OneTimeSecret:
    """Whose login it is, and what is typed."""

    name: str
    username: str
    password: str


def show_password_once(name: str, username: str, password: str | None) -> None:
    """Let the next page show a password; nothing where none was generated."""
    if password:
        sealed = app_context().keyring.seal(password)
        session[KEY] = [*session.get(KEY, ()), [name, username, sealed]][-MOST:]


def one_time_secrets() -> list[OneTimeSecret]:
    """What this page shows, and no later one."""
    opened = app_context().keyring.open
    return [
        OneTimeSecret(name, username, opened(sealed))
        for name, username, sealed in session.pop(KEY, ())
    ]


def init_app(app: Flask) -> None:
    """Let the layout show it."""
    app.jinja_env.globals["one_time_secrets"] = one_time_secrets
