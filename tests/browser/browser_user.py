"""Somebody at a browser: what they do by mouse or by keyboard alone, what they see."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
WAIT_MS = 40_000
MOST_TABS = 250
WATCH_POLICY = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`content policy: ${event.violatedDirective} ${event.blockedURI}`));
"""
STANDS_IN_MAIN_AND_NOTHING_HAS_FOCUS = """
(one) => document.activeElement === document.body && one.closest("main") !== null
"""
expect.set_options(timeout=WAIT_MS)


class InputDevice(Protocol):
    """How controls are worked."""

    def press(self, control: Locator) -> None:
        """A link or button."""

    def fill(self, control: Locator, text: str) -> None:
        """A field, replacing what stands there."""

    def choose(self, control: Locator, words: str) -> None:
        """One of a list."""

    def tick(self, control: Locator) -> None:
        """A box or a round one."""


class Mouse:
    """Points and clicks."""

    def press(self, control: Locator) -> None:
        control.click()

    def fill(self, control: Locator, text: str) -> None:
        control.click()
        control.fill(text)

    def choose(self, control: Locator, words: str) -> None:
        control.select_option(label=words)

    def tick(self, control: Locator) -> None:
        control.check()


class Keyboard:
    """Has no mouse: what Tab does not reach cannot be used."""

    def press(self, control: Locator) -> None:
        self._reach(control)
        control.page.keyboard.press("Enter")

    def fill(self, control: Locator, text: str) -> None:
        self._reach(control)
        control.page.keyboard.press("Control+A")
        control.page.keyboard.type(text)

    def choose(self, control: Locator, words: str) -> None:
        self._reach(control)
        control.page.keyboard.type(words)
        shown_channels = control.locator("option:checked")
        expect(shown_channels).to_have_text(words)

    def tick(self, control: Locator) -> None:
        if control.get_attribute("type") == "radio":
            self._walk_to(control)
            return
        self._reach(control)
        if not control.is_checked():
            control.page.keyboard.press("Space")

    def _walk_to(self, radio: Locator) -> None:
        """Tab reaches a group of round boxes once; arrows walk in it."""
        name = radio.get_attribute("name")
        group = radio.page.locator(f'input[name="{name}"]')
        self._tab_until(radio.page, lambda: any(map(_has_focus, group.all())))
        radio.page.keyboard.press("Space")
        for _ in range(group.count()):
            expect(radio.page.locator(".htmx-request")).to_have_count(0)
            if radio.is_checked():
                return
            radio.page.keyboard.press("ArrowDown")
        raise AssertionError(f"The arrows do not reach {radio}.")

    def _reach(self, control: Locator) -> None:
        expect(control).to_be_visible()
        if control.evaluate(STANDS_IN_MAIN_AND_NOTHING_HAS_FOCUS):
            self._skip_to_the_content(control.page)
        self._tab_until(control.page, lambda: _has_focus(control))
        assert control.evaluate("one => one.matches(':focus-visible')"), (
            f"Nobody sees that {control} has the focus."
        )

    @staticmethod
    def _skip_to_the_content(page: Page) -> None:
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()

    @staticmethod
    def _tab_until(page: Page, is_there: Any) -> None:
        for _ in range(MOST_TABS):
            if is_there():
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead there on {page.url}.")


def _has_focus(control: Locator) -> bool:
    return bool(control.evaluate("one => one === document.activeElement"))


