"""What several rooms' doors hand to operations."""

from accounts.logins import passwords
from accounts.means import Means
from lineup.bus import Doors, in_thread


class MakingDoors(Doors):
    """Doors of rooms that make logins or users."""

    @property
    def means(self) -> Means:
        """The keyring, argon2id in a real thread, and the installation's address."""
        return Means(
            keyring=self.keyring,
            hash_password=_hash_in_thread,
            public_url=self.settings.public_url,
        )


def _hash_in_thread(password: str) -> str:
    return in_thread(passwords.hash_password, password)
