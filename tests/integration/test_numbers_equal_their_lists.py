"""Every figure of a dashboard or report is the length of the list it leads to.

Nothing is named here but the two pages: each link with a number is followed, and the
list behind it counted (UI-01, RP-01).
"""

import csv
import io
import re
import secrets
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import requests
from lxml import html
from running import a_woo_order, until

NUMBER_LINKS = (
    "//a[contains(@class, 'list-group-item-action')][span[2]]",
    "//a[contains(@class, 'stretched-link')]",
)
ENDS = ("from", "until")
PRODUCTS = "//select[@name='product_id']/option/@value"
CARD = ".//div[contains(@class, 'text-secondary') or contains(@class, 'h2')]"


class Panel:
    """The panel, as one login sees it in a browser without scripts."""

    def __init__(self, url, username, password):
        self._url = url
        self._session = requests.Session()
        page = self.open("/sign-in")
        form = page.forms[0]
        text = dict(form.fields) | {"username": username, "password": password}
        answer = self._session.post(f"{url}/sign-in", data=text, timeout=15)
        assert answer.url.endswith("/dashboard"), answer.url

    def read(self, address):
        answer = self._session.get(f"{self._url}{address}", timeout=15)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.text

    def open(self, address):
        return html.fromstring(self.read(address))

    def linked_numbers(self, address):
        """Every number on a page that leads to a list: (words, number, list)."""
        page = self.open(address)
        lines, cards = (page.xpath(path) for path in NUMBER_LINKS)
        for line in lines:
            words, number = (span.text_content().strip() for span in line.xpath("span"))
            yield words, number, line.get("href")
        for link in cards:
            number = link.getparent().getnext().text_content().strip()
            yield link.text_content().strip(), number, link.get("href")

    def cards(self, address):
        """The numbers above a list, with what each is called, such as (Sold, 3)."""
        for card in self.open(address).find_class("figure"):
            words, number = (div.text_content().strip() for div in card.xpath(CARD)[:2])
            yield words, number

    def file(self, address):
        """The rows of a list's file, by the names of their columns."""
        return list(csv.DictReader(io.StringIO(self.read(address))))

    def length_of(self, address):
        """How many rows a list says it has."""
        foot = self.open(address).find_class("table-foot")
        if not foot:
            return "0"
        text = foot[0].xpath("p[@role='status']")[0].text_content()
        return re.search(r"of ([\d,]+\+?)", text)[1]


@pytest.fixture(scope="module")
def logins(lineup):
    """Operator, partner, and a dealer with a customer; something sold, told, failed."""
    for number in range(9001, 9004):
        order = a_woo_order(number, f"figure{number}@example.org")
        lineup.order(order, delivery=f"figures-{number}")
    partner = lineup.partner()
    dealer = {"username": f"dealer{secrets.token_hex(4)}", "password": "a-dealer-word"}
    made = {"kind": "dealer", "name": "Dealer", "login": dealer}
    assert partner("POST", "/accounts", json=made).status_code == 201
    person = {"first_name": "Dea", "last_name": "Ler", "email": "dea@example.org"}
    own = lineup.sign_in(**dealer)
    customer = {"person": person, "user_name": "TV"}
    assert own("POST", "/customers", json=customer).status_code == 201
    until(lambda: "dea@example.org" in lineup.receivers(), "the dealer's mail")
    until(lineup.is_settled, "all events to be consumed")
    demo = lineup.demo
    return {
        "operator": (demo["operator_username"], demo["operator_password"]),
        "partner": (demo["partner_username"], demo["partner_password"]),
        "dealer": (dealer["username"], dealer["password"]),
    }


@pytest.fixture
def panel(lineup, logins):
    return lambda role: Panel(lineup.url("GATEWAY"), *logins[role])


