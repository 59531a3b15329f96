"""Pages about messages: the log, one message, how mail leaves, a customer's own."""

import re
from datetime import timedelta

import pytest
from answers import sent, text_of, visible_text

from lineup.context import Role
from lineup.contracts.notifications import (
    DeliveryState,
    DeliveryView,
    MessageKind,
    TransportState,
    TransportView,
)
from lineup.contracts.paging import Page
from lineup.errors import Invalid, NotFound

ID = "019d0000-0000-7000-8000-000000000001"


def test_the_log_asks_for_what_the_address_says(browser, services):
    client = browser(Role.PARTNER)

    client.get(
        "/deliveries?state=failed&template=credentials&search=ana"
        f"&created_from=2026-03-01&created_until=2026-03-02&customer_id={ID}"
        "&order=-receiver"
    )

    [(_, rpc_request)] = services.calls_of("notifications.list_deliveries")
    assert rpc_request.state is DeliveryState.FAILED
    assert rpc_request.template is MessageKind.CREDENTIALS
    assert (rpc_request.search, str(rpc_request.customer_id)) == ("ana", ID)
    assert rpc_request.created_until - rpc_request.created_from == timedelta(days=2)
    assert rpc_request.paging.order == "-receiver"


def test_the_newest_message_comes_first_unless_asked_otherwise(browser, services):
    browser(Role.PARTNER).get("/deliveries")

    [(_, rpc_request)] = services.calls_of("notifications.list_deliveries")
    assert rpc_request.paging.order == "-created_at"


def failed(sample, **overrides):
    fields = {
        "state": DeliveryState.FAILED,
        "is_resendable": True,
        "subject": "Your TV",
        "receiver": "ana@example.org",
        "sender": "Example TV <tv@example.net>",
        "body": "Password: ••••••••\n<b>Hello</b>",
        "answer": "451 try later",
        "tries": 5,
    }
    return sample(DeliveryView, **{**fields, **overrides})


def test_a_message_is_shown_as_it_was_read_and_how_it_went(browser, services, sample):
    services.answer_with("notifications.get_delivery", failed(sample))

    answer = browser(Role.PARTNER).get(f"/deliveries/{ID}")

    words = visible_text(answer)
    assert "From Example TV <tv@example.net> To ana@example.org" in words
    assert "451 try later" in words
    assert "&lt;b&gt;Hello&lt;/b&gt;" in text_of(answer)
    assert f"/deliveries/{ID}/send-again" in text_of(answer)


def test_support_reads_a_message_and_cannot_send_it(browser, services, sample):
    services.answer_with("notifications.get_delivery", failed(sample))

    assert "send-again" not in text_of(browser(Role.SUPPORT).get(f"/deliveries/{ID}"))


@pytest.mark.parametrize("is_due_soon", [True, False])
def test_a_waiting_message_is_looked_at_again_only_while_it_is_due_soon(
    browser, services, sample, is_due_soon
):
    waiting = failed(sample, state=DeliveryState.QUEUED, is_due_soon=is_due_soon)
    services.answer_with("notifications.get_delivery", waiting)

    page = text_of(browser(Role.PARTNER).get(f"/deliveries/{ID}"))

    assert ('hx-trigger="load delay:2s"' in page) is is_due_soon


def test_a_test_message_leads_to_its_own_page(browser, form_of, services):
    client = browser(Role.PARTNER)

    answer = sent(client, form_of, "/mail-transport/test", receiver="me@example.org")

    assert answer.location == f"/deliveries/{ID}"
    [(context, rpc_request)] = services.calls_of("notifications.send_test")
    assert rpc_request.receiver == "me@example.org"
    assert context.idempotency_key


def test_a_refused_test_tells_at_the_field(browser, form_of, services):
    refusal = Invalid(fields={"receiver": ["Not a mail address."]})
    services.answer_with("notifications.send_test", refusal)

    fields = {"receiver": "me@example.org"}
    answer = sent(browser(Role.PARTNER), form_of, "/mail-transport/test", **fields)

    assert answer.status_code == 422
    assert 'id="receiver-errors"><li>Not a mail address.' in text_of(answer)


def test_the_way_mail_leaves_is_kept_with_its_password_sealed(
    browser, form_of, services, app
):
    from gateway.app_context import app_context_of

    services.answer_with("notifications.get_transport", NotFound())
    fields = {
        "sender_name": "Example TV",
        "sender_address": "tv@example.net",
        "host": "mail.example.net",
        "port": "587",
        "security": "starttls",
        "username": "tv",
        "password": "hush",
    }
    client = browser(Role.PARTNER)
    assert "default mail server" in visible_text(client.get("/mail-transport")).replace(
        "&#39;", "'"
    )

    answer = sent(client, form_of, "/mail-transport", **fields)

    assert answer.location == "/mail-transport"
    [(_, rpc_request)] = services.calls_of("notifications.save_transport")
    assert (rpc_request.host, rpc_request.port, rpc_request.security) == (
        "mail.example.net",
        587,
        "starttls",
    )
    assert app_context_of(app).keyring.open(rpc_request.password) == "hush"


def test_a_kept_password_is_never_in_the_page(browser, services, sample):
    services.answer_with(
        "notifications.get_transport",
        sample(TransportView, security="tls", has_password=True),
    )

    page = text_of(browser(Role.PARTNER).get("/mail-transport"))

    assert re.search(r'<input[^>]*name="password"[^>]*>', page)
    assert not re.search(r'<input[^>]*name="password"[^>]*value="[^"]', page)


def test_a_mail_server_that_fails_is_shown_with_the_reason(browser, services, sample):
    kept = sample(
        TransportView,
        host="mail.example.net",
        security="tls",
        state=TransportState.FAILING,
        problem="No mail server answered there.",
    )
    services.answer_with("notifications.get_transport", kept)

    words = visible_text(browser(Role.PARTNER).get("/mail-transport"))

    assert "Status Failing" in words
    assert "No mail server answered there." in words


def test_a_customer_reads_its_own_messages(browser, services, sample):
    services.answer_with("notifications.list_deliveries", Page(items=[failed(sample)]))
    services.answer_with("notifications.get_delivery", failed(sample))
    client = browser(Role.CUSTOMER)

    listed, shown = client.get("/my/messages"), client.get(f"/my/messages/{ID}")

    assert f'href="/my/messages/{ID}"' in text_of(listed)
    assert "451 try later" not in text_of(shown)
    assert "Password: ••••••••" in text_of(shown)


def test_a_customers_page_has_its_messages(browser, services, sample):
    services.answer_with("notifications.list_deliveries", Page(items=[failed(sample)]))

    answer = browser(Role.PARTNER).get(f"/customers/{ID}/messages?state=failed")

    [(_, rpc_request)] = services.calls_of("notifications.list_deliveries")
    assert (str(rpc_request.customer_id), rpc_request.state) == (
        ID,
        DeliveryState.FAILED,
    )
    assert f'href="/deliveries/{ID}"' in text_of(answer)


def test_without_notifications_a_customers_page_says_so_alone(browser, services):
    services.silent.add("notifications")

    answer = browser(Role.PARTNER).get(f"/customers/{ID}/messages")

    assert answer.status_code == 200
    assert "The messages cannot be shown right now" in visible_text(answer)
    assert f'href="/customers/{ID}"' in text_of(answer)
