"""Every page there is, in light and dark, on a desk and on a phone (UI-21, UI-22)."""

from contextlib import ExitStack
from functools import cache

import pytest
from places import places
from playwright.sync_api import expect
from visitor import DESK, PHONE, Mouse, Visitor, watched

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
def eyes(chromium, lineup, household):
    """`eyes(role)` is somebody of that role who has signed in, with axe at hand."""
    address = lineup.url("GATEWAY")
    screen = {"viewport": DESK, "reduced_motion": "reduce"}
    with ExitStack() as stack:

        @cache
        def see(role):
            context = stack.enter_context(watched(chromium, address, **screen))
            context.add_init_script(path=assets.install() / "axe.js")
            somebody = Visitor(context.new_page(), address, Mouse())
            if role is not None:
                somebody.sign_in(*household.logins[role])
            return somebody

        yield see


def findings(page, *rules):
    return [
        words for impact, words in page.evaluate(LOOK, list(rules)) if impact in GRAVE
    ]


LOOKED_AT = [place for place in places() if not place.is_file]
FILES = [place for place in places() if place.is_file]


@pytest.mark.feature("UI-17")
@pytest.mark.parametrize("place", LOOKED_AT, ids=lambda place: place.rule)
def test_it_is_readable_by_everybody(place, household, eyes):
    page = eyes(place.viewer).page
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")

    answer = page.goto(eyes(place.viewer).address + place.path(household.things))

    assert answer.status == 200
    assert findings(page) == []
    assert page.evaluate(WIDER) <= 0
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert findings(page, "color-contrast", "link-in-text-block") == []
    page.set_viewport_size(PHONE)
    assert findings(page) == []
    assert page.evaluate(WIDER) <= 0, "It scrolls sideways on a phone."


@pytest.mark.parametrize("place", FILES, ids=lambda place: place.rule)
def test_a_file_is_taken_home(place, household, eyes):
    somebody = eyes(place.viewer)
    address = somebody.address + place.path(household.things)

    answer = somebody.page.context.request.get(address)

    assert answer.status == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.text().count(",") > 1
