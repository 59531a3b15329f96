"""Keys for authenticator apps, as the Key URI format that they all read names them."""

import base64
import secrets
from dataclasses import dataclass
from urllib.parse import quote, urlencode

KEY_BYTES = 20
"""As long as RFC 4226 recommends for its HMAC."""
ISSUER = "Lineup"


@dataclass(frozen=True, kw_only=True)
class AppKey:
    """A key for an authenticator app; nothing keeps it until it is confirmed."""

    secret: str
    """The key in base32, to be typed."""
    uri: str
    """The same with its name, as the QR code holds it."""


def new_secret() -> str:
    """A key of 160 bits, in base32."""
    return base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode()


def is_secret(text: str) -> bool:
    """Whether a text is such a key."""
    try:
        return len(base64.b32decode(text)) == KEY_BYTES
    except ValueError:
        return False


def app_key(secret: str, username: str, company: str = "") -> AppKey:
    """A key under the names by which its owner finds it among others."""
    issuer = company or ISSUER
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return AppKey(
        secret=secret, uri=f"otpauth://totp/{quote(f'{issuer}:{username}')}?{query}"
    )
