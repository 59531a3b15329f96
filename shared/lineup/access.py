"""Access: who may use something, checked alike by services, the API and the panel."""

from dataclasses import dataclass

from lineup.context import Actor, Pending, Role
from lineup.errors import Forbidden, Unauthenticated


class PasswordChangeRequired(Forbidden):
    """Choose a new password before you continue."""

    code = "password_change_required"


REFUSALS = {Pending.PASSWORD_CHANGE: PasswordChangeRequired}


@dataclass(frozen=True, kw_only=True)
class AccessRule:
    """Who may use a verb, an endpoint or a page.

    Nobody in `allowed` means everybody, even before sign-in. `while_pending`: also who
    must do something else first, such as choose a password.
    """

    allowed: frozenset[Role]
    while_pending: bool = False

    def check(self, actor: Actor) -> None:
        """Unauthenticated before sign-in; Forbidden, with a code, for who may not."""
        if not self.allowed:
            return
        if not actor.scopes:
            raise Unauthenticated
        if actor.role not in self.allowed:
            raise Forbidden
        if actor.pending and not self.while_pending:
            raise REFUSALS[actor.pending]


OPEN = AccessRule(allowed=frozenset())
"""To everybody, even before sign-in."""
