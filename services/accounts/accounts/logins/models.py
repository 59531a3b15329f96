"""Logins, what keeps them signed in, and how often a name was tried."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from accounts.records import Record, as_text
from accounts.search_text import searchable
from accounts.tree.models import PATH, Account
from lineup.context import Actor, Permission, Role
from lineup.contracts.accounts.logins import LoginView
from lineup.contracts.accounts.permissions import PermissionSetView
from lineup.contracts.accounts.refusals import LoginDeleted
from lineup.contracts.accounts.sessions import SessionEnded, SessionKind
from lineup.contracts.accounts.tree import Status
from lineup.database import Timestamped
from lineup.ids import new_id
from lineup.throttling import Failures

SESSION_LASTS = timedelta(hours=12)
SESSION_SLIDES_AFTER = timedelta(minutes=30)
"""A session is prolonged at most this often, so that reading seldom writes."""
TOKEN_LASTS = timedelta(days=90)
IMPERSONATION_LASTS = timedelta(minutes=30)
CODE_IS_AWAITED = timedelta(minutes=10)
KEY_LASTS = timedelta(days=365)
USE_IS_NOTED_AFTER = timedelta(minutes=1)
LASTS = {
    SessionKind.KEY: KEY_LASTS,
    SessionKind.SESSION: SESSION_LASTS,
    SessionKind.TOKEN: TOKEN_LASTS,
    SessionKind.VISIT: IMPERSONATION_LASTS,
}


class Login(Timestamped, Record):
    """What one signs in with; a deleted one keeps its name.

    `search` holds in lower case what it and its account are called.
    """

    __tablename__ = "logins"
    __table_args__ = (
        Index("ix_logins_partner_id_id", "partner_id", "id"),
        Index("ix_logins_partner_id_role_id", "partner_id", "role", "id"),
        Index("ix_logins_partner_id_username", "partner_id", "username"),
        Index("ix_logins_role_id", "role", "id"),
        Index(
            "uq_logins_username",
            "username",
            "business_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    partner_id: Mapped[UUID | None]
    """That of its account; None for the installation's own."""
    role: Mapped[Role]
    business_id: Mapped[UUID | None]
    """The partner among whose logins its name is unique, one with a service ID; None:
    among all of those who have none."""
    username: Mapped[str]
    password_hash: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    must_change_password: Mapped[bool] = mapped_column(default=False)
    """Somebody else chose it: nothing else goes before it is changed."""
    permission_set_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("permission_sets.id"), index=True
    )
    """What it may do, of staff; None: all that its role may."""
    search: Mapped[str] = mapped_column(default="", server_default="")
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    created_at: Mapped[datetime]

    def index(self, account: Account) -> None:
        """Be found by what it and its account are called."""
        names = (account.name, self.username, self.email, account.email)
        self.search = searchable(names)

    def actor_at(self, account: Account, time_zone: str) -> Actor:
        """Who acts when this login does: it sees its account and all below.

        What it may do there is for `identify` to say.
        """
        return Actor(
            role=self.role,
            scopes=(account.scope,),
            login_id=self.id,
            account_id=account.id,
            partner_id=account.partner_id,
            name=self.username,
            time_zone=time_zone,
        )

    def set_status(self, status: Status) -> None:
        """Become active, inactive or deleted; what is deleted stays so."""
        if self.status is Status.DELETED:
            raise LoginDeleted
        self.status = status

    def view(
        self, permission_set: str = "", *, has_second_factor: bool = False
    ) -> LoginView:
        """The login as its seers see it; `permission_set` is the name of its set."""
        return LoginView(
            updated_at=self.last_change,
            id=self.id,
            account_id=self.account_id,
            username=self.username,
            role=self.role,
            state=self.status,
            created_at=self.created_at,
            email=self.email,
            must_change_password=self.must_change_password,
            permission_set_id=self.permission_set_id,
            permission_set=permission_set,
            has_second_factor=has_second_factor,
        )


