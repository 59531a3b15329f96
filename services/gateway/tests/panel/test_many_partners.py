"""Who looks after many partners reads at each thing whose it is; nobody else does."""

import re
from html import unescape
from uuid import UUID

import pytest

from lineup.context import Role
from lineup.contracts.accounts.boxes import BoxModelView
from lineup.contracts.accounts.people import PersonView
from lineup.contracts.accounts.seller_plans import SellerPlanView
from lineup.contracts.accounts.tree import AccountKind, AccountView
from lineup.contracts.billing.catalog import ProductView
from lineup.contracts.billing.shops import ShopView
from lineup.contracts.paging import Page
from lineup.contracts.playlists.channels import ChannelView
from lineup.contracts.playlists.packages import PackageView

ONE, OTHER = UUID(int=1), UUID(int=2)
LISTS = {
    "/products": ("billing.list_products", ProductView),
    "/shops": ("billing.list_shops", ShopView),
    "/packages": ("playlists.list_packages", PackageView),
    "/channels": ("playlists.list_channels", ChannelView),
    "/box-models": ("accounts.list_box_models", BoxModelView),
    "/seller-plans": ("accounts.list_seller_plans", SellerPlanView),
    "/people": ("accounts.list_people", PersonView),
}
CHANNEL = {"number": 1, "signing": "none", "catchup": "shift"}
OPTION = re.compile(r'value="([^"]+)"[^>]*>([^<]*Basic[^<]*)<')


def text_of(answer):
    return unescape(answer.get_data(as_text=True))


@pytest.fixture
def two(services, sample):
    """Two partners, each with one of everything of the same name."""
    partners = {ONE: "First TV", OTHER: "Second TV"}
    found = [sample(AccountView, id=one, name=name) for one, name in partners.items()]
    services.answer_with("accounts.list_accounts", Page(items=found))
    for verb, view in LISTS.values():
        named = {} if view is ChannelView else {"name": "Basic"}
        more = {"is_demo": False} if view is PackageView else {}
        rows = [
            sample(view, id=one, partner_id=one, **named, **more) for one in partners
        ]
        services.answer_with(verb, Page(items=rows))


def test_only_who_may_have_customers_is_offered_as_a_seller(browser, services, sample):
    accounts = [
        sample(AccountView, id=UUID(int=number), name=kind.value, kind=kind)
        for number, kind in enumerate(AccountKind)
    ]
    services.answer_with("accounts.list_accounts", Page(items=accounts))
    seen = text_of(browser(Role.OPERATOR).get("/customers"))
    [choices] = re.findall(r'name="seller_id".*?</select>', seen, re.DOTALL)
    offered = re.findall(r'value="\d[^"]*"[^>]*>(\w+)', choices)
    assert offered == ["partner", "reseller", "dealer"]


@pytest.mark.parametrize("address", LISTS)
def test_a_list_names_the_partner_to_the_operator_alone(browser, two, address):
    seen = text_of(browser(Role.OPERATOR).get(address))
    cells = re.findall(r'<td data-label="Partner">([^<]*)</td>', seen)
    assert cells == ["First TV", "Second TV"]

    assert 'data-label="Partner"' not in text_of(browser(Role.PARTNER).get(address))


@pytest.mark.parametrize(
    "address",
    ["/customers", "/products/new", "/channels", "/channels/new", "/orders"],
)
def test_what_can_be_chosen_names_it_too(browser, two, address):
    page = text_of(browser(Role.OPERATOR).get(address))
    for name in ("Basic (First TV)", "Basic (Second TV)"):
        assert name in page
    assert "Basic (First TV)" not in text_of(browser(Role.PARTNER).get(address))


@pytest.mark.parametrize(
    ("address", "verb", "more"),
    [
        ("/products/new", "billing.create_product", {"devices": 1, "addresses": 1}),
        ("/channels/new", "playlists.create_channel", CHANNEL),
    ],
)
def test_packages_of_another_partner_are_refused_by_name(
    browser, form_of, services, two, address, verb, more
):
    client = browser(Role.OPERATOR)
    fields = form_of(text_of(client.get(address)))
    fields |= {"name": "New", "partner_id": str(ONE), "package_ids": str(OTHER), **more}

    answer = client.post(address, data=fields)

    assert answer.status_code == 422
    assert "These belong to another partner: Basic (Second TV)." in text_of(answer)
    assert services.calls_of(verb) == []
    client.post(address, data={**fields, "package_ids": str(ONE)})
    assert len(services.calls_of(verb)) == 1
