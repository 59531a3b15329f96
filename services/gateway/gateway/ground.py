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
class Ground:
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

    def lie_under(self, app: Flask) -> None:
        """Let the app's views find this by `ground()`."""
        app.extensions[NAME] = self


def ground_of(app: Flask) -> Ground:
    """What lies under an app."""
    found: Ground = app.extensions[NAME]
    return found


def ground() -> Ground:
    """The ground of the app that handles this request."""
    return ground_of(current_app)
