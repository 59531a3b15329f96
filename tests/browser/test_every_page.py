"""Every page there is, in light and dark, on a desk and on a phone (UI-21, UI-22)."""

from contextlib import ExitStack
from functools import cache

import pytest
from browser_user import DESK, PHONE, BrowserUser, Mouse, monitored_context
from page_routes import page_routes
from playwright.sync_api import expect

from lineup_local import assets

GRAVE = {"serious", "critical"}
LOOK = """
async (rules) => {
  const told = rules.length ? { runOnly: rules } : {};
  const found = await axe.run(document, { ...told, resultTypes: ["violations"] });
  return found.violations.map((one) => [
    one.impact,
    `${one.id}: ` + one.nodes.map((node) => node.target.join(" ") + ": "
      + [...node.any, ...node.all].map((check) => check.message).join("; ")).join(" | "),
  ]);
}
"""
WIDER = "() => document.documentElement.scrollWidth - innerWidth"


@pytest.fixture(scope="session")
def eyes(chromium, lineup, fixtures):
    """`eyes(role)` is somebody of that role who has signed in, with axe at hand."""
    address = lineup.url("GATEWAY")
    screen = {"viewport": DESK, "reduced_motion": "reduce"}
    with ExitStack() as stack:

        @cache
        def see(role):
            context = stack.enter_context(
                monitored_context(chromium, address, **screen)
            )
            context.add_init_script(path=assets.install() / "axe.js")
            somebody = BrowserUser(context.new_page(), address, Mouse())
            if role is not None:
                somebody.sign_in(*fixtures.logins[role])
            return somebody

        yield see


def violations(page, *rules):
    return [
        words for impact, words in page.evaluate(LOOK, list(rules)) if impact in GRAVE
    ]


PAGES = [page_route for page_route in page_routes() if not page_route.is_file]
FILES = [page_route for page_route in page_routes() if page_route.is_file]


@pytest.mark.feature("UI-17")
@pytest.mark.parametrize("page_route", PAGES, ids=lambda page_route: page_route.rule)
def test_it_is_readable_by_everybody(page_route, fixtures, eyes):
    page = eyes(page_route.viewer).page
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")

    answer = page.goto(
        eyes(page_route.viewer).address + page_route.path(fixtures.things)
    )

    assert answer.status == 200
    assert violations(page) == []
    assert page.evaluate(WIDER) <= 0
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert violations(page, "color-contrast", "link-in-text-block") == []
    page.set_viewport_size(PHONE)
    assert violations(page) == []
    assert page.evaluate(WIDER) <= 0, "It scrolls sideways on a phone."


@pytest.mark.parametrize("page_route", FILES, ids=lambda page_route: page_route.rule)
def test_a_file_is_taken_home(page_route, fixtures, eyes):
    somebody = eyes(page_route.viewer)
    address = somebody.address + page_route.path(fixtures.things)

    answer = somebody.page.context.request.get(address)

    assert answer.status == 200
    assert "attachment" in answer.headers["content-disposition"]
    body = answer.body()
    assert body.count(b",") > 1 or body.startswith(b"PK")
