"""The four services, each as a typed client over one connection."""

from dataclasses import dataclass

from gateway.clients.accounts import AccountsClient
from gateway.clients.billing import BillingClient
from gateway.clients.notifications import NotificationsClient
from gateway.clients.playlists import PlaylistsClient
from lineup.rpc import RpcClient

__all__ = [
    "AccountsClient",
    "BillingClient",
    "Clients",
    "NotificationsClient",
    "PlaylistsClient",
]


@dataclass(frozen=True, kw_only=True)
class Clients:
    """Whom the gateway can ask."""

    rpc: RpcClient
    accounts: AccountsClient
    billing: BillingClient
    playlists: PlaylistsClient
    notifications: NotificationsClient

    @classmethod
    def over(cls, rpc: RpcClient) -> "Clients":
        """All four over one RPC client, which the caller starts and stops."""
        return cls(
            rpc=rpc,
            accounts=AccountsClient(rpc),
            billing=BillingClient(rpc),
            playlists=PlaylistsClient(rpc),
            notifications=NotificationsClient(rpc),
        )
