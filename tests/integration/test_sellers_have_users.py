"""Sellers have users themselves, also those that were theirs as customers."""

import pytest
import requests
from factories import BOUGHT, access_of, create_tenant, soon

PASSWORD = "Long-enough-1"


@pytest.fixture(scope="module")
def tenant(lineup):
    return create_tenant(lineup)


def bought(tenant, customer_id, balance):
    """A user of a customer's that watches what was bought for it."""
    tenant.top_up(customer_id, balance)
    user = tenant.user(customer_id)
    tenant.buy(user["id"], tenant.plan("9.00", days=30))
    soon(user, BOUGHT)
    return user


@pytest.mark.feature("AH-26")
def test_a_reseller_watches_what_it_bought_itself(tenant):
    login = {"username": f"{tenant.username}-shop", "password": PASSWORD}
    shop = tenant.make("/accounts", kind="reseller", name="Corner", login=login)
    own = tenant.put(f"/accounts/{shop['id']}/own-customer")
    user = bought(tenant, own["id"], "9.00")

    seller = tenant.lineup.sign_in(**login)
    assert [one["id"] for one in seller.get("/users")["items"]] == [user["id"]]
    again = seller("PUT", f"/accounts/{shop['id']}/own-customer").json()
    assert (again["id"], again["person"]["first_name"]) == (own["id"], "Corner")


@pytest.mark.feature("AH-21")
def test_a_dealer_that_was_a_customer_has_its_users_money_and_links(tenant):
    login = {"username": f"{tenant.username}-anna", "password": PASSWORD}
    customer_id = tenant.customer(login=login)
    user = bought(tenant, customer_id, "20.00")
    before = tenant.lineup.sign_in(**login)

    dealer = tenant.make(
        f"/customers/{customer_id}/promotion", must_change_password=False
    )

    assert before("GET", "/me").status_code == 401
    after = tenant.lineup.sign_in(**login)
    assert (after.get("/me")["role"], after.get("/me")["account_id"]) == (
        "dealer",
        dealer["id"],
    )
    [same] = after.get("/users")["items"]
    assert access_of(same) == access_of(user)
    assert requests.get(user["playlist_url"], timeout=20).ok
    soon(user, BOUGHT)
    assert tenant.balance(customer_id) == "11.00"
    assert after.get(f"/customers/{customer_id}/wallet")["balance"]["amount"] == "11.00"
    assert tenant.subscription(user["id"])["state"] == "running"

    again = tenant.api("POST", f"/customers/{customer_id}/promotion", json={})
    assert (again.status_code, again.json()["code"]) == (409, "already_seller")