@pytest.mark.feature("UI-01")
@pytest.mark.parametrize(
    ("role", "least"), [("operator", 19), ("partner", 18), ("dealer", 14)]
)
def test_each_figure_of_a_dashboard_is_its_lists_length(panel, role, least):
    panel_view = panel(role)
    numbers = list(panel_view.linked_numbers("/dashboard"))

    assert len(numbers) >= least
    for words, number, address in numbers:
        assert panel_view.length_of(address) == number, (words, address)


@pytest.mark.feature("RP-01")
@pytest.mark.parametrize("role", ["operator", "partner", "dealer"])
def test_each_figure_of_the_report_is_its_lists_length(panel, role):
    panel_view = panel(role)
    numbers = list(panel_view.linked_numbers("/reports/customers"))

    assert len(numbers) >= 17
    for words, number, address in numbers:
        assert panel_view.length_of(address) == number, (words, address)


@pytest.mark.feature("RP-10")
def test_the_reports_file_holds_its_sums(panel):
    panel_view = panel("partner")
    text = panel_view.read("/reports/customers.csv")
    rows = list(csv.reader(io.StringIO(text)))[1:]

    (total,) = (int(row[2]) for row in rows if row[0] == "Total")
    assert total == sum(int(row[2]) for row in rows if row[0] == "Status")
    assert total == sum(int(row[2]) for row in rows if row[0] == "Seller")
    assert str(total) == panel_view.length_of("/customers")


def money_of(rows, column):
    """What a column of a file adds up to, by currency, as cards write it."""
    sums = Counter()
    for row in rows:
        amount, currency = row[column].split()[0], row["Currency"]
        sums[currency] += round(100 * float(amount or 0))
    return sorted(
        f"{minor / 100:,.2f} {asset}" for asset, minor in sums.items() if minor
    )


@pytest.mark.feature("RP-02")
@pytest.mark.parametrize("role", ["operator", "partner", "dealer"])
def test_the_cards_above_sales_are_the_sums_of_the_list_and_its_file(panel, role):
    panel_view = panel(role)
    today = datetime.now(UTC).date()
    days = [
        f"sold_{end}={today + timedelta(d)}" for end in ENDS for d in (-40, -1, 0, 1)
    ]
    page = panel_view.open("/sales")
    products = [f"product_id={value}" for value in page.xpath(PRODUCTS) if value]
    customers = re.findall(r"/customers/([0-9a-f-]{36})/", panel_view.read("/sales"))
    narrowed = ["", *days, *products, *(f"customer_id={c}" for c in customers[:2])]
    narrowed += [f"{one}&{other}" for one in products[:2] for other in days[:6]]

    for query in narrowed:
        cards = list(panel_view.cards(f"/sales?{query}"))
        rows = panel_view.file(f"/sales.csv?{query}")
        amounts = dict(cards)
        assert (
            amounts["Sold"]
            == f"{len(rows):,}"
            == panel_view.length_of(f"/sales?{query}")
        )
        revenue = sorted(number for words, number in cards if words == "Revenue")
        assert revenue == money_of(rows, "Amount"), (role, query)
        refunded = sorted(number for words, number in cards if words == "Refunded")
        assert refunded == money_of(rows, "Refunded"), (role, query)


@pytest.mark.parametrize("role", ["operator", "partner", "dealer"])
@pytest.mark.parametrize("query", ["", "has_money=yes", "has_money=no", "search=a"])
def test_the_card_above_balances_is_the_sum_of_its_file(panel, role, query):
    panel_view = panel(role)
    cards = [number for _, number in panel_view.cards(f"/wallets?{query}")]

    owed = money_of(panel_view.file(f"/wallets.csv?{query}"), "Balance")
    assert sorted(card for card in cards if not card.startswith("0.00")) == owed


@pytest.mark.parametrize("role", ["operator", "partner", "dealer"])
@pytest.mark.parametrize("query", ["", "renews=no", "is_trial=no", "search=figure"])
def test_each_card_above_subscriptions_is_its_lists_length(panel, role, query):
    panel_view = panel(role)
    for words, number, address in panel_view.linked_numbers(f"/subscriptions?{query}"):
        assert query in address
        assert panel_view.length_of(address) == number, (words, address)
