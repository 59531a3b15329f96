"""The second factor of sign-ins: codes of an authenticator app (TOTP, RFC 6238)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import EVERYBODY, SELLERS, Pending, Permission
from lineup.contracts.accounts.permissions import OWNERS
from lineup.secrets import Sealed
from lineup.values.types import Password, Token, Word
from lineup.verbs import Done, Kind, Request, Route, verb

SETTING_UP = frozenset({Pending.SECOND_FACTOR_SETUP})
CODE = frozenset({"code"})
"""What of a request stands in no log."""


@dataclass(frozen=True, kw_only=True)
class SecondFactorView:
    """Whether a login has a second factor."""

    is_on: bool
    is_required: bool
    """Whether the logins of its account must have one."""
    recovery_codes: int
    """How many recovery codes are left."""
    since: datetime | None
    """When it was enabled; null: it is not."""


@dataclass(frozen=True, kw_only=True)
class RecoveryCodes:
    """Codes that each stand once for a code of the app; shown only this once."""

    codes: list[str]
    """Ten, such as `kx7m-pd3n-wh8t-zv5j`."""


@verb(
    "accounts",
    Kind.READ,
    allowed=EVERYBODY,
    while_pending=SETTING_UP,
    while_locked=True,
    rest="GET /me/second-factor",
)
class GetSecondFactor(Request[SecondFactorView]):
    """Get whether your login has a second factor."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=EVERYBODY,
    in_own_name=True,
    while_pending=SETTING_UP,
    while_locked=True,
    rest=Route("POST /me/second-factor", without=frozenset({"token"}), has_tag=False),
)
class EnableSecondFactor(Request[RecoveryCodes]):
    """Enable your second factor; other sessions and tokens end, API keys go on."""

    UNLOGGED: ClassVar[frozenset[str]] = CODE

    password: Password
    secret: Sealed
    """The key that the app has, in base32."""
    code: Word
    """The code that the app shows."""
    token: Token = ""
    """The session to keep."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=EVERYBODY,
    in_own_name=True,
    while_locked=True,
    rest=Route(
        "POST /me/second-factor/recovery-codes",
        name="replace_recovery_codes",
        has_tag=False,
    ),
)
class RenewRecoveryCodes(Request[RecoveryCodes]):
    """Get ten new recovery codes; the old ones no longer work."""

    UNLOGGED: ClassVar[frozenset[str]] = CODE

    password: Password
    code: Word
    """A code of the app, or a recovery code."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=EVERYBODY,
    in_own_name=True,
    while_locked=True,
    rest=Route("POST /me/second-factor/disable", status=204, has_tag=False),
)
class DisableSecondFactor(Request[Done]):
    """Disable your second factor."""

    UNLOGGED: ClassVar[frozenset[str]] = CODE

    password: Password
    code: Word
    """A code of the app, or a recovery code."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=EVERYBODY,
    while_pending=frozenset({Pending.SECOND_FACTOR}),
    while_locked=True,
)
class ConfirmSignIn(Request[Done]):
    """Finish a sign-in with the second factor."""

    UNLOGGED: ClassVar[frozenset[str]] = CODE

    token: Token
    """The session that waits for it."""
    code: Word
    """A code of the app, or a recovery code."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    in_own_name=True,
    needs=Permission.LOGINS,
    rest=Route("DELETE /logins/<uuid:login_id>/second-factor", has_tag=False),
)
class RemoveSecondFactor(Request[Done]):
    """Disable the second factor of a login that lost it; its sessions end."""

    login_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=OWNERS,
    in_own_name=True,
    rest=Route(
        "PUT /me/second-factor/requirement",
        name="set_second_factor_requirement",
        has_tag=False,
    ),
)
class RequireSecondFactor(Request[SecondFactorView]):
    """Require a second factor of all logins of your account.

    Who has none must set it up before anything else; API keys go on.
    """

    is_required: bool
    """Whether signing in takes one from now on."""
