"""What a player needs of a user: its link, its guide, its Xtream data."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.asking import actor
from gateway.ground import ground
from lineup.context import SELLERS, Role
from lineup.contracts.accounts import Standing, Status, UserView

MAY_SEE_PASSWORDS = SELLERS | {Role.CUSTOMER}
"""Who may read a player's password: not support (AH-02)."""


@dataclass(frozen=True, kw_only=True)
class XtreamAccess:
    """What is typed into a player that speaks Xtream Codes."""

    address: str
    username: str
    password: str | None
    """None for those who may not see it."""


@dataclass(frozen=True, kw_only=True)
class UserCard:
    """One user with everything its player needs."""

    id: UUID
    customer_id: UUID
    partner_id: UUID
    name: str
    status: Status
    state: Standing
    ends_at: datetime | None
    """The furthest end of its subscriptions, running or over."""
    product_name: str
    device_count: int
    created_at: datetime
    playlist_url: str
    guide_url: str
    xtream: XtreamAccess


def card_of(user: UserView) -> UserCard:
    """A user as people see it; the password only where the role allows it."""
    base = (user.public_url or ground().settings.base_url).rstrip("/")
    return UserCard(
        id=user.id,
        customer_id=user.customer_id,
        partner_id=user.partner_id,
        name=user.name,
        status=user.status,
        state=user.state,
        ends_at=user.ends_at,
        product_name=user.product_name,
        device_count=user.device_count,
        created_at=user.created_at,
        playlist_url=f"{base}/p/{user.token}.m3u8",
        guide_url=f"{base}/p/{user.token}.xml",
        xtream=XtreamAccess(
            address=base, username=user.username, password=_password_of(user)
        ),
    )


def _password_of(user: UserView) -> str | None:
    if actor().role not in MAY_SEE_PASSWORDS:
        return None
    return ground().keyring.open(user.password)