class BrowserUser:
    """One person with a browser of their own."""

    def __init__(self, page: Page, address: str, input_device: InputDevice) -> None:
        self.page = page
        self.address = address
        self.input_device = input_device

    def open(self, path: str) -> None:
        """Type an address."""
        self.page.goto(self.address + path)

    def sign_in(self, username: str, password: str) -> None:
        """Go through the sign-in page and land."""
        self.open("/sign-in")
        self.fill("Username", username)
        self.fill("Password", password)
        self.press("Sign in")
        expect(self.page).not_to_have_url(re.compile("/sign-in"))

    def sign_out(self) -> None:
        """Leave by the account menu."""
        self.input_device.press(self.page.locator(".who:visible"))
        self.input_device.press(self.page.get_by_role("button", name="Sign out"))
        expect(self.page).to_have_url(re.compile("/sign-in"))

    def navigate_to(self, entry: str) -> None:
        """Follow the navigation; on a phone it must be opened first."""
        self.page.wait_for_load_state()
        toggler = self.page.get_by_role("button", name="Navigation")
        if toggler.is_visible():
            self.input_device.press(toggler)
        pages = self.page.get_by_role("navigation", name="Pages", exact=True)
        self.input_device.press(pages.get_by_role("link", name=entry, exact=True))

    def follow(self, words: str, *, within: Locator | None = None) -> None:
        """A link by its words."""
        self.input_device.press(self._one("link", words, within))

    def press(self, words: str, *, within: Locator | None = None) -> None:
        """A button by its words."""
        self.input_device.press(self._one("button", words, within))

    def fill(self, label: str, text: str) -> None:
        """A field by its label."""
        self.input_device.fill(self._field(label), text)

    def fill_list(self, label: str, text: str) -> None:
        """Narrow a list by a text, and wait until it shows what is left."""
        self.fill(label, text)
        expect(self.page).to_have_url(re.compile(f"search={re.escape(text[:12])}"))
        expect(self.page.locator(".htmx-request")).to_have_count(0)

    def choose(self, label: str, words: str) -> None:
        """One of a list, by the list's label."""
        self.input_device.choose(self._field(label), words)

    def tick(self, label: str) -> None:
        """A box, square or round, by a part of its label."""
        self.input_device.tick(self.page.locator("main").get_by_label(label).first)

    def unfold(self, words: str) -> None:
        """What is hidden behind its summary."""
        self.input_device.press(
            self.page.locator("main summary").filter(has_text=words)
        )

    def is_on(self, title: str) -> None:
        """The page's title says where one is."""
        expect(self.page.locator("h1")).to_contain_text(title)

    def sees(self, words: str) -> None:
        """Something stands on the page."""
        expect(self.page.locator("main").get_by_text(words).first).to_be_visible()

    def sees_dialog(self, words: str) -> None:
        """Something stands in the dialog that is open."""
        expect(self.page.locator("dialog[open]").get_by_text(words)).to_be_visible()

    def has_no_dialog(self) -> None:
        """Nothing is asked any more."""
        expect(self.page.locator("dialog[open]")).to_have_count(0)

    def sees_not(self, words: str) -> None:
        """Something stands on the page no longer."""
        expect(self.page.locator("main").get_by_text(words)).to_have_count(0)

    def row(self, words: str) -> Locator:
        """The row of a list that has these words."""
        return self.page.locator("tbody tr").filter(has_text=words)

    def _field(self, label: str) -> Locator:
        return self.page.locator("main, dialog[open]").get_by_label(label, exact=True)

    def _one(self, role: Any, words: str, within: Locator | None) -> Locator:
        where = within or self.page.locator("main, dialog[open]")
        return where.get_by_role(role, name=words, exact=True).first


@contextmanager
def monitored_context(
    browser: Browser, address: str, **options: Any
) -> Iterator[BrowserContext]:
    """A browser of somebody's own; anything that goes wrong in it fails the test.

    That is a console error, a fault of a script, a thing the content policy forbids, or
    a request to anybody else.
    """
    troubles: list[str] = []
    context = browser.new_context(**options)
    context.set_default_timeout(WAIT_MS)
    context.add_init_script(WATCH_POLICY)
    context.on("console", lambda message: _hear(message, troubles))
    context.on("weberror", lambda fault: troubles.append(str(fault.error)))
    context.on("request", lambda request: _must_be_ours(request.url, address, troubles))
    try:
        yield context
    finally:
        context.close()
    assert not troubles, "\n".join(troubles)


def _hear(message: Any, troubles: list[str]) -> None:
    # A refused form is answered with 422, which the console calls an error.
    if message.type == "error" and "status of 422" not in message.text:
        troubles.append(f"{message.page and message.page.url}: {message.text}")


def _must_be_ours(url: str, address: str, troubles: list[str]) -> None:
    if not url.startswith((address, "data:", "about:")):
        troubles.append(f"asked {url}")
