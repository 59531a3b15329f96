"""What goes on by itself about logins."""

from accounts.logins import operations
from lineup.bus import Entrypoints, every

PRUNE_SECONDS = 600


class LoginEntrypoints(Entrypoints):
    """Forgets what nobody needs any longer."""

    @every(seconds=PRUNE_SECONDS)
    def forget_expired_sessions(self) -> None:
        """Forget expired sessions, old failures and addresses."""
        with self.database.transaction() as work:
            operations.prune(work)
