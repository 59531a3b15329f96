"""What every view stands on, kept with the Flask app."""

from dataclasses import dataclass

from flask import Flask, current_app

from gateway.companies import Companies
from gateway.identity import Identities
from gateway.services import Services
from gateway.settings import GatewaySettings
from lineup.blobs import BlobStore
from lineup.clock import Clock
from lineup.rpc import RpcClient
from lineup.secrets import Keyring

NAME = "lineup"


@dataclass(frozen=True, kw_only=True)
class AppContext:
    """Settings, services, keys, blobs, and what accounts said a moment ago."""

    settings: GatewaySettings
    services: Services
    keyring: Keyring
    identities: Identities
    companies: Companies
    blobs: BlobStore
    clock: Clock

    @property
    def rpc(self) -> RpcClient:
        """The connection that calls go over."""
        return self.services.rpc

    def init_app(self, app: Flask) -> None:
        """Let the app's views find this by `app_context()`."""
        app.extensions[NAME] = self


def app_context_of(app: Flask) -> AppContext:
    """The context of an app."""
    found: AppContext = app.extensions[NAME]
    return found


def app_context() -> AppContext:
    """The context of the app that handles this request."""
    return app_context_of(current_app)
