"""What a running Lineup tells whoever watches it is what its page says (OP-08, OP-09)."""

import base64
import hashlib
import hmac
import re
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from running import CHECKOUT, PROBES, a_woo_order, until

FOLDER = CHECKOUT / "deploy" / "observability"
DOCUMENTED = re.compile(r"^\| `(lineup_\w+)` \|([^|]*)\|", re.MULTILINE)
ORDER_ID = "order-of-one-id"


def families(lineup):
    """Every metric of ours that any process tells, with its labels."""
    found = {}
    first = int(lineup.ports["LINEUP_PROBE_PORT"])
    for port in range(first, first + PROBES):
        text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
        for family in text_string_to_metric_families(text):
            if family.name.startswith("lineup_"):
                name = family.name + ("_total" if family.type == "counter" else "")
                labels = found.setdefault(name, set())
                for sample in family.samples:
                    labels.update(sample.labels)
    return found


@pytest.mark.feature("OP-09")
def test_the_page_of_metrics_says_what_is_told(lineup):
    page = (FOLDER / "README.md").read_text()
    documented = {
        name: set(re.findall(r"`(\w+)`", labels)) | {"service"}
        for name, labels in DOCUMENTED.findall(page)
    }
    api = lineup.partner()
    api.get("/users")
    until(
        lambda: documented.keys() <= families(lineup).keys(), "every metric to be told"
    )

    exposed = families(lineup)
    assert {name: labels - {"le"} for name, labels in exposed.items()} == documented


def sent(lineup, body):
    """Deliver an order under a request id of our own."""
    key = lineup.demo["woocommerce_secret"].encode()
    signature = base64.b64encode(hmac.digest(key, body, hashlib.sha256)).decode()
    return requests.post(
        lineup.url("WEBHOOK") + lineup.demo["woocommerce_path"],
        data=body,
        headers={
            "X-Request-Id": ORDER_ID,
            "Content-Type": "application/json",
            "X-WC-Webhook-Topic": "order.updated",
            "X-WC-Webhook-Delivery-ID": "watched-1",
            "X-WC-Webhook-Signature": signature,
        },
        timeout=10,
    )


def lines_of(lineup, service, request_id):
    log = Path(lineup.home / "logs" / f"{service}.log").read_text(errors="replace")
    return [line for line in log.splitlines() if f"request_id={request_id}" in line]


EXPECTED = {
    ("billing", "endpoint=take_webhook"),
    ("billing", "endpoint=on_delivery_stored"),
    ("accounts", "endpoint=on_order_accepted"),
    ("billing", "endpoint=on_seats_filled"),
    ("billing", "endpoint=on_customer_changed"),
    ("playlists", "endpoint=on_user_changed"),
    ("playlists", "endpoint=on_subscription_changed"),
    ("accounts", "endpoint=on_subscription_changed"),
    ("notifications", "endpoint=on_credentials_issued"),
    ("notifications", "message_tried"),
}


@pytest.mark.feature("OP-08")
def test_one_id_finds_every_line_of_an_order(lineup):
    answer = sent(lineup, a_woo_order(61_001, "one-id@example.org"))
    assert answer.status_code == 200
    assert answer.headers["X-Request-Id"] == ORDER_ID
    until(lambda: "one-id@example.org" in lineup.receivers(), "the mail")

    def missing():
        return {
            (service, expected)
            for service, expected in EXPECTED
            if not any(expected in line for line in lines_of(lineup, service, ORDER_ID))
        }

    until(lambda: not missing(), "a line of each step", 20)


@pytest.mark.feature("OP-08")
def test_one_id_goes_from_the_api_to_the_service(lineup):
    api = lineup.partner()
    answer = api("GET", "/customers", headers={"X-Request-ID": "asked-by-the-api"})
    assert answer.headers["X-Request-ID"] == "asked-by-the-api"

    for service in ("gateway", "accounts"):
        until(
            lambda service=service: lines_of(lineup, service, "asked-by-the-api"),
            f"the line of {service}",
        )
