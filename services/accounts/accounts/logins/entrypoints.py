"""Ways in to logins: signing in and out, and who is behind a token."""

from accounts.logins import operations, passwords
from accounts.logins.identity import identify
from accounts.logins.sign_in import sign_in
from lineup.bus import Doors, every, in_thread, rpc
from lineup.context import PUBLIC, Actor, Call
from lineup.contracts.accounts.logins import Identify, SignedIn, SignIn, SignOut
from lineup.verbs import Done

PRUNE_SECONDS = 600


class LoginDoors(Doors):
    """Ways in to logins."""

    @rpc(allowed=PUBLIC)
    def sign_in(self, call: Call[SignIn]) -> SignedIn:
        """Begin a session, or make an API token."""
        limits = self.settings.sign_in_limits()
        return sign_in(self.database, call, _check_in_thread, limits)

    @rpc(allowed=PUBLIC)
    def identify(self, call: Call[Identify]) -> Actor:
        """Who is behind a session cookie or bearer token."""
        return self.database.read(call, identify)

    @rpc(allowed=PUBLIC)
    def sign_out(self, call: Call[SignOut]) -> Done:
        """End a session or revoke a token."""
        with self.database.transaction(call.context) as work:
            return operations.sign_out(work, call.request)

    @every(seconds=PRUNE_SECONDS)
    def forget_expired_sessions(self) -> None:
        """Forget expired sessions, old failures and addresses."""
        with self.database.transaction() as work:
            operations.prune(work)


def _check_in_thread(password_hash: str, password: str) -> bool:
    return in_thread(passwords.is_right, password_hash, password)
