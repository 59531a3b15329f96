"""Pages where a forgotten password is replaced, and where one must be changed."""

from dataclasses import replace

import pytest
from answers import sent, text_of

from lineup.context import Pending, Role
from lineup.contracts.accounts.refusals import NoEmail, ResetLinkInvalid
from lineup.verbs import Done

ID = "019d0000-0000-7000-8000-000000000001"
NEW = {"new_password": "another long password", "again": "another long password"}


@pytest.mark.feature("AH-30")
def test_a_link_is_asked_for_from_the_sign_in_page(client, form_of, services):
    services.answer_with("accounts.request_password_reset", Done())
    assert "/forgot-password" in text_of(client.get("/sign-in"))

    answer = sent(client, form_of, "/forgot-password", username="anna@example.org")

    assert answer.location == "/sign-in"
    assert "If this account exists" in text_of(client.get("/sign-in"))
    [(_, rpc_request)] = services.calls_of("accounts.request_password_reset")
    assert rpc_request.username == "anna@example.org"
    assert rpc_request.address == "127.0.0.1"


@pytest.mark.feature("AH-30")
def test_a_new_password_is_chosen_by_the_code_of_the_link(client, form_of, services):
    services.answer_with("accounts.set_password_by_link", Done())

    answer = sent(client, form_of, "/reset-password", token="code", **NEW)

    assert answer.location == "/sign-in"
    [(_, rpc_request)] = services.calls_of("accounts.set_password_by_link")
    assert rpc_request.token == "code"


@pytest.mark.feature("AH-30")
def test_a_link_that_is_over_is_told_at_its_field(client, form_of, services):
    words = {"token": ["This link has expired."]}
    refusal = ResetLinkInvalid(fields=words)
    services.answer_with("accounts.set_password_by_link", refusal)

    answer = sent(client, form_of, "/reset-password", token="code", **NEW)

    assert answer.status_code == 422
    assert "This link has expired." in text_of(answer)
    assert NEW["new_password"] not in text_of(answer)


@pytest.mark.feature("AH-30")
def test_programs_reset_passwords_too(api, services):
    services.answer_with("accounts.request_password_reset", Done())
    services.answer_with("accounts.set_password_by_link", Done())
    wish = {"username": "anna"}
    assert api("POST", "/password-resets", None, json=wish).status_code == 204
    chosen = {"token": "code", "new_password": "another long password"}
    done = api("POST", "/password-resets/complete", None, json=chosen)
    assert done.status_code == 204
    [(_, rpc_request)] = services.calls_of("accounts.request_password_reset")
    assert rpc_request.address == "127.0.0.1"


@pytest.mark.feature("AH-30")
def test_staff_send_a_link_or_are_told_that_there_is_no_address(
    browser, form_of, services
):
    client = browser(Role.PARTNER)
    address = f"/accounts/{ID}/logins/{ID}/reset-link"
    hidden = form_of(text_of(client.get("/settings/password")))
    for answer, words in (
        (Done(), "The reset link was sent."),
        (NoEmail(), NoEmail.__doc__),
    ):
        services.answer_with("accounts.send_reset_link", answer)
        client.post(address, data=hidden)
        assert words in text_of(client.get("/settings/logins"))


@pytest.fixture
def pending(services):
    """The staff's password was chosen by somebody else."""
    token = "token-of-staff"
    actor = services.roles[token]
    services.roles[token] = replace(actor, pending=Pending.PASSWORD_CHANGE)
    return services


@pytest.mark.feature("AH-30")
def test_who_must_change_the_password_finds_nothing_else(browser, form_of, pending):
    client = browser(Role.STAFF)
    for path in ("/", "/customers", "/settings"):
        assert client.get(path).location == "/settings/password"
    page = text_of(client.get("/settings/password"))
    assert "Choose a new password before you continue" in page
    assert 'href="/customers"' not in page
    hidden = form_of(page, "/sign-out")
    assert client.post("/sign-out", data=hidden).location == "/sign-in"


@pytest.mark.feature("AH-30")
def test_the_api_refuses_it_with_a_code(api, pending):
    answer = api("GET", "/customers", Role.STAFF)
    assert (answer.status_code, answer.get_json()["code"]) == (
        403,
        "password_change_required",
    )
    assert api("GET", "/me", Role.STAFF).get_json()["pending"] == "password_change"
