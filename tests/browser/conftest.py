"""The whole system, and people with browsers in front of it."""

import shutil

import pytest
from household import Household
from playwright.sync_api import sync_playwright
from running import Running, free_ports
from visitor import DESK, Mouse, Visitor, watched

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def lineup(tmp_path_factory):
    """Everything up, with the demo partner, on ports of its own; down at the end."""
    system = Running(tmp_path_factory.mktemp("home") / ".lineup", free_ports())
    try:
        system.up()
        yield system
    finally:
        system.down()


@pytest.fixture(scope="session")
def household(lineup):
    """A partner with one of everything."""
    return Household(lineup).furnish()


@pytest.fixture(scope="session")
def chromium():
    """Debian's own; Playwright brings none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("chromium is needed here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[(DESK, Mouse)], ids=["desk-mouse"])
def way(request):
    """The screen somebody has and how they work; a test may ask for EVERY_WAY."""
    return request.param


@pytest.fixture
def visitor(lineup, chromium, way):
    """Somebody at a browser who has not signed in yet."""
    size, hand = way
    address = lineup.url("GATEWAY")
    with watched(chromium, address, viewport=size) as context:
        yield Visitor(context.new_page(), address, hand())
