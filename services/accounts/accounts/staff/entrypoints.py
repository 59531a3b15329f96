"""Ways in to logins, sessions and visits."""

from functools import partial

from accounts.doors import MakingDoors
from accounts.logins import passwords
from accounts.staff import logins, own, sessions, visits
from lineup.bus import in_thread, rpc
from lineup.context import EVERYBODY, SELLERS, Call
from lineup.contracts.accounts.logins import (
    ChangePassword,
    EndSession,
    EnterAccount,
    ListLogins,
    ListSessions,
    LoginView,
    ResetPassword,
    SessionView,
    SetLoginState,
    SignedIn,
)
from lineup.contracts.paging import Page
from lineup.verbs import Done


class StaffDoors(MakingDoors):
    """Ways in to logins, sessions and visits."""

    @rpc(allowed=SELLERS)
    def list_logins(self, call: Call[ListLogins]) -> Page[LoginView]:
        """The logins of an account or customer."""
        return self.database.read(call, logins.list_logins)

    @rpc(allowed=SELLERS)
    def set_login_state(self, call: Call[SetLoginState]) -> LoginView:
        """Switch a login off, on or delete it."""
        return self.database.once(call, logins.set_login_state)

    @rpc(allowed=SELLERS)
    def reset_password(self, call: Call[ResetPassword]) -> Done:
        """Give somebody else's login a new password."""
        operation = partial(logins.reset_password, means=self.means)
        return self.database.once(call, operation)

    @rpc(allowed=EVERYBODY)
    def change_password(self, call: Call[ChangePassword]) -> Done:
        """Change one's own password; the other sessions end."""
        limits = self.settings.sign_in_limits()
        return own.change_password(
            self.database, call, _check_in_thread, self.means, limits
        )

    @rpc(allowed=EVERYBODY)
    def list_sessions(self, call: Call[ListSessions]) -> Page[SessionView]:
        """What keeps a login, or an account's logins, signed in."""
        return self.database.read(call, sessions.list_sessions)

    @rpc(allowed=EVERYBODY)
    def end_session(self, call: Call[EndSession]) -> Done:
        """End a session, token or visit from the server."""
        return self.database.once(call, sessions.end_session)

    @rpc(allowed=SELLERS)
    def enter_account(self, call: Call[EnterAccount]) -> SignedIn:
        """Act for half an hour as a lower account or customer."""
        with self.database.transaction(call.context) as work:
            return visits.enter_account(work, call.request)


def _check_in_thread(password_hash: str, password: str) -> bool:
    return in_thread(passwords.is_right, password_hash, password)
