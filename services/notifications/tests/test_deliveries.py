"""From an event to a mail in a real server's hands, and what the log says of it."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from functools import partial
from importlib.resources import files

import pytest
from sqlalchemy import func, select

from lineup.context import Context, Event, Role
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.resets import ResetLinkIssued
from lineup.contracts.accounts.tree import AccountChanged, AccountKind, Status
from lineup.contracts.accounts.users import CredentialsIssued, PlayerCredentials
from lineup.contracts.billing.documents import ReceiptIssued
from lineup.contracts.billing.subscriptions import RenewalBlocked, RenewalFellShort
from lineup.contracts.notifications import (
    CountDeliveries,
    DeliveryCounts,
    DeliveryState,
    GetDelivery,
    GetTransport,
    ListDeliveries,
    MessageKind,
    SaveTransport,
    SendAgain,
    SendTest,
)
from lineup.contracts.notifications.refusals import NotFailed
from lineup.contracts.paging import Paging
from lineup.errors import Invalid, NotFound
from lineup.events import event_id
from lineup.ids import new_id
from lineup.money import Money
from lineup.scope import ROOT, below
from lineup.testing.statements import holder, statements_of
from notifications.announcements import operations as announcements
from notifications.deliveries import operations as deliveries
from notifications.deliveries.connections import ConnectionPool
from notifications.deliveries.mailer import NO_ADDRESS, Limits
from notifications.deliveries.models import Delivery
from notifications.deliveries.queues import claim_next
from notifications.deliveries.sender import Sender
from notifications.people.operations import upsert_accounts
from notifications.transports import operations as transports
from notifications.transports.routes import MailRoute, MailServer

from .conftest import SETTINGS

CUSTOMER_SCOPE = below(below(ROOT, PARTNER := new_id()), CUSTOMER := new_id())
NEIGHBOUR = new_id()
LIMITS = Limits(wait_seconds=20, mail_seconds=60, allow_private=True)


def actor(partner_id=PARTNER, role=Role.PARTNER):
    from lineup.context import Actor

    return Actor(role=role, scopes=(below(ROOT, partner_id),), partner_id=partner_id)


def ask(database, operation, request, who=None):
    from lineup.context import Call

    context = Context(actor=who or actor())
    return database.run_idempotent(
        Call(name="t", request=request, context=context), operation
    )


def event_of(state, clock):
    return Event(
        id=event_id(state.event_type, state.id, state.version),
        type=state.event_type,
        occurred_at=clock.now(),
        state=state,
        consumer="notifications.test",
        context=Context(),
    )


def credentials(keyring, email="ana@example.org", **changed):
    fields = {
        "id": new_id(),
        "version": 1,
        "partner_id": PARTNER,
        "scope": CUSTOMER_SCOPE,
        "customer_id": CUSTOMER,
        "first_name": "Ana",
        "last_name": "Ruiz",
        "email": email,
        "username": "ana77",
        "password": keyring.seal("s3cret-login"),
        "public_url": "https://tv.example.net",
        "users": [
            PlayerCredentials(
                user_id=new_id(),
                name="TV",
                username="u1",
                password=keyring.seal("s3cret-player"),
                token="t1",
            )
        ],
    }
    return CredentialsIssued(**{**fields, **changed})


@pytest.fixture
def handler(database, keyring, clock):
    def tell_state(state):
        operation = partial(announcements.queue_credentials, keyring=keyring)
        database.handle_events_once([event_of(state, clock)], operation)

    return tell_state


@pytest.fixture
def sender(database, keyring, postbox):
    default = MailRoute(
        MailServer("127.0.0.1", postbox.port),
        Address("Lineup", addr_spec="l@example.org"),
    )
    return Sender(database, keyring, default, LIMITS, ConnectionPool(2))


def log(database, who=None, **narrowed):
    page = ask(database, deliveries.list_deliveries, ListDeliveries(**narrowed), who)
    return page.items


@pytest.mark.feature("WS-09")
def test_credentials_reach_the_customer_with_their_secrets(
    handler, sender, postbox, keyring
):
    handler(credentials(keyring))

    assert sender.send_due() == 1
    mail = postbox.mails[0]
    assert mail["To"] == "ana@example.org"
    assert "s3cret-player" in mail.get_content()
    assert "s3cret-login" in mail.get_content()


@pytest.mark.feature("AH-30")
def test_a_reset_link_is_sent_and_stands_in_no_log(
    database, sender, postbox, keyring, clock
):
    state = ResetLinkIssued(
        id=new_id(),
        version=1,
        partner_id=PARTNER,
        customer_id=None,
        scope=CUSTOMER_SCOPE,
        email="staff@example.org",
        username="helper",
        public_url="https://tv.example.net",
        token=keyring.seal("one-time-code"),
    )
    with database.transaction() as work:
        announcements.queue_reset_links(work, [event_of(state, clock)], keyring)

    sender.send_due()

    [mail] = postbox.mails
    assert mail["To"] == "staff@example.org"
    link = "https://tv.example.net/reset-password#one-time-code"
    assert link in mail.get_content()
    [line] = log(database)
    assert "one-time-code" not in line.body
    assert "helper" in line.body


@pytest.mark.feature("NO-28")
def test_the_log_has_dots_and_nothing_sent_keeps_its_secret(
    handler, sender, database, keyring
):
    handler(credentials(keyring))
    sender.send_due()

    (line,) = log(database)
    assert line.state == DeliveryState.SENT
    assert "s3cret" not in line.body
    with database.transaction() as work:
        assert work.session.scalar(select(Delivery.sealed_body)) is None


def test_an_event_given_five_times_is_one_mail(handler, sender, postbox, keyring):
    state = credentials(keyring)
    for _ in range(5):
        handler(state)
    sender.send_due()

    assert len(postbox.mails) == 1


def test_a_dead_mail_server_delays_and_never_loses(
    handler, database, keyring, clock, sender, postbox
):
    nowhere = MailRoute(
        MailServer("127.0.0.1", 1), Address("L", addr_spec="l@example.org")
    )
    dead = Sender(database, keyring, nowhere, LIMITS, ConnectionPool(2))
    handler(credentials(keyring))

    dead.send_due()
    (line,) = log(database)
    assert (line.state, line.tries) == (DeliveryState.QUEUED, 1)
    assert (line.next_try_at - clock.now()).total_seconds() == 60
    assert "Connection refused" in line.answer

    clock.forward(minutes=1)
    sender.send_due()
    assert [line.state for line in log(database)] == [DeliveryState.SENT]
    assert len(postbox.mails) == 1


@pytest.mark.feature("NO-13")
def test_after_the_fifth_failure_it_is_given_up_and_can_be_sent_again(
    handler, database, keyring, clock, sender, postbox
):
    nowhere = MailRoute(
        MailServer("127.0.0.1", 1), Address("L", addr_spec="l@example.org")
    )
    dead = Sender(database, keyring, nowhere, LIMITS, ConnectionPool(2))
    handler(credentials(keyring))
    for minutes in (0, 1, 5, 30, 120):
        clock.forward(minutes=minutes)
        assert dead.send_due() == 1
    (line,) = log(database)
    assert (line.state, line.tries) == (DeliveryState.FAILED, 5)

    ask(database, deliveries.send_again, SendAgain(delivery_id=line.id))
    sender.send_due()
    assert len(postbox.mails) == 1
    with pytest.raises(NotFailed):
        ask(database, deliveries.send_again, SendAgain(delivery_id=line.id))


@pytest.mark.feature("NO-13")
def test_a_receiver_refused_for_good_bounces_and_the_others_go(
    handler, database, keyring, sender, postbox
):
    postbox.answers["gone@example.org"] = "550 no such mailbox"
    handler(credentials(keyring, email="gone@example.org"))
    handler(credentials(keyring, email="here@example.org"))
    sender.send_due()

    assert {line.receiver: line.state for line in log(database)} == {
        "gone@example.org": DeliveryState.BOUNCED,
        "here@example.org": DeliveryState.SENT,
    }
    assert [line.is_resendable for line in log(database)] == [False, True]
    (bounced,) = log(database, state=DeliveryState.BOUNCED)
    assert bounced.answer == "550 no such mailbox"


def test_a_busy_receiver_is_tried_again_later(
    handler, database, keyring, sender, postbox
):
    postbox.answers["busy@example.org"] = "451 try later"
    handler(credentials(keyring, email="busy@example.org"))
    sender.send_due()

    (line,) = log(database)
    assert (line.state, line.answer) == (DeliveryState.QUEUED, "451 try later")


def test_every_try_carries_the_same_message_id(
    handler, database, keyring, clock, sender, postbox
):
    handler(credentials(keyring))
    with database.transaction() as work:
        claim_next(work, PARTNER)
    assert sender.send_due() == 0, "a leased message is another sender's"

    clock.forward(minutes=2)
    sender.send_due()
    (line,) = log(database)
    assert postbox.mails[0]["Message-ID"] == f"<{line.id.hex}@example.org>"


def test_a_message_in_hand_and_one_tried_within_minutes_are_due_soon(
    handler, database, keyring, clock, sender, postbox
):
    postbox.answers["busy@example.org"] = "451 try later"
    handler(credentials(keyring, email="busy@example.org"))
    queued = log(database)[0].is_due_soon
    with database.transaction() as work:
        claim_next(work, PARTNER)
    in_hand = log(database)[0].is_due_soon
    assert (queued, in_hand) == (True, True)

    clock.forward(minutes=2)
    soon = []
    for minutes in (1, 5, 30):
        sender.send_due()
        soon.append(log(database)[0].is_due_soon)
        clock.forward(minutes=minutes)
    assert soon == [True, False, False]


def test_what_is_not_tried_any_more_is_not_due_soon(
    handler, database, keyring, sender, postbox
):
    postbox.answers["gone@example.org"] = "550 no such mailbox"
    handler(credentials(keyring, email="gone@example.org"))
    handler(credentials(keyring, email="here@example.org"))
    sender.send_due()

    assert [line.is_due_soon for line in log(database)] == [False, False]


def test_what_waits_behind_a_slow_mail_is_not_sent_twice(
    handler, database, keyring, clock, sender, postbox
):
    for number in range(3):
        handler(credentials(keyring, email=f"{number}@example.org"))
    others = []

    def slowly():
        clock.forward(seconds=90)
        others.append(sender.send_due())

    postbox.taking = slowly
    sender.send_due()

    assert others == [0, 0, 0]
    assert sorted(mail["To"] for mail in postbox.mails) == [
        f"{number}@example.org" for number in range(3)
    ]


def test_credentials_go_before_notices(handler, database, keyring, clock):
    shortfall(database, keyring, clock)
    handler(credentials(keyring))

    with database.transaction() as work:
        claimed = [claim_next(work, PARTNER).template for _ in range(2)]
    assert claimed == ["credentials", "renewal_fell_short"]


def shortfall(database, keyring, clock, **customer):
    state = RenewalFellShort(
        id=new_id(),
        version=1,
        partner_id=PARTNER,
        scope=CUSTOMER_SCOPE,
        customer_id=CUSTOMER,
        user_id=new_id(),
        subscription_id=new_id(),
        product_name="Family",
        ends_at=clock.now(),
        price=Money.of("10.00 EUR"),
        balance=Money.of("5.00 EUR"),
        missing=Money.of("5.00 EUR"),
    )
    handler = partial(announcements.queue_shortfalls, keyring=keyring)
    with pytest.raises(announcements.CustomerUnknown):
        database.handle_events_once([event_of(state, clock)], handler)
    follow(database, clock, customer_of(**customer))
    database.handle_events_once([event_of(state, clock)], handler)


@pytest.mark.feature("WL-20")
def test_a_payment_has_a_receipt_by_mail_with_amount_date_and_reference(
    database, keyring, clock, sender, postbox
):
    follow(database, clock, customer_of())
    state = ReceiptIssued(
        id=new_id(),
        version=1,
        partner_id=PARTNER,
        scope=CUSTOMER_SCOPE,
        customer_id=CUSTOMER,
        number="R-2026-000042",
        amount=Money.of("20.00 EUR"),
        paid_at=datetime(2026, 6, 30, 22, 30, tzinfo=UTC),
        time_zone="Europe/Paris",
        reference="bank 4711",
    )
    handler = partial(announcements.queue_receipts, keyring=keyring)
    for _ in range(2):
        database.handle_events_once([event_of(state, clock)], handler)
    sender.send_due()

    [mail] = postbox.mails
    text = mail.get_content()
    assert mail["Subject"] == "Receipt R-2026-000042: 20.00 EUR"
    assert "20.00 EUR on 01 July 2026 00:30 (CEST)" in text
    assert "Reference: bank 4711" in text
    [logged] = log(database)
    assert (logged.template, logged.state) == ("receipt", DeliveryState.SENT)


SELLER_SCOPE = below(below(ROOT, PARTNER), SELLER := new_id())


def credits_short(database, keyring, clock, product="Family"):
    """A customer's renewal lacks its seller's Credits; nothing is known of either."""
    state = RenewalFellShort(
        id=new_id(),
        version=1,
        partner_id=PARTNER,
        scope=below(SELLER_SCOPE, CUSTOMER),
        customer_id=CUSTOMER,
        user_id=new_id(),
        subscription_id=new_id(),
        product_name=product,
        ends_at=clock.now(),
        price=Money.of("10 CREDIT"),
        balance=Money.of("5 CREDIT"),
        missing=Money.of("5 CREDIT"),
        seller_id=SELLER,
    )
    handler = partial(announcements.queue_shortfalls, keyring=keyring)
    for _ in range(2):
        database.handle_events_once([event_of(state, clock)], handler)


@pytest.mark.feature("SU-04")
def test_a_seller_whose_credits_fall_short_is_told_once_a_day_and_no_customer(
    database, keyring, clock, sender, postbox
):
    credits_short(database, keyring, clock)
    seller = AccountChanged(
        id=SELLER,
        version=1,
        kind=AccountKind.DEALER,
        name="Stall",
        scope=SELLER_SCOPE,
        partner_id=PARTNER,
        parent_id=PARTNER,
        email="stall@example.org",
        currency="EUR",
        time_zone="UTC",
        public_url="",
        status=Status.ACTIVE,
    )
    database.apply_copies([event_of(seller, clock)], upsert_accounts)
    for product in ("Sport", "Family"):
        credits_short(database, keyring, clock, product)
    sender.send_due()

    [mail] = postbox.mails
    assert "stall@example.org" in mail["To"]
    text = mail.get_content()
    assert "Hello Stall," in text
    assert '"Sport"' in text
    assert "costs 10 Credits and you have 5 Credits left" in text

    clock.forward(days=1)
    credits_short(database, keyring, clock)
    sender.send_due()
    assert len(postbox.mails) == 2


@pytest.mark.feature("SU-04")
def test_a_shortfall_names_price_balance_and_what_is_missing(
    database, keyring, clock, sender, postbox
):
    shortfall(database, keyring, clock)
    sender.send_due()

    text = postbox.mails[0].get_content()
    assert "costs 10.00 EUR" in text
    assert "5.00 EUR is missing" in text


def test_a_plan_that_is_sold_no_longer_is_named_to_whom_it_does_not_renew(
    database, keyring, clock, sender, postbox
):
    state = RenewalBlocked(
        id=new_id(),
        version=1,
        partner_id=PARTNER,
        scope=CUSTOMER_SCOPE,
        customer_id=CUSTOMER,
        user_id=new_id(),
        subscription_id=new_id(),
        product_name="Family",
        plan_name="Month",
        ends_at=clock.now(),
        reason="plan_retired",
    )
    follow(database, clock, customer_of())
    handler = partial(announcements.queue_blocked, keyring=keyring)
    for _ in range(2):
        database.handle_events_once([event_of(state, clock)], handler)
    sender.send_due()

    (mail,) = postbox.mails
    assert mail["Subject"] == "Your subscription was not renewed"
    assert 'plan "Month" is no longer available' in mail.get_content()


def test_a_neighbour_sees_neither_log_nor_line(handler, database, keyring):
    handler(credentials(keyring))
    (line,) = log(database)

    assert log(database, actor(NEIGHBOUR)) == []
    for operation, request in (
        (deliveries.get_delivery, GetDelivery(delivery_id=line.id)),
        (deliveries.send_again, SendAgain(delivery_id=line.id)),
    ):
        with pytest.raises(NotFound):
            ask(database, operation, request, actor(NEIGHBOUR))


def customer_of(scope=CUSTOMER_SCOPE, version=1, status=Status.ACTIVE, **overrides):
    fields = {
        "id": CUSTOMER,
        "version": version,
        "partner_id": PARTNER,
        "scope": scope,
        "first_name": "Ana",
        "last_name": "Ruiz",
        "email": "ana@example.org",
        "mobile": "",
        "status": status,
    }
    return CustomerChanged(**{**fields, **overrides})


def follow(database, clock, state):
    database.apply_copies([event_of(state, clock)], deliveries.follow_customers)


def test_a_moved_customers_messages_are_its_new_sellers(
    handler, database, keyring, clock
):
    old, new = new_id(), new_id()
    lies = {
        seller: below(below(below(ROOT, PARTNER), seller), CUSTOMER)
        for seller in (old, new)
    }
    sees = {
        seller: actor_of_scope(below(below(ROOT, PARTNER), seller))
        for seller in (old, new)
    }
    follow(database, clock, customer_of(lies[old]))
    handler(credentials(keyring, scope=lies[old]))
    assert len(log(database, sees[old])) == 1

    follow(database, clock, customer_of(lies[new], version=2))
    follow(database, clock, customer_of(lies[old], version=1))
    handler(credentials(keyring, scope=lies[old]))

    assert log(database, sees[old]) == []
    assert len(log(database, sees[new])) == 2


def actor_of_scope(scope, role=Role.DEALER):
    from lineup.context import Actor

    return Actor(role=role, scopes=(scope,), partner_id=PARTNER)


def test_a_deleted_customer_is_written_to_no_more(
    handler, database, keyring, clock, sender, postbox
):
    postbox.answers["gone@example.org"] = "550 no such mailbox"
    handler(credentials(keyring))
    handler(credentials(keyring, email="gone@example.org"))
    sender.send_due()
    handler(credentials(keyring))
    follow(database, clock, customer_of(version=1))

    follow(database, clock, customer_of(version=2, status=Status.DELETED))

    assert sender.send_due() == 0
    assert [line.state for line in log(database)] == [
        DeliveryState.DROPPED,
        DeliveryState.DROPPED,
        DeliveryState.SENT,
    ]
    with database.transaction() as work:
        sealed = work.session.scalars(select(Delivery.sealed_body)).all()
    assert sealed == [None] * 3, "nothing keeps a secret of a deleted customer"
    for dropped in log(database, state=DeliveryState.DROPPED):
        with pytest.raises(NotFailed):
            ask(database, deliveries.send_again, SendAgain(delivery_id=dropped.id))


def test_who_is_deleted_while_its_mail_is_handed_over_stays_dropped(
    handler, database, keyring, clock, sender, postbox
):
    follow(database, clock, customer_of(version=1))
    handler(credentials(keyring))
    postbox.taking = lambda: follow(
        database, clock, customer_of(version=2, status=Status.DELETED)
    )

    sender.send_due()

    [line] = log(database)
    assert (line.state, line.tries) == (DeliveryState.DROPPED, 0)


LONG = 600
"""Seconds that no machine takes for it, however slow."""
BUDGETS = {
    "queueing": (4, "the inbox, partners, customers and the log once, for all of them"),
    "a mail": (2, "what became of it, and the lease of the next"),
}


def test_messages_are_queued_together_and_sent_by_few_statements(
    database, keyring, clock, sender, postbox, monkeypatch
):
    for limit in (
        "sender.RUN_SECONDS",
        "serving.BATCH_SECONDS",
        "serving.SLOW_SECONDS",
    ):
        monkeypatch.setattr(f"notifications.deliveries.{limit}", LONG)
    held = holder(database.engine, BUDGETS)
    follow(database, clock, customer_of())
    handler = partial(announcements.queue_credentials, keyring=keyring)
    taken = {}
    for count in (1, 20, 21):
        events = [event_of(credentials(keyring), clock) for _ in range(count)]
        held("queueing", partial(database.handle_events_once, events, handler))
        with statements_of(database.engine) as taken[count]:
            sender.run(rests=False)

    assert len(postbox.mails) == 42
    assert len(taken[21]) - len(taken[20]) == BUDGETS["a mail"][0]


@pytest.mark.parametrize("gone", [Status.TRASHED, Status.DELETED])
def test_who_was_deleted_before_its_credentials_came_is_sent_nothing(
    handler, database, keyring, clock, sender, gone
):
    follow(database, clock, customer_of(version=2, status=gone))
    follow(database, clock, customer_of(version=1))

    handler(credentials(keyring))

    assert sender.send_due() == 0
    [line] = log(database)
    assert line.state == DeliveryState.DROPPED


def test_an_address_that_is_none_stands_in_the_log_and_is_not_tried(
    handler, database, keyring, sender
):
    handler(credentials(keyring, email="a@b.example\r\nBcc: x@y.example"))

    assert sender.send_due() == 0
    [line] = log(database)
    assert (line.state, line.answer) == (DeliveryState.FAILED, NO_ADDRESS)


def test_who_has_no_address_is_told_nothing_of_a_shortfall(database, keyring, clock):
    shortfall(database, keyring, clock, email="")

    assert log(database) == []


def test_a_customer_reads_its_own_messages_and_no_others(handler, database, keyring):
    other = new_id()
    handler(credentials(keyring))
    handler(
        credentials(
            keyring, scope=below(below(ROOT, PARTNER), other), customer_id=other
        )
    )

    (line,) = log(database, actor_of_scope(CUSTOMER_SCOPE, Role.CUSTOMER))
    assert line.customer_id == CUSTOMER


@pytest.fixture
def a_mixed_log(handler, database, keyring, clock, sender, postbox):
    """Ana's sent, Ben's bounced and, a day later, Cem's waiting; a test besides."""
    for name in ("ana", "ben"):
        handler(credentials(keyring, email=f"{name}@example.org", customer_id=new_id()))
    postbox.answers["ben@example.org"] = "550 no such mailbox"
    sender.send_due()
    clock.forward(days=1)
    handler(credentials(keyring, email="cem@example.org", customer_id=new_id()))
    send = partial(announcements.send_test, keyring=keyring)
    ask(database, send, SendTest(receiver="dan@example.net"))
    return clock.now()


