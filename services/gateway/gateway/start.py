"""Putting the panel and the API together from the environment."""

import os
from collections.abc import Mapping
from typing import Any

from flask import Flask

from gateway import settings as gateway_settings
from gateway.app import create_app
from gateway.app_context import app_context_of
from gateway.identity import Identities
from lineup import tracing
from lineup.context import Event
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.sessions import SessionEnded
from lineup.contracts.accounts.tree import AccountChanged
from lineup.logs import configure
from lineup.rpc import Listener, RpcClient


def pages(environment: Mapping[str, str] = os.environ) -> Flask:
    """The app of this process; connections are made when the first call needs one."""
    settings = gateway_settings.read(environment)
    configure(settings.log_format, settings.log_level, "gateway")
    tracing.configure(settings.otel_exporter_otlp_endpoint, "gateway")
    return create_app(settings, RpcClient(settings.amqp_uri))


def listener_for(app: Flask) -> Listener:
    """Forgets who signed in as soon as that is over; start it after a fork.

    Without it, or while the broker is away, age alone does so, after 8 seconds.
    """
    app_context = app_context_of(app)
    return listener(app_context.identities, app_context.settings.amqp_uri)


def listener(identities: Identities, amqp_uri: str) -> Listener:
    """A listener that keeps these identities true."""

    def receive(event: Event[Any]) -> None:
        if isinstance(event.state, SessionEnded):
            identities.evict(event.state.token_digest)
        else:
            identities.evict_below(event.state.scope)

    return Listener(
        amqp_uri,
        (SessionEnded, AccountChanged, CustomerChanged),
        receive,
        on_connected=identities.evict_all,
    )
