"""Fills a new installation with the demo partner, once."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from lineup_local import ports
from lineup_local.demo import content
from lineup_local.demo.api import Api, DemoRefused
from lineup_local.demo.customers import make_customers
from lineup_local.environment import Installation

PACKAGES = {
    "Basic": ("News", "Movies", "Series", "Regional"),
    "Family": tuple(content.GROUPS),
}
DEMO_CHANNELS = 8
GUIDE_SECONDS = 60
PLANS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("Basic", "BASIC-1M", "9.00", {"months": 1}),
    ("Basic", "BASIC-3M", "25.00", {"months": 3}),
    ("Family", "FAMILY-1M", "15.00", {"months": 1}),
    ("Family", "FAMILY-3M", "42.00", {"months": 3}),
    ("Family", "FAMILY-12M", "120.00", {"months": 12}),
    ("Trial", "TRIAL-1D", "0.00", {"days": 1}),
)
Clock = Callable[[timedelta], None]


@dataclass(frozen=True, kw_only=True)
class Demo:
    """What one needs to know to use the demo."""

    operator_username: str
    operator_password: str
    partner_username: str
    partner_password: str
    woocommerce_path: str = ""
    woocommerce_secret: str = ""
    shopify_path: str = ""
    shopify_secret: str = ""

    def variables(self, place: Installation) -> dict[str, str]:
        """The same as shell variables, with the addresses."""
        settings = place.settings
        return {
            "LINEUP": place.public_url,
            "SHOPS": f"http://{ports.LOOPBACK}:{settings.webhook_port}",
            "MAIL": f"http://{ports.LOOPBACK}:{settings.mail_http_port}",
            **{name.upper(): value for name, value in asdict(self).items()},
        }


def demo_file(place: Installation) -> Path:
    """Where the demo's logins are kept, for this machine's owner alone."""
    return place.settings.home / "demo.json"


def find_demo(place: Installation) -> Demo | None:
    """The demo of an installation; None before it was filled."""
    try:
        return Demo(**json.loads(demo_file(place).read_text()))
    except FileNotFoundError:
        return None


def fill(place: Installation) -> Demo:
    """The demo of an installation, made at the first call."""
    return find_demo(place) or _fill(place)


def _fill(place: Installation) -> Demo:
    operator = ("operator", secrets.token_urlsafe(12))
    partner = ("demo", secrets.token_urlsafe(12))
    _make_operator(place, *operator)
    _make_partner(Api(place.public_url, *operator), *partner)
    api = Api(place.public_url, *partner)
    packages = _make_channels(api)
    plans = _make_products(api, packages)
    make_customers(api, plans, _clock_of(place))
    _load_guide(api)
    demo = Demo(
        operator_username=operator[0],
        operator_password=operator[1],
        partner_username=partner[0],
        partner_password=partner[1],
        **_connect_shops(api),
    )
    _keep(demo_file(place), json.dumps(asdict(demo)))
    return demo


def _make_operator(place: Installation, username: str, password: str) -> None:
    words = ("accounts", "create-operator", username, "--password-stdin")
    subprocess.run(
        (sys.executable, "-m", "lineup.command", *words),
        input=password,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, **place.environment_for("accounts")},
        stdout=subprocess.DEVNULL,
    )


def _make_partner(api: Api, username: str, password: str) -> None:
    api.post(
        "/accounts",
        kind="partner",
        name="Demo TV",
        email="office@example.org",
        currency="EUR",
        time_zone="Europe/Amsterdam",
        login={"username": username, "password": password},
    )


def _make_channels(api: Api) -> dict[str, str]:
    """Channels in packages, a few of them as demo; the packages' ids by name."""
    api.finished(api.upload("/channel-imports/file", "demo.m3u", content.playlist()))
    found = _every(api, "/channels")
    ids = {
        name: [row["id"] for row in found if row["details"]["group"] in groups]
        for name, groups in PACKAGES.items()
    }
    packages = {
        name: api.post("/packages", name=name, channel_ids=channel_ids)["id"]
        for name, channel_ids in ids.items()
    }
    shown = [row["id"] for row in found[:DEMO_CHANNELS]]
    for package in api.get("/packages")["items"]:
        if package["is_demo"]:
            api.put(f"/packages/{package['id']}/channels", channel_ids=shown)
    return packages


def _load_guide(api: Api) -> None:
    """A guide around now, after all clocks stand right; done when players have it."""
    guide = content.guide(datetime.now(UTC))
    api.upload("/guide-sources/file?name=Demo+guide", "demo.xml.gz", guide)
    end = time.monotonic() + GUIDE_SECONDS
    for user in _every(api, "/users"):
        while b"<programme" not in requests.get(user["guide_url"], timeout=10).content:
            if time.monotonic() > end:
                raise DemoRefused("The guide did not reach the players.")
            time.sleep(0.2)


def _every(api: Api, path: str) -> list[Any]:
    """Every row of a list, page by page."""
    page = api.get(path, limit=200)
    rows = list(page["items"])
    while page["next_after"]:
        page = api.get(path, limit=200, after=page["next_after"])
        rows += page["items"]
    return rows


def _make_products(api: Api, packages: dict[str, str]) -> dict[str, str]:
    """Products with plans; the ids of the plans by SKU."""
    packages = {**packages, "Trial": packages["Family"]}
    products = {
        name: api.post(
            "/products",
            name=name,
            package_ids=[package_id],
            is_trial=name == "Trial",
        )["id"]
        for name, package_id in packages.items()
    }
    return {
        sku: api.post(
            f"/products/{products[product]}/plans",
            name=sku.replace("-", " ").title(),
            sku=sku,
            price={"amount": price, "currency": "EUR"},
            **length,
        )["id"]
        for product, sku, price, length in PLANS
    }


def _connect_shops(api: Api) -> dict[str, str]:
    """A shop of each kind with a secret of its own."""
    found = {}
    for kind in ("woocommerce", "shopify"):
        secret = secrets.token_hex(16)
        shop = api.post(
            "/shops",
            kind=kind,
            name=f"Demo {kind}",
            secret=secret,
            currency="EUR",
            shop_domain="demo.myshopify.com" if kind == "shopify" else "",
        )
        found[f"{kind}_path"] = shop["webhook_path"]
        found[f"{kind}_secret"] = secret
    return found


def _clock_of(place: Installation) -> Clock:
    """Sets every service's clock back by so much."""

    def at(ago: timedelta) -> None:
        place.clock_file.write_text(str(-ago.total_seconds()))

    return at


def _keep(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
