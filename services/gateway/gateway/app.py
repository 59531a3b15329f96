"""The Flask application: panel, customer's pages and REST API put together."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from gateway import account as own
from gateway import (
    admin,
    api,
    assets,
    guards,
    metrics,
    portal,
    probes,
    problems,
    registration,
    security,
    signing,
)
from gateway import help as help_pages
from gateway.app_context import AppContext
from gateway.companies import Companies
from gateway.identity import Identities
from gateway.panel import display, navigation, one_time_secrets, packages
from gateway.request_context import begin_request
from gateway.services import Services
from gateway.settings import GatewaySettings
from gateway.written import record_written
from lineup.blobs import BlobStore
from lineup.clock import clock_for
from lineup.rpc import RpcClient
from lineup.secrets import Keyring


def create_app(settings: GatewaySettings, rpc: RpcClient) -> Flask:
    """An app that asks services by `rpc`; importing this module does nothing."""
    app = Flask("gateway", static_folder=None)
    rpc.heed = record_written
    app_context = AppContext(
        settings=settings,
        services=Services(rpc, guards.guarded),
        keyring=Keyring.of(settings.lineup_secret_keys),
        identities=Identities.of(rpc),
        companies=Companies(rpc),
        blobs=BlobStore(settings.blob_url),
        clock=clock_for(settings.clock_offset_file),
    )
    app_context.init_app(app)
    probes.register(app)
    app.before_request(begin_request)
    metrics.watch(app)
    security.configure(app, settings)
    problems.watch(app)
    security.csrf.init_app(app)
    navigation.init_app(app)
    display.init_app(app)
    one_time_secrets.init_app(app)
    assets.init_app(app, settings.assets_folder)
    api.init_app(app)
    signing.init_app(app)
    registration.init_app(app)
    packages.init_app(app)
    admin.init_app(app)
    help_pages.init_app(app)
    portal.init_app(app)
    own.init_app(app)
    _trust_proxies(app, settings.trusted_proxies)
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    """Believe the forwarded address of the caller as far as proxies are ours."""
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
