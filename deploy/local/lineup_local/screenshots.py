"""The pictures in README.md, taken of the demo that runs here."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import requests

from lineup_local.demo.api import Api
from lineup_local.demo.customers import CUSTOMERS
from lineup_local.demo.installation import DemoInstallation
from lineup_local.demo.logins import Demo, find_demo
from lineup_local.errors import LocalError
from lineup_local.settings import CHECKOUT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = CHECKOUT / "docs" / "screenshots"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESK, PHONE = (1280, 800), (390, 844)
QUALITY = 82


@dataclass(frozen=True)
class Shot:
    """One picture: a page, how large, in which theme."""

    name: str
    path: str
    size: tuple[int, int] = DESK
    theme: Literal["light", "dark"] = "light"


SHOTS = (
    Shot("dashboard", "/dashboard"),
    Shot("customers", "/customers?order=name", theme="dark"),
    Shot("guide", "/guide"),
    Shot("user-on-a-phone", "/users/{user_id}", PHONE),
)


def take(site: DemoInstallation) -> list[Path]:
    """Take all of them anew; LocalError when no demo runs or nobody can look."""
    demo = find_demo(site)
    if demo is None:
        raise LocalError("There is no demo yet. Run ./lineup up first.")
    try:
        api = Api(site.gateway, demo.partner_username, demo.partner_password)
    except requests.ConnectionError:
        raise LocalError("Lineup is not running. Run ./lineup up first.") from None
    browser = shutil.which("chromium")
    if browser is None:
        raise LocalError("chromium is not installed; apt-get install chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    (person,) = api.get("/customers", search=CUSTOMERS[0].email)["items"]
    (user, *_) = api.get("/users", customer_id=person["id"])["items"]
    things = {"user_id": user["id"]}
    return _take_all(browser, site.gateway, demo, things)


def _take_all(
    program: str, address: str, demo: Demo, things: dict[str, Any]
) -> list[Path]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        taken = [_take(browser, address, demo, shot, things) for shot in SHOTS]
        browser.close()
    return taken


def _take(
    browser: "Browser", address: str, demo: Demo, shot: Shot, things: dict[str, Any]
) -> Path:
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=shot.theme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("#username", demo.partner_username)
    page.fill("#password", demo.partner_password)
    page.click("main button")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto(address + shot.path.format(**things))
    page.wait_for_load_state("networkidle")
    file = FOLDER / f"{shot.name}.jpg"
    page.screenshot(path=file, type="jpeg", quality=QUALITY)
    context.close()
    return file