@pytest.mark.feature("RP-12")
@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({}, "dan cem ben ana"),
        ({"state": DeliveryState.BOUNCED}, "ben"),
        ({"template": MessageKind.TEST}, "dan"),
        ({"search": "EXAMPLE.NET"}, "dan"),
        ({"search": "your tv with"}, "cem ben ana"),
        ({"search": "%"}, ""),
        ({"customer_id": new_id()}, ""),
        ({"created_from": 0}, "dan cem"),
        ({"created_until": 0}, "ben ana"),
        ({"created_from": -1, "created_until": 0}, "ben ana"),
    ],
)
def test_the_log_is_narrowed_and_counted_alike(a_mixed_log, database, narrowed, found):
    for bound in {"created_from", "created_until"} & set(narrowed):
        narrowed = {**narrowed, bound: a_mixed_log + timedelta(days=narrowed[bound])}
    request = ListDeliveries(paging=Paging(count_up_to=100), **narrowed)

    page = ask(database, deliveries.list_deliveries, request)
    assert " ".join(line.receiver.split("@")[0] for line in page.items) == found
    assert page.total == len(page.items)

    wanted = narrowed.pop("state", None)
    counts = ask(database, deliveries.count_deliveries, CountDeliveries(**narrowed))
    for state in DeliveryState:
        if wanted in {None, state}:
            listed = [line for line in page.items if line.state == state]
            assert getattr(counts, state.value) == len(listed)


