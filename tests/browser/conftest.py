"""The whole system, and people with browsers in front of it."""

import shutil

import pytest
from browser_user import DESK, BrowserUser, Mouse, monitored_context
from fixtures import Fixtures
from playwright.sync_api import sync_playwright
from running import Running, free_ports

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
def fixtures(lineup):
    """A partner with one of everything."""
    return Fixtures(lineup).furnish()


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
def viewport(request):
    """The screen somebody has and how they work; a test may ask for EVERY_WAY."""
    return request.param


@pytest.fixture
def browser_user(lineup, chromium, viewport):
    """Somebody at a browser who has not signed in yet."""
    size, input_device = viewport
    address = lineup.url("GATEWAY")
    with monitored_context(chromium, address, viewport=size) as context:
        yield BrowserUser(context.new_page(), address, input_device())
