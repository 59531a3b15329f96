"""Who asks, and in whose name: what travels with every call and every event."""

import enum
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from lineup.ids import new_id

T = TypeVar("T")


class Role(enum.StrEnum):
    """What a login is."""

    OPERATOR = "operator"
    SUPPORT = "support"
    PARTNER = "partner"
    STAFF = "staff"
    RESELLER = "reseller"
    """A reseller at one partner: all that it sells there lies below it."""
    RESELLER_COMPANY = "reseller_company"
    """A reseller by itself, before it chose one of its links to partners."""
    DEALER = "dealer"
    CUSTOMER = "customer"
    SYSTEM = "system"
    """A service itself: event consumers, timers, commands."""


class Feature(enum.StrEnum):
    """What a partner may do if its package has it."""

    API = "api"
    SHOPS = "shops"
    RESELLERS = "resellers"
    OWN_MAIL = "own_mail"
    """Email under its own sender and by its own server."""
    OWN_DOMAIN = "own_domain"


OPERATORS = frozenset({Role.OPERATOR, Role.SYSTEM})
OF_PARTNER = frozenset({Role.PARTNER, Role.STAFF})
"""A partner's own people."""
PARTNERS = OPERATORS | OF_PARTNER
SELLERS_ALONE = frozenset({Role.RESELLER, Role.DEALER})
SELLERS = PARTNERS | SELLERS_ALONE
SELLERS_AND_COMPANIES = SELLERS | {Role.RESELLER_COMPANY}
ABOVE_CUSTOMERS = SELLERS_AND_COMPANIES | {Role.SUPPORT}
EVERYBODY = ABOVE_CUSTOMERS | {Role.CUSTOMER}
SELLERS_AND_SUPPORT = SELLERS | {Role.SUPPORT}
PARTNERS_AND_SUPPORT = PARTNERS | {Role.SUPPORT}
SELLERS_AND_CUSTOMERS = SELLERS | {Role.CUSTOMER}
"""Who may change what is a customer's own: support only looks."""
PUBLIC = frozenset[Role]()
"""Entrypoints that are open before sign-in: sign-in itself."""


class Permission(enum.StrEnum):
    """What a login may be allowed, one by one; each verb names the one it needs."""

    CUSTOMERS = "customers"
    DELETE = "delete"
    FORCE = "force"
    SELL = "sell"
    REFUND = "refund"
    END_DATES = "end_dates"
    SHORTEN = "shorten"
    SEE_MONEY = "see_money"
    BALANCES = "balances"
    PRODUCTS = "products"
    ORDERS = "orders"
    SHOPS = "shops"
    CONTENT = "content"
    IMPORT = "import"
    SELLERS = "sellers"
    LOGINS = "logins"
    LOGIN_AS = "login_as"
    SEE_SECRETS = "see_secrets"
    MESSAGES = "messages"
    SETTINGS = "settings"
    AUDIT = "audit"


class Pending(enum.StrEnum):
    """What a login must do first; until then it can do nothing else."""

    PASSWORD_CHANGE = "password_change"  # noqa: S105 - a state, not a secret
    """Somebody else chose its password."""
    SECOND_FACTOR = "second_factor"
    """It has signed in by its password alone."""
    SECOND_FACTOR_SETUP = "second_factor_setup"
    """Its account requires a second factor, and it has none."""


class LinkStanding(enum.StrEnum):
    """What keeps a reseller from selling for its partner."""

    ENDED = "ended"
    """Its link has ended: it sees and changes nothing there."""
    LOCKED = "locked"
    """The partner has not paid the platform."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The login that acts and the part of the account tree it may see."""

    role: Role
    scopes: tuple[str, ...]
    login_id: UUID | None = None
    account_id: UUID | None = None
    partner_id: UUID | None = None
    name: str = ""
    time_zone: str = "UTC"
    """What times are shown in to this login; they are kept in UTC."""
    on_behalf_of: str = ""
    """The login name of who really acts, while signed in as another."""
    company: str = ""
    """Of a customer: the partner whose pages it looks at."""
    pending: Pending | None = None
    """What it must do before anything else."""
    permissions: tuple[Permission, ...] | None = None
    """What it may do of what its role may; None: all of it."""
    networks: tuple[str, ...] = ()
    """Where it may come from, as networks such as 192.0.2.0/24; empty: anywhere."""
    key_id: UUID | None = None
    """The API key that it uses, if it does."""
    is_locked: bool = False
    """Whether its partner has not paid: what is not open `while_locked` is refused."""
    link: LinkStanding | None = None
    """Of a reseller: what keeps it from selling; None: nothing."""
    lacks: tuple[Feature, ...] = ()
    """What its partner's package does not have."""

    def may(self, permission: Permission) -> bool:
        """Whether it has a permission, as far as that is not its role's to say."""
        return self.permissions is None or permission in self.permissions


SYSTEM = Actor(role=Role.SYSTEM, scopes=("/",), name="system")
NOBODY = Actor(role=Role.CUSTOMER, scopes=(), name="nobody")


@dataclass(frozen=True)
class Written:
    """A version of something that its owner announced; copies of it follow."""

    type: str
    """The type of the event."""
    id: UUID
    version: int


TOLD_OF_A_TYPE = 3
"""How many things of one type a reply tells of, the last ones."""


def newest(written: Sequence[Written]) -> list[Written]:
    """The last things written, a few of each type: a reply stays small."""
    by_type: dict[str, list[Written]] = defaultdict(list)
    for one in written:
        by_type[one.type].append(one)
    return [one for row in by_type.values() for one in row[-TOLD_OF_A_TYPE:]]


@dataclass(frozen=True, kw_only=True)
class CallOrigin:
    """Where a call came from, for the audit log."""

    channel: str = ""
    """What it came through: `panel` or `api`."""
    address: str = ""
    """The caller's network address; empty: not known."""
    user_agent: str = ""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What travels with a call: the actor, the request's id, the idempotency key."""

    actor: Actor = NOBODY
    request_id: str = field(default_factory=lambda: new_id().hex)
    idempotency_key: str | None = None
    request_digest: str | None = None
    """What was asked, digested before its secrets were sealed: sealing never gives the
    same text twice. None: the request itself is compared."""
    deadline_at: datetime | None = None
    traceparent: str | None = None
    """The trace it belongs to, as W3C writes it; None: nobody traces."""
    if_match: tuple[str, ...] = ()
    """Tags of what is to be changed, one of which it must have (see `lineup.tags`)."""
    after: tuple[Written, ...] = ()
    """What the caller has just written, and is to find: a service that keeps copies of
    it waits for them before it answers."""
    origin: CallOrigin | None = None
    """None: it came from no caller's program. Events do not carry it."""

    def to_wire(self) -> dict[str, Any]:
        """Plain JSON values, for a message's header."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> "Context":
        """The context that a message's header carries."""
        return msgspec.convert(wire, cls)


@dataclass(frozen=True, kw_only=True)
class Call(Generic[T]):
    """One request at an endpoint."""

    name: str
    request: T
    context: Context
    written: list[Written] = field(default_factory=list, compare=False)
    """What was announced while it was answered, once that is committed: the first
    time, where its key makes it a repeat."""
    recorded: list[str] = field(default_factory=list, compare=False)
    """Its name, once it is in the audit log."""

    @property
    def actor(self) -> Actor:
        """The login that asks."""
        return self.context.actor


@dataclass(frozen=True, kw_only=True)
class Event(Generic[T]):
    """One event at a consumer's endpoint: an aggregate's whole public state."""

    id: UUID
    type: str
    occurred_at: datetime
    state: T
    consumer: str
    context: Context