@pytest.mark.parametrize("order", sorted(deliveries.ORDERS))
def test_the_log_stands_in_any_order_it_offers_both_ways(a_mixed_log, database, order):
    def listed(order, **paging):
        request = ListDeliveries(paging=Paging(order=order, **paging))
        return ask(database, deliveries.list_deliveries, request)

    rising = listed(order).items
    values = [getattr(line, order) for line in rising]
    assert values == sorted(values)
    assert listed(f"-{order}").items == rising[::-1]
    first = listed(order, limit=3)
    assert first.items + listed(order, after=first.next_after).items == rising
    assert listed(order, limit=3, before=rising[3].id).items == rising[:3]


def test_a_neighbours_log_is_neither_listed_nor_counted(a_mixed_log, database):
    counts = ask(
        database, deliveries.count_deliveries, CountDeliveries(), actor(NEIGHBOUR)
    )
    assert counts == DeliveryCounts()


def test_the_log_says_whom_a_message_was_from(handler, database, keyring, sender):
    handler(credentials(keyring))
    assert log(database)[0].sender == ""
    sender.send_due()

    assert log(database)[0].sender == "Lineup <l@example.org>"


def test_every_kind_of_message_has_a_text_and_every_text_a_kind():
    texts = files("notifications.templates") / "texts"
    assert {text.name for text in texts.iterdir()} == {
        f"{kind.value}.txt" for kind in MessageKind
    }


