"""The mail catcher keeps what is sent and shows it as Mailpit does."""

import smtplib
from email.message import EmailMessage

import pytest
import requests

from lineup.testing.ports import free_port
from lineup_local.mail import MailCatcher
from lineup_local.mailbox import Mail, Mailbox


def a_mail(subject="Welcome", text="Your playlist is ready.\n") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Lineup <no-reply@example.com>"
    message["To"] = "Ana <ana@example.com>, bo@example.com"
    message["Subject"] = subject
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    return message


@pytest.fixture(scope="module")
def catcher():
    smtp, http = free_port(), free_port()
    with MailCatcher(smtp, http) as running:
        yield running


@pytest.fixture(autouse=True)
def emptied(catcher):
    catcher.mailbox.clear()


@pytest.fixture
def send(catcher):
    def send(message):
        with smtplib.SMTP("127.0.0.1", catcher.smtp_port, timeout=10) as smtp:
            smtp.send_message(message)

    return send


@pytest.fixture
def get(catcher):
    def get(path):
        return requests.get(f"http://127.0.0.1:{catcher.http_port}{path}", timeout=10)

    return get


def test_the_newest_mail_is_listed_first_with_its_addresses(send, get):
    send(a_mail("First"))
    send(a_mail("Grüße"))

    listed = get("/api/v1/messages").json()

    assert listed["total"] == listed["messages_count"] == 2
    newest = listed["messages"][0]
    assert [mail["Subject"] for mail in listed["messages"]] == ["Grüße", "First"]
    assert newest["From"] == {"Name": "Lineup", "Address": "no-reply@example.com"}
    assert newest["To"] == [
        {"Name": "Ana", "Address": "ana@example.com"},
        {"Name": "", "Address": "bo@example.com"},
    ]
    assert newest["Snippet"] == "Your playlist is ready."


def test_a_list_is_paged(send, get):
    for number in range(3):
        send(a_mail(str(number)))

    page = get("/api/v1/messages?start=1&limit=1").json()

    assert [mail["Subject"] for mail in page["messages"]] == ["1"]
    assert (page["start"], page["count"], page["total"]) == (1, 1, 3)


def test_one_mail_is_shown_whole_by_its_id_or_as_the_latest(send, get):
    send(a_mail())
    mail_id = get("/api/v1/messages").json()["messages"][0]["ID"]

    mail = get(f"/api/v1/message/{mail_id}").json()

    assert mail == get("/api/v1/message/latest").json()
    assert mail["Text"].strip() == "Your playlist is ready."
    assert "<p>" in mail["HTML"]


def test_the_latest_text_is_plain(send, get):
    send(a_mail(text="Pin: 4711\n"))

    answer = get("/view/latest.txt")

    assert answer.text.strip() == "Pin: 4711"
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_an_empty_box_has_no_latest_mail(get):
    assert get("/view/latest.txt").status_code == 404
    assert get("/api/v1/message/nothing").status_code == 404


def test_deleting_forgets_all(send, get, catcher):
    send(a_mail())
    url = f"http://127.0.0.1:{catcher.http_port}/api/v1/messages"

    assert requests.delete(url, timeout=10).ok

    assert get("/api/v1/messages").json()["messages"] == []


def test_the_oldest_mail_makes_room(clock):
    box = Mailbox(kept=2)
    for number in "123":
        box.add(
            Mail(id=number, received_at=clock.now(), sender="", content=b"Subject: x")
        )
    assert [mail.id for mail in box.mails()] == ["3", "2"]
