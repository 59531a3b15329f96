"""Pages where a user's playlist link and Xtream login are replaced."""

import pytest

from lineup.context import Role
from lineup.contracts.accounts.refusals import InvalidCredentials
from lineup.contracts.accounts.users import UserView

from .test_customers import USER, sent, text_of, visible_text

LOGIN = {
    "old_username": "anna",
    "old_password": "old-1",
    "new_username": "kids.room",
    "new_password": "rain-7",
}


@pytest.mark.feature("PE-21")
def test_a_link_is_replaced_after_asking(browser, form_of, services, sample, put_link):
    services.answer_with("accounts.replace_playlist_link", sample(UserView))
    client = browser(Role.CUSTOMER)
    assert "Replace link" in visible_text(client.get(USER))
    assert "stop working immediately" in visible_text(
        client.get(f"{USER}/link/replace")
    )
    assert services.calls_of("accounts.replace_playlist_link") == []

    answer = sent(client, form_of, f"{USER}/link/replace")

    assert answer.location == USER
    assert len(services.calls_of("accounts.replace_playlist_link")) == 1


@pytest.mark.feature("CU-38")
@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.RESELLER, Role.STAFF])
def test_a_password_is_chosen_or_left_to_us(browser, form_of, services, role, sample):
    services.answer_with("accounts.replace_player_password", sample(UserView))
    client = browser(role)
    for chosen in ("", "rain-7"):
        answer = sent(client, form_of, f"{USER}/password", new_password=chosen)
        assert answer.location == USER

    asked = services.calls_of("accounts.replace_player_password")
    assert [rpc_request.new_password for _, rpc_request in asked] == ["", "rain-7"]


@pytest.mark.feature("CU-38")
def test_a_login_is_changed_for_the_present_one(browser, form_of, services, sample):
    services.answer_with("accounts.change_player_login", sample(UserView))

    answer = sent(browser(Role.PARTNER), form_of, f"{USER}/login", **LOGIN)

    assert answer.location == USER
    [(_, rpc_request)] = services.calls_of("accounts.change_player_login")
    assert {name: getattr(rpc_request, name) for name in LOGIN} == LOGIN


@pytest.mark.feature("CU-38")
def test_all_that_is_wrong_with_a_login_is_told(browser, form_of, services):
    wrong = LOGIN | {"new_username": "no", "new_password": "a b"}

    answer = sent(browser(Role.CUSTOMER), form_of, f"{USER}/login", **wrong)

    assert answer.status_code == 422
    assert "6 to 100 letters, digits and . _ - @ without spaces." in text_of(answer)
    assert "4 to 25 letters, digits and . _ - @ without spaces." in text_of(answer)
    assert services.calls_of("accounts.change_player_login") == []


@pytest.mark.feature("CU-38")
def test_a_wrong_pair_is_told_and_signs_nobody_out(browser, form_of, services):
    services.answer_with("accounts.change_player_login", InvalidCredentials())
    client = browser(Role.CUSTOMER)

    answer = sent(client, form_of, f"{USER}/login", **LOGIN)

    assert answer.status_code == 422
    assert "Incorrect username or password." in text_of(answer)
    assert client.get(USER).status_code == 200


@pytest.mark.feature("CU-38")
def test_the_api_answers_401_and_tells_all_faults_at_once(api, services):
    services.answer_with("accounts.change_player_login", InvalidCredentials())
    answer = api("POST", "/users/change-login", json=LOGIN)
    assert (answer.status_code, answer.get_json()["code"]) == (
        401,
        "invalid_credentials",
    )

    bad = LOGIN | {"new_username": "a b c d", "new_password": "abc"}
    answer = api("POST", "/users/change-login", json=bad)
    assert answer.status_code == 422
    assert answer.get_json()["fields"].keys() == {"new_username", "new_password"}


def test_support_replaces_nothing(browser):
    client = browser(Role.SUPPORT)
    assert "Replace link" not in visible_text(client.get(USER))
    for page in ("link/replace", "password", "login"):
        assert client.get(f"{USER}/{page}").status_code == 403
