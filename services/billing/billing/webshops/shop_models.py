"""Tables of the shops themselves: connections, and deliveries as they came."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from billing.records import Record
from billing.webshops.payloads import one_line
from billing.webshops.states import WebhookState
from lineup.contracts.billing.shops import OtherProduct
from lineup.database import Timestamped
from lineup.secrets import Sealed

HELD_BACK = "on-hold"
"""The dispute of an order whose shop says no more than that it waits again."""
DEVICE_PROBLEMS = {"mac_taken", "mac_invalid"}
CHANGEOVER = timedelta(hours=24)
"""How long a shop may go on signing with the secret before the present one."""


class ShopConnection(Timestamped, Record):
    """One shop of a partner; its id is the random part of the webhook's address."""

    __tablename__ = "shop_connection"
    __table_args__ = (
        Index(
            "ix_shop_connection_ask_at",
            "ask_at",
            postgresql_where=text("ask_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    partner_id: Mapped[UUID]
    scope: Mapped[str] = mapped_column(index=True)
    secret: Mapped[Sealed]
    previous_secret: Mapped[Sealed | None]
    previous_secret_ends_at: Mapped[datetime | None]
    """Until when the secret before the present one is good, too."""
    currency: Mapped[str]
    shop_domain: Mapped[str]
    accepts_low_amounts: Mapped[bool]
    refused_deliveries: Mapped[int] = mapped_column(default=0, server_default="0")
    """Deliveries with a wrong or no signature; nothing else of them is kept."""
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    """Switched off, its deliveries are parked instead of worked on."""
    ignored_skus: Mapped[list[Any]] = mapped_column(
        default=list, server_default=text("'[]'")
    )
    """What it sells that is nothing of ours, in small letters."""
    suspends_disputed: Mapped[bool] = mapped_column(
        default=False, server_default=text("false")
    )
    other_product: Mapped[str] = mapped_column(
        default=OtherProduct.LIST, server_default="list"
    )
    """What an order of another product does to a user that runs."""
    paid_statuses: Mapped[list[Any]] = mapped_column(
        default=list, server_default=text("'[]'")
    )
    """Statuses of its own in which a paid order is to be served."""
    tolerance_percent: Mapped[int] = mapped_column(default=0, server_default="0")
    """How much less than a plan costs is served all the same: coupons, taxes."""
    created_at: Mapped[datetime]
    api_key: Mapped[Sealed | None]
    """With the secret what the shop is asked with; Shopify has the secret alone."""
    api_secret: Mapped[Sealed | None]
    """None: it is not asked."""
    api_address: Mapped[str] = mapped_column(default="", server_default="")
    asked_until: Mapped[datetime | None]
    """The shop's time up to which all that changed was seen."""
    ask_at: Mapped[datetime | None]
    """When to ask next; None: never."""
    asked_at: Mapped[datetime | None]
    asking_failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often in a row it did not answer."""
    asking_problem: Mapped[str] = mapped_column(default="", server_default="")

    def ignores(self, subject: str) -> bool:
        """Whether an item of this SKU, or of this name without one, is nothing."""
        return ignored_as(subject) in self.ignored_skus

    def least_for(self, price_minor: int) -> int:
        """What at least is to be paid for a piece that costs so many minor units.

        Rounded down, as shops round a coupon in the buyer's favour.
        """
        if self.accepts_low_amounts:
            return 0
        return price_minor * (100 - self.tolerance_percent) // 100

    def give_access(
        self, key: Sealed | None, secret: Sealed, address: str, now: datetime
    ) -> None:
        """Let it be asked from now on for what it did not deliver."""
        self.api_key, self.api_secret, self.api_address = key, secret, address
        self.ask_at, self.asking_failures, self.asking_problem = now, 0, ""

    def end_access(self) -> None:
        """Ask it no longer."""
        self.api_key = self.api_secret = self.ask_at = None
        self.asking_failures, self.asking_problem = 0, ""

    @property
    def asked_of(self) -> str:
        """The address at which it is asked."""
        return (self.api_address or f"https://{self.shop_domain}").rstrip("/")

    def answered(self, until: datetime | None, now: datetime, ask_at: datetime) -> None:
        """It told all that changed up to an instant of its own time."""
        self.asked_until = until or self.asked_until
        self.asked_at, self.ask_at = now, ask_at
        self.asking_failures, self.asking_problem = 0, ""

    def did_not_answer(self, problem: str, ask_at: datetime) -> None:
        """Nothing was learnt; `problem` says why."""
        self.asking_failures += 1
        self.asking_problem, self.ask_at = one_line(problem), ask_at

    @property
    def webhook_path(self) -> str:
        """Where the shop delivers to."""
        return f"/webhooks/{self.kind}/{self.id}"

    def change_secret(self, sealed: Sealed, now: datetime) -> None:
        """Expect another secret; the one so far stays good for a day beside it."""
        self.previous_secret, self.secret = self.secret, sealed
        self.previous_secret_ends_at = now + CHANGEOVER

    def end_previous_secret(self) -> None:
        """Expect the present secret only."""
        self.previous_secret, self.previous_secret_ends_at = None, None

    def previous_ends_at(self, now: datetime) -> datetime | None:
        """Until when the secret before is good; None: only the present one is."""
        ends_at = self.previous_secret_ends_at
        if self.previous_secret is None or ends_at is None or ends_at <= now:
            return None
        return ends_at

    def is_source(self, host: str) -> bool:
        """Whether a delivery that says it is from `host` may be this shop's.

        Copies of a shop (staging) sign with the same secret. Shopify always names
        its domain; WooCommerce's is compared where a domain was given.
        """
        if not self.shop_domain:
            return True
        return is_same_host(host, self.shop_domain)


def is_same_host(one: str, other: str) -> bool:
    """Whether two names are of one shop's host, with or without `www.`."""
    bare, other_bare = (
        name.lower().removesuffix(".").removeprefix("www.") for name in (one, other)
    )
    return bare == other_bare


def ignored_as(subject: str) -> str:
    """A SKU or an item's name as the list of those ignored has it."""
    return subject.strip().lower()


class ShopDelivery(Timestamped, Record):
    """One authentic delivery as it came: the raw body, kept before the answer."""

    __tablename__ = "shop_delivery"
    __table_args__ = (
        UniqueConstraint("shop_id", "delivery_key", "digest", name="uq_shop_delivery"),
        Index(
            "ix_shop_delivery_parked",
            "shop_id",
            postgresql_where=text("state = 'parked'"),
        ),
        Index(
            "ix_shop_delivery_stored",
            "received_at",
            postgresql_where=text("state = 'stored'"),
        ),
        Index("ix_shop_delivery_received_at", "received_at"),
        Index("ix_shop_delivery_shop_id", "shop_id", "id"),
        Index(
            "ix_shop_delivery_order_id",
            "order_id",
            postgresql_where=text("order_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop_connection.id"))
    delivery_key: Mapped[str]
    digest: Mapped[bytes]
    """SHA-256 of the body."""
    topic: Mapped[str]
    source: Mapped[str]
    is_test: Mapped[bool]
    body: Mapped[bytes]
    received_at: Mapped[datetime]
    state: Mapped[str]
    problem: Mapped[str] = mapped_column(default="")
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("shop_order.id"))
    """The order it told of, once it is worked on."""
    note: Mapped[str] = mapped_column(default="", server_default="")
    """What people said when they closed it."""
    closed_by: Mapped[str] = mapped_column(default="", server_default="")

    def finish(self, order_id: UUID | None) -> None:
        """It is worked on; `order_id` names the order it told of."""
        self.state, self.problem = WebhookState.DONE, ""
        self.order_id = order_id

    def forget(self) -> None:
        """Keep nothing of what it says: it names somebody whose data is erased."""
        self.body = b""

    def close(self, note: str, by: str) -> None:
        """People settled it: nothing of it is done by itself any more."""
        self.state, self.note, self.closed_by = WebhookState.CLOSED, note, by

    def pass_over(self, reason: str) -> None:
        """It asks nothing of us; `reason` says why."""
        self.finish(None)
        self.problem = one_line(reason)

    def park(self, problem: str) -> None:
        """Leave it to people: authentic, but nothing can be done by itself."""
        self.state, self.problem = WebhookState.PARKED, one_line(problem)
