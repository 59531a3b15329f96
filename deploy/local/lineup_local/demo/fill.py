"""Fills a new installation with the demo partner, once."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from lineup.context import Feature
from lineup_local.demo import content
from lineup_local.demo.api import Api, DemoRefused
from lineup_local.demo.customers import make_customers
from lineup_local.demo.history import live_through
from lineup_local.demo.installation import PARTNER, DemoInstallation
from lineup_local.demo.logins import Demo, find_demo
from lineup_local.demo.orders import DemoShop
from lineup_local.demo.reseller import link_a_reseller

PACKAGES = {
    "Basic": ("News", "Movies", "Series", "Regional"),
    "Family": tuple(content.GROUPS),
}
DEMO_CHANNELS = 8
GUIDE_SECONDS = 60
SAMPLE = 10
"""The newest users: who has the guide last."""
PLANS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("Basic", "BASIC-1M", "9.00", {"months": 1}),
    ("Basic", "BASIC-3M", "25.00", {"months": 3}),
    ("Family", "FAMILY-1M", "15.00", {"months": 1}),
    ("Family", "FAMILY-3M", "42.00", {"months": 3}),
    ("Family", "FAMILY-12M", "120.00", {"months": 12}),
    ("Trial", "TRIAL-1D", "0.00", {"days": 1}),
)
PARTNER_PACKAGES: tuple[dict[str, Any], ...] = (
    {
        "name": "Start",
        "price": {"amount": "49.00", "currency": "EUR"},
        "description": "For a first hundred customers.",
        "most_customers": 100,
        "most_sellers": 2,
        "most_staff": 2,
    },
    {
        "name": "Business",
        "price": {"amount": "199.00", "currency": "EUR"},
        "description": "Without limits, with shops and sellers.",
        "features": [feature.value for feature in Feature],
    },
    {
        "name": "Resale",
        "offered_to": "resellers",
        "price": {"amount": "29.00", "currency": "EUR"},
        "description": "For companies that sell the products of partners.",
        "most_customers": 250,
        "features": ["api"],
    },
)
"""What partners and resellers can choose from at /join."""
Clock = Callable[[timedelta], None]


def fill(site: DemoInstallation) -> Demo:
    """The demo of an installation, made at the first call; a mark stays if that is
    interrupted: half a demo is none.
    """
    found = find_demo(site)
    if found is None:
        site.filling_mark.touch()
        found = _fill(site)
    site.filling_mark.unlink(missing_ok=True)
    return found


def _fill(site: DemoInstallation) -> Demo:
    operator = site.operator()
    partner = ("demo", secrets.token_urlsafe(12))
    platform = Api(site.gateway, *operator)
    for package in PARTNER_PACKAGES:
        platform.post("/partner-packages", **package)
    partner_id = _make_partner(platform, *partner)
    api = Api(site.gateway, *partner)
    packages = _make_channels(api, site.streams_url)
    plans = _make_products(api, packages)
    shops = _connect_shops(api)
    _make_people(api, site, plans, shops)
    reseller = ("demo-resale", secrets.token_urlsafe(12))
    link_a_reseller(site.gateway, platform, api, partner_id, reseller, plans)
    _load_guide(api, site)
    demo = Demo(
        operator_username=operator[0],
        operator_password=operator[1],
        partner_username=partner[0],
        partner_password=partner[1],
        partner_id=partner_id,
        reseller_username=reseller[0],
        reseller_password=reseller[1],
        **shops,
    )
    _keep(site.demo_file, json.dumps(asdict(demo)))
    return demo


def _make_people(
    api: Api, site: DemoInstallation, plans: dict[str, str], shops: dict[str, str]
) -> None:
    """Those of three months, then one for each thing that can be true of somebody."""
    clock = _clock_of(site)
    if site.customers:
        address = site.shops_inside + shops["woocommerce_path"]
        shop = DemoShop(api, address, shops["woocommerce_secret"])
        live_through(api, plans, shop, clock, site.customers)
    make_customers(api, plans, clock)


def _make_partner(api: Api, username: str, password: str) -> str:
    """The demo partner's id."""
    made = api.post(
        "/accounts",
        kind="partner",
        name=PARTNER,
        email="office@example.org",
        currency="EUR",
        time_zone="Europe/Amsterdam",
        login={"username": username, "password": password},
    )
    return str(made["id"])


def _make_channels(api: Api, streams_url: str) -> dict[str, str]:
    """Channels in packages, a few of them as demo; the packages' ids by name."""
    lists = content.playlist(streams_url)
    api.finished(api.upload("/channel-imports/file", "demo.m3u", lists))
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


def _load_guide(api: Api, site: DemoInstallation) -> None:
    """A guide around now, after all clocks stand right; done when players have it."""
    guide = content.guide(datetime.now(UTC))
    api.upload("/guide-sources/file?name=Demo+guide", "demo.xml.gz", guide)
    end = time.monotonic() + GUIDE_SECONDS
    for user in api.get("/users", limit=SAMPLE)["items"]:
        address = site.inside(user["guide_url"])
        while b"<programme" not in requests.get(address, timeout=10).content:
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


def _clock_of(site: DemoInstallation) -> Clock:
    """Sets every service's clock back by so much."""

    def at(ago: timedelta) -> None:
        site.clock_file.write_text(str(-ago.total_seconds()))

    return at


def _keep(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
