"""Where mails go."""

import pytest

from notifications.transports.addresses import address_of
from notifications.transports.routes import MailServer, sender_from, server_from


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:1025", MailServer("127.0.0.1", 1025)),
        ("smtp://mail.example.org", MailServer("mail.example.org", 25)),
        (
            "smtps://me:p%40ss@mail.example.org",
            MailServer("mail.example.org", 465, "tls", "me", "p@ss"),
        ),
        (
            "smtp+starttls://mail.example.org",
            MailServer("mail.example.org", 587, "starttls"),
        ),
    ],
)
def test_an_address_names_server_security_and_login(url, server):
    assert server_from(url) == server


def test_another_scheme_is_refused():
    with pytest.raises(ValueError, match="SMTP_URL"):
        server_from("http://mail.example.org")


def test_a_server_never_prints_its_password():
    assert "hush" not in repr(MailServer("h", 25, "none", "me", "hush"))


def test_a_sender_has_a_name_and_an_address():
    sender = sender_from("Example TV <tv@example.org>")

    assert (sender.display_name, sender.addr_spec) == ("Example TV", "tv@example.org")


def test_the_installations_sender_is_read_as_a_partners_is():
    sender = sender_from("TV <tv@müller.example>")

    assert sender == address_of("tv@müller.example", "TV")
    assert sender.domain == "xn--mller-kva.example"


@pytest.mark.parametrize("text", ["", "TV", "TV <tv>", "TV <tv@-.example>"])
def test_a_sender_without_an_address_is_refused(text):
    with pytest.raises(ValueError, match="MAIL_SENDER"):
        sender_from(text)
