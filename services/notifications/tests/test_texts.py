"""What messages say."""

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from notifications.templates import texts

VALUES = {
    "partner": "Example TV",
    "first_name": "Ana",
    "public_url": "https://tv.example.net",
    "username": "ana77",
    "password": "s3cret-login",
    "users": [
        {"name": "Living room", "username": "u1", "password": "pw-one", "token": "t1"},
        {"name": "Bedroom", "username": "u2", "password": "pw-two", "token": "t2"},
    ],
}


def test_one_message_lists_every_user_with_link_and_xtream_details():
    text = texts.render("credentials", VALUES)

    assert text.subject == "Your TV with Example TV"
    for expected in (
        "https://tv.example.net/p/t1.m3u8",
        "https://tv.example.net/p/t2.m3u8",
        "pw-one",
        "pw-two",
        "s3cret-login",
        "Living room",
    ):
        assert expected in text.body


@pytest.mark.feature("NO-28")
def test_the_log_shows_dots_for_every_secret():
    masked = texts.render("credentials", VALUES).masked

    secrets = ("pw-one", "pw-two", "s3cret", "/p/t1", "/p/t2")
    assert masked.count(texts.MASK) == len(secrets)
    assert not any(secret in masked for secret in secrets)


def test_a_known_login_is_named_without_a_password():
    body = texts.render("credentials", {**VALUES, "password": ""}).body

    assert "Your account username is ana77. Your password has not changed." in body


def test_a_value_nobody_gave_is_an_error_and_not_a_gap():
    with pytest.raises(UndefinedError):
        texts.render("test", {})


def test_a_name_cannot_break_out_of_the_subject():
    subject = texts.render("test", {"partner": "A\nBcc: b@example.org"}).subject

    assert subject == "Test message from A Bcc: b@example.org"


def test_templates_run_in_a_sandbox():
    template = texts.environment(str).from_string("{{ ''.__class__.__mro__ }}")

    with pytest.raises(SecurityError):
        template.render()


@pytest.mark.feature("PL-14")
def test_a_reseller_is_told_what_it_can_do_and_what_it_loses():
    values = {
        "contact": "Eva",
        "package": "Resale",
        "trial_days": 14,
        "amount": None,
        "payment_instructions": "",
        "at": "1 May",
        "export_url": "https://tv.example.net/x",
    }
    for template, of_reseller, of_partner in (
        ("partner_credentials", "open the partner directory", "Import your channels"),
        ("partner_purge_soon", "your customers stay", "channels,\ncustomers"),
    ):
        bodies = [
            texts.render(template, VALUES | values | {"is_reseller": is_reseller}).body
            for is_reseller in (True, False)
        ]
        assert [of_reseller in body for body in bodies] == [True, False]
        assert [of_partner in body for body in bodies] == [False, True]
        before = texts.render(template, VALUES | values)
        assert before.body == bodies[1]


@pytest.mark.feature("AH-38")
def test_credentials_lead_to_where_the_business_is_known():
    address = "https://tv.example.net/sign-in?service=north-tv"
    text = texts.render("credentials", {**VALUES, "sign_in_url": address})
    assert f"Sign in:   {address}" in text.body
    assert (
        "Sign in:   https://tv.example.net\n"
        in texts.render("credentials", VALUES).body
    )
