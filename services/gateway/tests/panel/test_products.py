"""A product is made of packages; whoever has none yet is led to where they are made."""

import re
from html import unescape
from uuid import UUID

import pytest

from lineup.context import Role
from lineup.contracts.billing.catalog import ProductView
from lineup.contracts.paging import Page
from lineup.contracts.playlists.packages import PackageView

ID = "019d0000-0000-7000-8000-000000000001"


def text_of(answer):
    return unescape(answer.get_data(as_text=True))


@pytest.fixture
def packages(services, sample):
    """`packages(…)` are all there are, the demo set among them."""

    def put(*names):
        demo = sample(PackageView, id=UUID(int=9), name="demo", is_demo=True)
        sold = [
            sample(PackageView, id=UUID(int=number), name=name, is_demo=False)
            for number, name in enumerate(names, 1)
        ]
        services.answer_with("playlists.list_packages", Page(items=[demo, *sold]))

    return put


def test_without_packages_a_new_product_leads_to_one(browser, packages):
    client = browser(Role.PARTNER)
    packages()
    assert 'href="/packages/new">Create a package' in text_of(
        client.get("/products/new")
    )

    packages("Base")
    assert "Create a package" not in text_of(client.get("/products/new"))


def test_a_package_leads_to_a_product_of_it(browser, services, sample, packages):
    client = browser(Role.PARTNER)
    one = sample(PackageView, id=UUID(int=2), name="Sport", is_demo=False)
    services.answer_with("playlists.get_package", one)
    packages("Base", "Sport")

    onward = re.search(
        r'href="(/products/new[^"]*)">.*?Create product',
        text_of(client.get(f"/packages/{ID}")),
    )
    page = text_of(client.get(onward[1]))

    ticked = re.findall(r'checked[^>]*name="package_ids"[^>]*value="([^"]+)"', page)
    assert ticked == [str(one.id)]


@pytest.mark.parametrize(("ids", "is_led"), [([], True), ([UUID(int=1)], False)])
def test_a_product_without_packages_says_what_its_buyers_watch(
    browser, services, sample, packages, ids, is_led
):
    packages("Base")
    services.answer_with("billing.get_product", sample(ProductView, package_ids=ids))
    page = text_of(browser(Role.PARTNER).get(f"/products/{ID}"))

    assert (f'href="/products/{ID}/edit">Choose packages' in page) == is_led
    assert ("only see the demo channels" in page) == is_led
