"""The secrets of this installation: made once, readable by their owner alone."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Passwords of the private servers, and the key that seals data at rest."""

    postgres: str
    rabbitmq: str
    sealing: str
    demo: str


def keys_of(home: Path) -> Keys:
    """The keys kept in `home`, made at the first call."""
    path = home / "keys.json"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        _write(path, _fresh())
    return Keys(**json.loads(path.read_text()))


def _fresh() -> Keys:
    from cryptography.fernet import Fernet

    return Keys(
        postgres=secrets.token_urlsafe(24),
        rabbitmq=secrets.token_urlsafe(24),
        sealing=Fernet.generate_key().decode(),
        demo=secrets.token_urlsafe(9),
    )


def _write(path: Path, keys: Keys) -> None:
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    fresh.touch(mode=0o600, exist_ok=False)
    fresh.write_text(json.dumps(asdict(keys), indent=2))
    try:
        path.hardlink_to(fresh)  # the first of two beginners wins
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
