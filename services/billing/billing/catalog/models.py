"""Products, plans, and the copy of playlists' packages they are made of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    false,
    literal_column,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from billing.records import Record
from lineup.database import Timestamped
from lineup.money import CREDIT, Money


class PackageCopy(Record):
    """A package of channels; playlists owns the fact."""

    __tablename__ = "package_copy"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    name: Mapped[str]
    is_deleted: Mapped[bool]


class Product(Timestamped, Record):
    """What is watched, on how many devices and addresses."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("devices > 0 AND addresses > 0", "places"),
        Index("ix_product_partner_id", "partner_id", "id"),
        Index(
            "uq_product_external_id",
            "partner_id",
            "external_id",
            unique=True,
            postgresql_where=text("external_id <> ''"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    name: Mapped[str]
    package_ids: Mapped[list[str]]
    devices: Mapped[int]
    addresses: Mapped[int]
    is_trial: Mapped[bool]
    external_id: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime]
    plans: Mapped[list["Plan"]] = relationship(
        order_by="Plan.id", back_populates="product"
    )


class Plan(Timestamped, Record):
    """A length and price of a product; exactly one length is given."""

    __tablename__ = "plan"
    __table_args__ = (
        CheckConstraint(
            "months >= 0 AND days >= 0 AND (months > 0) <> (days > 0)", "length"
        ),
        CheckConstraint("price_minor >= 0", "price"),
        CheckConstraint("credits_minor >= 0", "credits"),
        Index(
            "uq_plan_sku",
            "partner_id",
            literal_column("lower(sku)").label("lowered"),
            unique=True,
            postgresql_where=text("sku <> '' AND retired_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id"), index=True)
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    name: Mapped[str]
    price_minor: Mapped[int]
    asset: Mapped[str]
    credits_minor: Mapped[int | None]
    """What it costs in Credits; None: it is not sold for any."""
    months: Mapped[int]
    days: Mapped[int]
    sku: Mapped[str]
    retired_at: Mapped[datetime | None]
    renewable_until: Mapped[datetime | None]
    """Until when it is renewed though it is retired; None: it is not."""
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether customers are not offered it."""
    created_at: Mapped[datetime]
    product: Mapped[Product] = relationship(back_populates="plans")

    @property
    def price(self) -> Money:
        """What one length of it costs."""
        return Money(self.price_minor, self.asset)

    @property
    def credits(self) -> Money | None:
        """What postpaid sellers pay for it; None: they cannot sell it."""
        minor = self.credits_minor
        return None if minor is None else Money(minor, CREDIT)

    @property
    def is_retired(self) -> bool:
        """Whether it is not sold anew any longer."""
        return self.retired_at is not None

    def is_renewed(self, now: datetime) -> bool:
        """Whether who has it may renew it: on sale, or retired for a later day."""
        until = self.renewable_until
        return self.retired_at is None or (until is not None and now < until)

    def take_price(self, price: Money) -> None:
        """Cost this from now on, in the price's own currency."""
        self.price_minor, self.asset = price.amount_minor, price.asset

    def take_credits(self, price: Money | None) -> None:
        """Cost postpaid sellers this from now on; None: they cannot sell it."""
        self.credits_minor = None if price is None else price.amount_minor

    def retire(self, now: datetime, renewable_until: datetime | None) -> None:
        """Take it off sale; it is renewed until then. Twice: the newest word counts."""
        self.retired_at = self.retired_at or now
        self.renewable_until = renewable_until


def is_not_renewed(now: datetime) -> ColumnElement[bool]:
    """The condition that nobody may renew a plan any longer."""
    is_over = or_(Plan.renewable_until.is_(None), Plan.renewable_until <= now)
    return Plan.retired_at.is_not(None) & is_over


class SellerPrice(Record):
    """A plan on the price list of a reseller or dealer."""

    __tablename__ = "seller_prices"
    __table_args__ = (
        CheckConstraint("price_minor >= 0", "price"),
        CheckConstraint("discount_percent BETWEEN 0 AND 100", "discount"),
    )

    seller_id: Mapped[UUID] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(
        ForeignKey("plan.id"), primary_key=True, index=True
    )
    partner_id: Mapped[UUID]
    price_minor: Mapped[int | None]
    """None: the list price, less the discount."""
    asset: Mapped[str]
    """Of the price: where the plan is sold for another asset, it does not count."""
    discount_percent: Mapped[int] = mapped_column(default=0, server_default="0")
    plan: Mapped[Plan] = relationship(lazy="joined", innerjoin=True, viewonly=True)

    def own_price(self, asset: str) -> Money | None:
        """The price set for this seller, in that asset; None: there is none."""
        if self.price_minor is None or self.asset != asset:
            return None
        return Money(self.price_minor, self.asset)

    def price(self, list_price: Money | None, asset: str) -> Money | None:
        """What the plan costs here: the own price, else the list price less the
        discount, rounded up to the minor unit; None where there is neither.
        """
        own = self.own_price(asset)
        if own is not None or list_price is None:
            return own
        off = list_price.amount_minor * self.discount_percent // 100
        return Money(list_price.amount_minor - off, asset)
