"""What a player needs of a user: its link, its guide, its Xtream data."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.app_context import app_context
from gateway.request_context import actor
from lineup.context import SELLERS, Permission, Role
from lineup.contracts.accounts.customers import CustomerStatus
from lineup.contracts.accounts.users import UserView

SEERS = SELLERS | {Role.CUSTOMER}
"""Who may read a player's password, and the links that lead to it: not support, which
looks at users without being able to watch as one of them."""


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
    is_active: bool
    """False: it is held back, or its customer is off; its line is refused."""
    state: CustomerStatus
    ends_at: datetime | None
    """The furthest end of its subscriptions, running or over."""
    product_name: str
    device_count: int
    created_at: datetime
    playlist_url: str | None
    """None for those who may not see the password, which the playlist holds."""
    guide_url: str | None
    xtream: XtreamAccess
    updated_at: datetime | None = None
    """When it last changed."""


def may_see_passwords() -> bool:
    """Whether the actor may see passwords, playlist links and PINs of customers."""
    me = actor()
    return me.role in SEERS and me.may(Permission.SEE_SECRETS)


def card_of(user: UserView) -> UserCard:
    """A user as people see it; the password only for who may."""
    base = (user.public_url or app_context().settings.base_url).rstrip("/")
    may_watch = may_see_passwords()
    link = f"{base}/p/{user.token}" if may_watch else None
    return UserCard(
        id=user.id,
        customer_id=user.customer_id,
        partner_id=user.partner_id,
        name=user.name,
        is_active=user.is_active,
        state=user.state,
        ends_at=user.ends_at,
        product_name=user.product_name,
        device_count=user.device_count,
        created_at=user.created_at,
        updated_at=user.updated_at,
        playlist_url=link and f"{link}.m3u8",
        guide_url=link and f"{link}.xml",
        xtream=XtreamAccess(
            address=base,
            username=user.username,
            password=app_context().keyring.open(user.password) if may_watch else None,
        ),
    )