def test_every_state_is_counted():
    assert {field.name for field in fields(DeliveryCounts)} == set(DeliveryState)


def test_the_log_comes_in_pages(handler, database, keyring):
    for n in range(5):
        handler(credentials(keyring, email=f"n{n}@example.org"))

    request = ListDeliveries(paging=Paging(limit=2))
    seen = []
    while True:
        page = ask(database, deliveries.list_deliveries, request)
        seen += [line.receiver for line in page.items]
        if page.next_after is None:
            break
        request = ListDeliveries(paging=Paging(limit=2, after=page.next_after))
    assert seen == [f"n{n}@example.org" for n in (4, 3, 2, 1, 0)]


SAVE = partial(transports.save_transport, settings=SETTINGS)
TRANSPORT = SaveTransport(sender_address="tv@example.net", sender_name="Example TV")


@pytest.mark.feature("NO-06")
def test_mail_leaves_with_the_partners_sender_and_server(
    handler, database, keyring, postbox
):
    nowhere = MailRoute(
        MailServer("127.0.0.1", 1), Address("L", addr_spec="l@example.org")
    )
    sender = Sender(database, keyring, nowhere, LIMITS, ConnectionPool(2))
    own = SaveTransport(
        sender_address="tv@example.net",
        sender_name="Example TV",
        host="127.0.0.1",
        port=postbox.port,
    )
    ask(database, SAVE, own)
    database.apply_copies([event_of(a_partner(), database.clock)], upsert_accounts)
    send = partial(announcements.send_test, keyring=keyring)
    ask(database, send, SendTest(receiver="me@example.org"))
    sender.send_due()

    assert postbox.mails[0]["From"] == "Example TV <tv@example.net>"
    assert postbox.mails[0]["Subject"] == "Test message from Example TV"


