"""Secrets that must be shown again are sealed at rest and on the way."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from lineup.values.rules import Secret

T = TypeVar("T")

Sealed = Annotated[str, Secret()]
"""Text sealed by a Keyring: safe to store and to send, useless to read. Up to 200
characters are sealed."""


class Keyring:
    """Seals with the newest key, opens with any: keys rotate without a stop."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or not all(keys):
            raise ValueError("LINEUP_SECRET_KEYS must name at least one Fernet key.")
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    @classmethod
    def of(cls, comma_separated: str) -> "Keyring":
        """The keyring that a setting's comma separated text names, newest first."""
        return cls(keys_in(comma_separated))

    def seal(self, text: str) -> Sealed:
        """Encrypt with the newest key (AES-128-CBC with HMAC, the Fernet format)."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: Sealed) -> str:
        """Decrypt with whichever key sealed it; ValueError when none did."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise ValueError("No key of ours sealed this.") from None

    def renew(self, sealed: Sealed) -> Sealed:
        """The same secret sealed with the newest key."""
        return self._fernet.rotate(sealed.encode()).decode()


def sealed(request: T, keyring: Keyring) -> T:
    """A request with every secret that it brings sealed, for the way to its service."""
    kind: Any = type(request)
    said = {name: getattr(request, name) for name in secrets_of(kind)}
    brought = {name: text for name, text in said.items() if isinstance(text, str)}
    return replace(  # type: ignore[type-var]
        request,
        **{name: text and keyring.seal(text) for name, text in brought.items()},
    )


@cache
def secrets_of(request: Any) -> frozenset[str]:
    """The fields of a request that are secrets."""
    hints = get_type_hints(request, include_extras=True)
    return frozenset(name for name, hint in hints.items() if _is_secret(hint))


def _is_secret(hint: Any) -> bool:
    parts = get_args(hint)
    return any(isinstance(part, Secret) or _is_secret(part) for part in parts)


def keys_in(comma_separated: str) -> list[str]:
    """The keys that a setting's comma separated text names, newest first."""
    return [key.strip() for key in comma_separated.split(",")]


def make_key() -> str:
    """A new Fernet key as text."""
    return Fernet.generate_key().decode()
