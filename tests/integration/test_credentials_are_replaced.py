"""A user's playlist link and Xtream login are replaced: the old ones end at once."""

import pytest
import requests
from factories import Tenant, stream_links
from running import until


@pytest.fixture
def tenant(lineup):
    demo = lineup.demo
    return Tenant(lineup, demo["partner_username"], demo["partner_password"])


@pytest.fixture
def user(tenant):
    made = tenant.user(tenant.customer())
    until(lambda: status_of(made["playlist_url"]) == 200, "the new link to be served")
    return made


def status_of(link):
    return requests.get(link, timeout=20).status_code


def sign_in(xtream, **other):
    """What the Xtream API answers to a pair."""
    pair = {name: xtream[name] for name in ("username", "password")} | other
    url = f"{xtream['address']}/player_api.php"
    return requests.get(url, params=pair, timeout=20)


@pytest.mark.feature("PE-21")
def test_the_old_link_is_gone_and_the_new_one_plays(tenant, user):
    answer = tenant.api("POST", f"/users/{user['id']}/link/replace")
    assert answer.status_code == 200, answer.text
    made = answer.json()

    assert status_of(made["playlist_url"]) == 200
    assert status_of(made["guide_url"]) == 200
    assert status_of(user["playlist_url"]) == 404
    assert status_of(user["guide_url"]) == 404
    assert sign_in(user["xtream"]).json()["user_info"]["auth"] == 1
    assert made["xtream"] == user["xtream"]


@pytest.mark.feature("CU-38", "AP-14")
def test_the_old_login_is_gone_and_the_link_stays(tenant, user):
    old = user["xtream"]
    change = {
        "old_username": old["username"],
        "old_password": old["password"],
        "new_username": f"Living.{old['username']}",
        "new_password": "Rain-7@tv",
    }
    wrong = tenant.api(
        "POST", "/users/change-login", json=change | {"old_password": "x"}
    )
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")

    answer = tenant.api("POST", "/users/change-login", json=change)
    assert answer.status_code == 200, answer.text
    made = answer.json()

    assert made["playlist_url"] == user["playlist_url"]
    new = made["xtream"]
    assert sign_in(new).json()["user_info"]["auth"] == 1
    assert sign_in(new, username=change["new_username"]).ok
    assert (
        sign_in(old).status_code != 200 or not sign_in(old).json()["user_info"]["auth"]
    )
    assert all(new["username"] in link for link in stream_links(user))
