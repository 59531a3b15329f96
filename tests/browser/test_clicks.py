"""How many clicks the counter's work takes; whoever sells does it a hundred times."""

import pytest
from browser_user import DESK, PHONE, Mouse
from factories import shown_channels
from fixtures import NUMBERS, PASSWORD
from playwright.sync_api import expect
from running import until

from lineup.context import Role

PLAYLIST = "#EXTM3U\n" + "".join(
    f"#EXTINF:-1,Channel {number}\nhttp://edge.example.net/{number}.m3u8\n"
    for number in range(1, 4)
)


class Counting(Mouse):
    """A mouse that counts what it presses and ticks; typing and Tab are no clicks."""

    def __init__(self):
        self.clicks = 0

    def press(self, control):
        self.clicks += 1
        super().press(control)

    def tick(self, control):
        self.clicks += 1
        super().tick(control)

    def choose(self, control, words):
        self.clicks += 1
        super().choose(control, words)

    def fill(self, control, text):
        """Press into the first field; from there on Tab leads."""
        control.fill(text)


@pytest.fixture(
    params=[(DESK, Counting), (PHONE, Counting)], ids=["desk", "phone"], autouse=True
)
def viewport(request):
    """Whoever counts does so on a desk and on a phone."""
    return request.param


@pytest.fixture
def partner(browser_user, fixtures):
    """The partner, on its dashboard."""
    browser_user.sign_in(*fixtures.logins[Role.PARTNER])
    browser_user.input_device.clicks = 0
    return browser_user


def walk_to(browser_user, entry):
    """The navigation; that a phone must open it first is no click of the work."""
    browser_user.navigate_to(entry)
    browser_user.input_device.clicks -= browser_user.page.get_by_role(
        "button", name="Navigation"
    ).is_visible()


@pytest.mark.feature("CU-28")
def test_a_month_is_sold_to_a_walk_in_in_three(partner, fixtures):
    last = f"Walkin{next(NUMBERS)}"
    walk_to(partner, "Sell")
    expect(partner.page.get_by_label("First name")).to_be_focused()
    partner.fill("First name", "Wim")
    partner.fill("Last name", last)
    partner.tick("Family, Family 1M")
    partner.press("Sell for cash")

    partner.sees(f"Wim {last} has Family until")
    partner.sees("15.00 EUR received")
    partner.sees(f"Login details of Wim {last}")
    partner.sees("Active")
    assert partner.input_device.clicks <= 3
    password = shown_value(partner, "Password")
    playlist = partner.page.locator("#playlist code").first.inner_text()
    partner.page.reload()
    partner.sees_not("Login details")
    [customer] = fixtures.api.get("/customers", search=last)["items"]
    wallet = fixtures.api.get(f"/customers/{customer['id']}/wallet")
    assert wallet["balance"]["amount"] == "0.00"
    assert partner.input_device.clicks <= 3
    until(
        lambda: len(shown_channels({"playlist_url": playlist})) > 8,
        "the channels bought",
        60,
    )
    assert fixtures.lets_in(customer["username"], password)


def shown_value(browser_user, title):
    return browser_user.page.locator(
        f".once dt:text-is('{title}') + dd code"
    ).inner_text()


def test_the_form_of_a_sale_fits_a_screen(partner):
    partner.open("/sell")
    button = partner.page.get_by_role("button", name="Sell for cash")
    expect(button).to_be_in_viewport()


def test_a_line_is_renewed_for_cash_in_four(partner, fixtures):
    guest = fixtures.guest(balance="15.00")
    fixtures.user(guest, "Den", sku="FAMILY-1M")
    walk_to(partner, "Customers")
    partner.fill_list("Name, email, phone, username or MAC", guest.username)
    partner.follow(guest.name)
    partner.is_on(guest.name)
    partner.follow("Sell or renew")
    partner.is_on("Buy a plan for Den")
    partner.press("Receive 15.00 EUR in cash and buy")

    partner.sees("Den has Family until")
    assert partner.input_device.clicks <= 4


def test_money_that_is_there_may_still_be_cash(partner, fixtures):
    guest = fixtures.guest(balance="20.00")
    user = fixtures.user(guest, "Den")
    partner.open(f"/users/{user['id']}/buy")
    partner.tick("Family, Family 1M")
    partner.press("Paid in cash")

    partner.sees("Den has Family until")
    wallet = fixtures.api.get(f"/customers/{guest.id}/wallet")
    assert wallet["balance"]["amount"] == "20.00"


def test_a_top_up_from_a_purchase_comes_back_to_it(partner, fixtures):
    guest = fixtures.guest(balance="1.00")
    user = fixtures.user(guest, "Den")
    partner.open(f"/users/{user['id']}/buy")
    partner.tick("Family, Family 1M")
    partner.sees("14.00 EUR")
    partner.follow("top up another amount")
    partner.fill("Amount", "30.00")
    partner.press("Top up")

    partner.is_on("Buy a plan for Den")
    partner.sees("31.00 EUR")
    partner.press("Buy for 15.00 EUR")
    partner.sees("Den has Family until")


def test_a_new_partner_sells_its_first_line_in_ten(browser_user, lineup, tmp_path):
    number = next(NUMBERS)
    operator = lineup.sign_in(
        lineup.demo["operator_username"], lineup.demo["operator_password"]
    )
    login = {"username": f"new-{number}", "password": PASSWORD}
    made = operator(
        "POST", "/accounts", json={"kind": "partner", "name": "New", "login": login}
    )
    assert made.ok, made.text
    playlist = tmp_path / "channels.m3u"
    playlist.write_text(PLAYLIST)
    browser_user.sign_in(**login)
    browser_user.input_device.clicks = 0

    browser_user.follow("First sale")
    browser_user.follow("Import channels")
    browser_user.page.locator('input[type="file"]').first.set_input_files(playlist)
    browser_user.press("Import")
    browser_user.follow("Create your first sale")
    browser_user.fill("Price per month", "9.00")
    browser_user.fill("First name", "Flo")
    browser_user.fill("Last name", f"First{number}")
    browser_user.press("Put on sale and sell for cash")

    browser_user.sees(f"Flo First{number} has Basic until")
    assert browser_user.input_device.clicks <= 10
    link = browser_user.page.locator("#playlist code").first.inner_text()
    until(
        lambda: len(shown_channels({"playlist_url": link})) == 3,
        "the channels sold",
        60,
    )
