"""The Flask application: panel, customer's pages and REST API put together."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from gateway import (
    admin,
    api,
    assets,
    guards,
    own,
    portal,
    probes,
    problems,
    security,
    signing,
    watching,
)
from gateway import help as help_pages
from gateway.asking import begin_request
from gateway.companies import Companies
from gateway.ground import Ground
from gateway.identity import Identities
from gateway.panel import display, once, words
from gateway.services import Services
from gateway.settings import GatewaySettings
from gateway.written import heed
from lineup.blobs import BlobStore
from lineup.clock import clock_for
from lineup.rpc import RpcClient
from lineup.secrets import Keyring


def create_app(settings: GatewaySettings, rpc: RpcClient) -> Flask:
    """An app that asks services by `rpc`; importing this module does nothing."""
    app = Flask("gateway", static_folder=None)
    rpc.heed = heed
    ground = Ground(
        settings=settings,
        services=Services(rpc, guards.guarded),
        keyring=Keyring.of(settings.lineup_secret_keys),
        identities=Identities.of(rpc),
        companies=Companies(rpc),
        blobs=BlobStore(settings.blob_url),
        clock=clock_for(settings.clock_offset_file),
    )
    ground.lie_under(app)
    probes.register(app)
    app.before_request(begin_request)
    watching.watch(app)
    security.configure(app, settings)
    problems.watch(app)
    security.csrf.init_app(app)
    words.teach(app)
    display.teach(app)
    once.teach(app)
    assets.hang(app, settings.assets_folder)
    api.hang(app)
    signing.hang(app)
    admin.hang(app)
    help_pages.hang(app)
    portal.hang(app)
    own.hang(app)
    _trust_proxies(app, settings.trusted_proxies)
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    """Believe the forwarded address of the caller as far as proxies are ours."""
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
