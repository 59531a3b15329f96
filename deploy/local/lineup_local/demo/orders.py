"""Orders of the demo's shop, signed and delivered as WooCommerce does it."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from lineup_local.demo.api import BUSY_LIMIT_SECONDS, Api, DemoRefused

FIRST_NUMBER = 4000
UNKNOWN_SKU = "FAMILY-XL"
"""The one order that somebody must look at: nobody sells this."""
BUYERS = (
    ("Aline", "Moreau"),
    ("Boris", "Lang"),
    ("Carla", "Diaz"),
    ("Dirk", "Smit"),
    ("Emil", "Brandt"),
    ("Fleur", "Maas"),
    ("Goran", "Petrov"),
    ("Hilde", "Aas"),
    ("Igor", "Wolf"),
    ("Jana", "Kral"),
    ("Karel", "Vos"),
)


@dataclass
class DemoShop:
    """One connected shop, and how many orders it has sent."""

    api: Api
    address: str
    """Where it delivers to."""
    secret: str
    sent: int = 0

    def sell(self, ago: timedelta) -> None:
        """Deliver one paid order of that day; back when it was worked on."""
        number = FIRST_NUMBER + self.sent
        buyer = BUYERS[self.sent % len(BUYERS)]
        self.sent += 1
        is_odd = self.sent == len(BUYERS)
        self._deliver(number, an_order(number, buyer, ago, is_odd=is_odd))
        end = time.monotonic() + BUSY_LIMIT_SECONDS
        while not self.api.get("/orders", search=str(number))["items"]:
            if time.monotonic() > end:
                raise DemoRefused(f"Order {number} was not worked on.")
            time.sleep(0.1)

    def _deliver(self, number: int, order: dict[str, Any]) -> None:
        body = json.dumps(order).encode()
        digest = hmac.new(self.secret.encode(), body, hashlib.sha256).digest()
        answer = requests.post(
            self.address,
            body,
            timeout=15,
            headers={
                "Content-Type": "application/json",
                "X-WC-Webhook-Topic": "order.updated",
                "X-WC-Webhook-Delivery-ID": f"demo-{number}",
                "X-WC-Webhook-Signature": base64.b64encode(digest).decode(),
            },
        )
        if not answer.ok:
            raise DemoRefused(f"Order {number}: {answer.status_code} {answer.text}")


def an_order(
    number: int, buyer: tuple[str, str], ago: timedelta, *, is_odd: bool
) -> dict[str, Any]:
    """A paid order for a month of Family, or for what is not sold here."""
    first, last = buyer
    paid_at = f"{datetime.now(UTC) - ago:%Y-%m-%dT%H:%M:%S}"
    line = {"id": 1, "name": "Family", "product_id": 40, "variation_id": 0}
    line |= {"quantity": 1, "subtotal": "15.00", "total": "15.00", "total_tax": "0.00"}
    return {
        "id": number,
        "number": str(number),
        "status": "processing",
        "currency": "EUR",
        "total": "15.00",
        "date_modified_gmt": paid_at,
        "date_paid_gmt": paid_at,
        "billing": {
            "first_name": first,
            "last_name": last,
            "email": f"{first}.{last}@example.net".lower(),
        },
        "line_items": [{**line, "sku": UNKNOWN_SKU if is_odd else "FAMILY-1M"}],
        "refunds": [],
    }