class Session(Timestamped, Record):
    """A session, API token or visit, known by the digest of its text only.

    `account_id` is the lower account that a visit entered, or the link of a reseller
    company that an API key was made for.
    """

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_expires_at", "expires_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    login_id: Mapped[UUID] = mapped_column(ForeignKey("logins.id"), index=True)
    kind: Mapped[SessionKind] = mapped_column(as_text(SessionKind))
    digest: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    client: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    """Of an API key, as its owner calls it."""
    permissions: Mapped[list[str] | None] = mapped_column(ARRAY(Text()))
    networks: Mapped[list[str]] = mapped_column(ARRAY(Text()), default=list)
    """Of an API key: what it may do, where it is used from; None and []: anything."""
    used_at: Mapped[datetime | None]
    needs_code: Mapped[bool] = mapped_column(default=False)
    """Begun by the password alone; nothing goes before the second factor was shown."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    @classmethod
    def begin(
        cls, login_id: UUID, kind: SessionKind, token: str, now: datetime
    ) -> "Session":
        """Sign a login in for 12 hours after its last use, for 90 days as a token,
        or for 30 minutes on a visit.
        """
        return cls(
            id=new_id(),
            login_id=login_id,
            kind=kind,
            digest=digest(token),
            account_id=None,
            client="",
            needs_code=False,
            created_at=now,
            expires_at=now + LASTS[kind],
        )

    def wait_for_code(self) -> None:
        """Be of no use until the second factor was shown, for ten minutes."""
        self.needs_code = True
        self.expires_at = self.created_at + CODE_IS_AWAITED

    def confirm(self, now: datetime) -> None:
        """Be like a session that was begun with the second factor."""
        self.needs_code = False
        self.expires_at = now + LASTS[self.kind]

    def allowed(
        self, of_login: tuple[Permission, ...] | None
    ) -> tuple[Permission, ...] | None:
        """What may be done with it, of what its login may."""
        if self.permissions is None:
            return of_login
        limit = Permission if of_login is None else of_login
        return tuple(one for one in limit if one.value in self.permissions)

    def slide(self, now: datetime) -> None:
        """Count a session's 12 hours from now, and an API key as used, once that is
        worth writing.
        """
        if self.needs_code:
            return
        if self.kind is SessionKind.KEY:
            if self.used_at is None or now - self.used_at >= USE_IS_NOTED_AFTER:
                self.used_at = now
            return
        ends_at = now + SESSION_LASTS
        is_worth = ends_at - self.expires_at >= SESSION_SLIDES_AFTER
        if self.kind is SessionKind.SESSION and is_worth:
            self.expires_at = ends_at

    def ended(self) -> SessionEnded:
        """What is announced when it ends before its time."""
        return SessionEnded(id=self.id, version=1, token_digest=self.digest.hex())


class SecondFactor(Record):
    """The key that a login's authenticator app has, sealed, and its recovery codes."""

    __tablename__ = "second_factors"

    login_id: Mapped[UUID] = mapped_column(ForeignKey("logins.id"), primary_key=True)
    secret: Mapped[str]
    last_step: Mapped[int]
    """The half minute since 1970 of the last code that was used: none is good twice."""
    recovery_digests: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    """Of those not used yet."""
    created_at: Mapped[datetime]


class ResetLink(Record):
    """A link by which a login's password can be set once, known by its digest only."""

    __tablename__ = "reset_links"
    __table_args__ = (Index("ix_reset_links_expires_at", "expires_at"),)

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    login_id: Mapped[UUID] = mapped_column(ForeignKey("logins.id"), index=True)
    expires_at: Mapped[datetime]


class SignInFailures(Record):
    """Failed sign-ins of one subject: a login name at an address, a name, an address.

    Only digests are kept: people also type passwords where names belong.
    """

    __tablename__ = "sign_in_failures"
    __audited__ = False
    __table_args__ = (
        Index("ix_sign_in_failures_since", "since"),
        Index("ix_sign_in_failures_name", "name"),
    )

    subject: Mapped[bytes] = mapped_column(primary_key=True)
    name: Mapped[bytes | None]
    """The login name they belong to, known or not; None for an address."""
    count: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime]
    paused_until: Mapped[datetime]

    def failures(self) -> Failures:
        """What the row says, as `lineup.throttling` counts."""
        paused_until = self.paused_until.timestamp()
        return Failures(self.count, self.since.timestamp(), paused_until)

    def keep(self, failures: Failures) -> None:
        """Have these failures from now on."""
        self.count = failures.count
        self.since = datetime.fromtimestamp(failures.since, UTC)
        self.paused_until = datetime.fromtimestamp(failures.paused_until, UTC)


class KnownAddress(Record):
    """An address from which a login signed in, of the last 90 days."""

    __tablename__ = "known_addresses"
    __audited__ = False
    __table_args__ = (Index("ix_known_addresses_seen_at", "seen_at"),)

    login_id: Mapped[UUID] = mapped_column(ForeignKey("logins.id"), primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]


class SignInTries(Record):
    """What the version before counted in; its copies may still be running.

    Nothing else uses the table, and a later migration drops it.
    """

    __tablename__ = "sign_in_tries"
    __audited__ = False
    __table_args__ = (Index("ix_sign_in_tries_started_at", "started_at"),)

    username: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    tries: Mapped[int]


def digest(token: str) -> bytes:
    """What is kept of a token: its SHA-256 (the token is random, so no salt)."""
    return hashlib.sha256(token.encode()).digest()


class PermissionSet(Timestamped, Record):
    """What staff of a partner may do, under a name."""

    __tablename__ = "permission_sets"
    __table_args__ = (
        Index("uq_permission_sets_name", "partner_id", "name_key", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    scope: Mapped[str] = mapped_column(PATH, index=True)
    name: Mapped[str]
    name_key: Mapped[str]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    created_at: Mapped[datetime]

    def set_name(self, name: str) -> None:
        """Have a name, which differs from others of the partner not only by case."""
        self.name, self.name_key = name, name.casefold()

    def allowed(self) -> tuple[Permission, ...]:
        """Its permissions; one that this version does not know is none."""
        return tuple(one for one in Permission if one.value in self.permissions)

    def view(self, login_count: int) -> PermissionSetView:
        """The set as its seers see it."""
        return PermissionSetView(
            id=self.id,
            partner_id=self.partner_id,
            name=self.name,
            permissions=list(self.allowed()),
            login_count=login_count,
            created_at=self.created_at,
            updated_at=self.last_change,
        )
