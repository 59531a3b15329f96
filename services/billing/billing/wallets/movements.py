"""What a movement of money is: accounts, legs that sum to zero, one key."""

import enum
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID, uuid5

from lineup.contracts.billing.wallets import BALANCE_CAUSES, Cause
from lineup.money import Money
from lineup.scope import ROOT, below

WALLETS = UUID("0a8a4f0e-3f0c-5d5c-8a77-77616c6c6574")


class OwnerKind(enum.StrEnum):
    """Whose an account is."""

    CUSTOMER = "customer"
    PARTNER = "partner"
    SELLER = "seller"
    """A reseller or a dealer."""


class AccountPurpose(enum.StrEnum):
    """What money is there for."""

    BALANCE = "balance"
    """What its owner can spend: it is kept, and covered by what is there."""
    CASH = "cash"
    INCOME = "income"
    REFUND = "refund"
    WRITTEN_OFF = "written_off"
    CLEARING = "clearing"
    ISSUED = "issued"
    """Credits that the partner gave to its sellers."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """A place money can be, whether or not its row is there yet."""

    owner_id: UUID
    owner_kind: OwnerKind
    purpose: AccountPurpose
    asset: str
    partner_id: UUID
    scope: str
    shop_id: UUID | None = None
    """Whose money is cleared."""

    @cached_property
    def id(self) -> UUID:
        """The wallet's id: the same account always has the same."""
        return uuid5(WALLETS, f"{self.owner_id}:{self.name}:{self.asset}")

    @property
    def name(self) -> str:
        """What it is called among its owner's accounts of one asset."""
        return f"{self.purpose}:{self.shop_id}" if self.shop_id else self.purpose

    @property
    def keeps_balance(self) -> bool:
        """Whether it may not be overdrawn and so knows what is in it."""
        return self.purpose is AccountPurpose.BALANCE


def customer_account(
    customer_id: UUID, partner_id: UUID, scope: str, asset: str
) -> Account:
    """A customer's own balance in one asset."""
    return Account(
        owner_id=customer_id,
        owner_kind=OwnerKind.CUSTOMER,
        purpose=AccountPurpose.BALANCE,
        asset=asset,
        partner_id=partner_id,
        scope=scope,
    )


def seller_account(
    seller_id: UUID, partner_id: UUID, scope: str, asset: str
) -> Account:
    """What a reseller or dealer can spend of one asset."""
    return Account(
        owner_id=seller_id,
        owner_kind=OwnerKind.SELLER,
        purpose=AccountPurpose.BALANCE,
        asset=asset,
        partner_id=partner_id,
        scope=scope,
    )


def _of_partner(
    partner_id: UUID, purpose: AccountPurpose, asset: str, shop_id: UUID | None = None
) -> Account:
    return Account(
        owner_id=partner_id,
        owner_kind=OwnerKind.PARTNER,
        purpose=purpose,
        shop_id=shop_id,
        asset=asset,
        partner_id=partner_id,
        scope=below(ROOT, partner_id),
    )


def cash(partner_id: UUID, asset: str) -> Account:
    """Money the partner took outside: bank, counter."""
    return _of_partner(partner_id, AccountPurpose.CASH, asset)


def written_off(partner_id: UUID, asset: str) -> Account:
    """What deleted customers left behind and nobody was paid."""
    return _of_partner(partner_id, AccountPurpose.WRITTEN_OFF, asset)


def income(partner_id: UUID, asset: str) -> Account:
    """What the partner earned by sales."""
    return _of_partner(partner_id, AccountPurpose.INCOME, asset)


def refunds(partner_id: UUID, asset: str) -> Account:
    """What the partner gave back for stopped periods."""
    return _of_partner(partner_id, AccountPurpose.REFUND, asset)


def issued(partner_id: UUID, asset: str) -> Account:
    """Credits that the partner gave to its sellers."""
    return _of_partner(partner_id, AccountPurpose.ISSUED, asset)


def clearing(partner_id: UUID, shop_id: UUID, asset: str) -> Account:
    """What a shop collected for the partner."""
    return _of_partner(partner_id, AccountPurpose.CLEARING, asset, shop_id)


@dataclass(frozen=True, kw_only=True)
class Leg:
    """What a movement does to one account; the asset is the account's."""

    account: Account
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Movement:
    """Money to be moved: legs of one partner that sum to zero in each asset.

    `key` names it once and for all; the same key with other content is refused.
    """

    key: str
    cause: Cause
    legs: tuple[Leg, ...]
    reference: str = ""
    reverses_id: UUID | None = None

    def __post_init__(self) -> None:
        if len({leg.account.partner_id for leg in self.legs}) != 1:
            raise ValueError("Money never crosses from one partner to another.")
        if any(_sums(self.legs).values()):
            raise ValueError("The legs of a movement sum to zero.")
        is_shops = self.cause not in BALANCE_CAUSES
        if is_shops and any(leg.account.keeps_balance for leg in self.legs):
            raise ValueError("What a shop holds never lies on a balance.")

    @property
    def partner_id(self) -> UUID:
        """The one partner within whom it moves."""
        return self.legs[0].account.partner_id

    @property
    def content_hash(self) -> str:
        """What tells one content from another under the same key."""
        legs = sorted(f"{leg.account.id}:{leg.amount_minor}" for leg in self.legs)
        content = [self.cause, self.reference, str(self.reverses_id), *legs]
        return hashlib.sha256("\n".join(content).encode()).hexdigest()


def between(
    source: Account,
    target: Account,
    amount: Money,
    *,
    key: str,
    cause: Cause,
    reference: str = "",
) -> Movement:
    """Move an amount above zero from one account to another of the same asset."""
    if amount.amount_minor <= 0 or {source.asset, target.asset} != {amount.asset}:
        raise ValueError(f"{amount} cannot move there.")
    legs = (
        Leg(account=source, amount_minor=-amount.amount_minor),
        Leg(account=target, amount_minor=amount.amount_minor),
    )
    return Movement(key=key, cause=cause, legs=legs, reference=reference)


def _sums(legs: Iterable[Leg]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for leg in legs:
        asset = leg.account.asset
        sums[asset] = sums.get(asset, 0) + leg.amount_minor
    return sums