def a_partner():
    return AccountChanged(
        id=PARTNER,
        version=1,
        kind=AccountKind.PARTNER,
        name="Example TV",
        scope=below(ROOT, PARTNER),
        partner_id=PARTNER,
        parent_id=None,
        email="",
        currency="EUR",
        time_zone="UTC",
        public_url="",
        status=Status.ACTIVE,
    )


@pytest.mark.feature("OP-12")
def test_a_transports_password_is_kept_sealed_and_never_shown(database, keyring):
    sealed = keyring.seal("hush")
    request = SaveTransport(
        sender_address="a@b.example", sender_name="", username="u", password=sealed
    )
    shown = ask(database, SAVE, request)

    assert shown.has_password
    unchanged = SaveTransport(
        sender_address="a@b.example", sender_name="New", username="u"
    )
    assert ask(database, SAVE, unchanged).has_password


def test_every_impossible_field_of_a_transport_is_named(database):
    wrong = SaveTransport(
        sender_address="nobody",
        sender_name="two\nlines",
        port=70000,
        security="magic",
    )
    with pytest.raises(Invalid) as refused:
        ask(database, SAVE, wrong)

    assert set(refused.value.fields) == {
        "sender_address",
        "sender_name",
        "port",
        "security",
    }


def test_a_neighbours_transport_cannot_be_seen_set_or_used(database, keyring):
    ask(database, SAVE, TRANSPORT)
    send = partial(announcements.send_test, keyring=keyring)
    for operation, request in (
        (transports.get_transport, GetTransport(partner_id=PARTNER)),
        (
            SAVE,
            SaveTransport(
                sender_address="x@y.example", sender_name="", partner_id=PARTNER
            ),
        ),
        (send, SendTest(receiver="a@b.example", partner_id=PARTNER)),
    ):
        with pytest.raises(NotFound):
            ask(database, operation, request, actor(NEIGHBOUR))
    with database.transaction() as work:
        assert work.session.scalar(select(func.count()).select_from(Delivery)) == 0
