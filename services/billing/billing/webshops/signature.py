"""Signatures of deliveries: HMAC-SHA256 over the raw body, in base64."""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def signature_of(body: bytes, secret: str) -> str:
    """What WooCommerce and Shopify send for these very bytes."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def is_signed(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """Whether one of the secrets (current, previous) signed the body.

    Every secret is tried in constant time; an empty secret signs nothing.
    """
    given = signature.encode()
    matches = [
        hmac.compare_digest(signature_of(body, secret).encode(), given)
        for secret in secrets
        if secret
    ]
    return any(matches)
