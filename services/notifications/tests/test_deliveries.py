"""From an event to a mail in a real server's hands, and what the log says of it."""

from email.headerregistry import Address
from functools import partial

import pytest
from sqlalchemy import func, select

from lineup.context import Context, Event, Role
from lineup.contracts.accounts import (
    AccountChanged,
    AccountKind,
    CredentialsIssued,
    CustomerChanged,
    PlayerCredentials,
    Status,
)
from lineup.contracts.billing import RenewalFellShort
from lineup.contracts.notifications import (
    DeliveryState,
    GetDelivery,
    GetTransport,
    ListDeliveries,
    SaveTransport,
    SendAgain,
    SendTest,
)
from lineup.contracts.paging import Paging
from lineup.errors import Invalid, NotFound
from lineup.events import event_id
from lineup.ids import new_id
from lineup.money import Money
from lineup.scope import ROOT, below
from notifications.announcements import operations as announcements
from notifications.deliveries import operations as deliveries
from notifications.deliveries.models import Delivery, NotFailed
from notifications.deliveries.sender import Sender
from notifications.people.operations import keep_account, keep_customer
from notifications.transports import operations as transports
from notifications.transports.routes import Route, Server

CUSTOMER_SCOPE = below(below(ROOT, PARTNER := new_id()), CUSTOMER := new_id())
NEIGHBOUR = new_id()


def actor(partner_id=PARTNER, role=Role.PARTNER):
    from lineup.context import Actor

    return Actor(role=role, scopes=(below(ROOT, partner_id),), partner_id=partner_id)


def ask(database, operation, request, who=None):
    from lineup.context import Call

    context = Context(actor=who or actor())
    return database.once(Call(name="t", request=request, context=context), operation)


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
def tell(database, keyring, clock):
    def tell_state(state):
        operation = partial(announcements.tell_credentials, keyring=keyring)
        database.consume(event_of(state, clock), operation)

    return tell_state


@pytest.fixture
def sender(database, keyring, postbox):
    default = Route(
        Server("127.0.0.1", postbox.port), Address("Lineup", addr_spec="l@example.org")
    )
    return Sender(database, keyring, default, timeout_seconds=2)


def log(database, who=None, **narrowed):
    page = ask(database, deliveries.list_deliveries, ListDeliveries(**narrowed), who)
    return page.items


def test_credentials_reach_the_customer_with_their_secrets(
    tell, sender, postbox, keyring
):
    tell(credentials(keyring))

    assert sender.send_due() == 1
    mail = postbox.mails[0]
    assert mail["To"] == "ana@example.org"
    assert "s3cret-player" in mail.get_content()
    assert "s3cret-login" in mail.get_content()


def test_the_log_has_dots_and_nothing_sent_keeps_its_secret(
    tell, sender, database, keyring
):
    tell(credentials(keyring))
    sender.send_due()

    (line,) = log(database)
    assert line.state == DeliveryState.SENT
    assert "s3cret" not in line.body
    with database.transaction() as work:
        assert work.session.scalar(select(Delivery.sealed_body)) is None


def test_an_event_given_five_times_is_one_mail(tell, sender, postbox, keyring):
    state = credentials(keyring)
    for _ in range(5):
        tell(state)
    sender.send_due()

    assert len(postbox.mails) == 1


def test_a_dead_mail_server_delays_and_never_loses(
    tell, database, keyring, clock, sender, postbox
):
    nowhere = Route(Server("127.0.0.1", 1), Address("L", addr_spec="l@example.org"))
    dead = Sender(database, keyring, nowhere, timeout_seconds=1)
    tell(credentials(keyring))

    dead.send_due()
    (line,) = log(database)
    assert (line.state, line.tries) == (DeliveryState.QUEUED, 1)
    assert (line.next_try_at - clock.now()).total_seconds() == 60
    assert "Connection refused" in line.answer

    clock.forward(minutes=1)
    sender.send_due()
    assert [line.state for line in log(database)] == [DeliveryState.SENT]
    assert len(postbox.mails) == 1


def test_after_the_fifth_failure_it_is_given_up_and_can_be_sent_again(
    tell, database, keyring, clock, sender, postbox
):
    nowhere = Route(Server("127.0.0.1", 1), Address("L", addr_spec="l@example.org"))
    dead = Sender(database, keyring, nowhere, timeout_seconds=1)
    tell(credentials(keyring))
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


def test_a_receiver_refused_for_good_bounces_and_the_others_go(
    tell, database, keyring, sender, postbox
):
    postbox.answers["gone@example.org"] = "550 no such mailbox"
    tell(credentials(keyring, email="gone@example.org"))
    tell(credentials(keyring, email="here@example.org"))
    sender.send_due()

    assert {line.receiver: line.state for line in log(database)} == {
        "gone@example.org": DeliveryState.BOUNCED,
        "here@example.org": DeliveryState.SENT,
    }
    (bounced,) = log(database, state=DeliveryState.BOUNCED)
    assert bounced.answer == "550 no such mailbox"


def test_a_busy_receiver_is_tried_again_later(tell, database, keyring, sender, postbox):
    postbox.answers["busy@example.org"] = "451 try later"
    tell(credentials(keyring, email="busy@example.org"))
    sender.send_due()

    (line,) = log(database)
    assert (line.state, line.answer) == (DeliveryState.QUEUED, "451 try later")


def test_every_try_carries_the_same_message_id(
    tell, database, keyring, clock, sender, postbox
):
    tell(credentials(keyring))
    with database.transaction() as work:
        deliveries.claim_due(work)
    assert sender.send_due() == 0, "a leased message is another sender's"

    clock.forward(minutes=10)
    sender.send_due()
    (line,) = log(database)
    assert postbox.mails[0]["Message-ID"] == f"<{line.id.hex}@example.org>"


def test_credentials_go_before_notices(tell, database, keyring, clock):
    shortfall(database, keyring, clock)
    tell(credentials(keyring))

    with database.transaction() as work:
        claimed = deliveries.claim_due(work)
    assert [d.template for d in claimed] == ["credentials", "renewal_fell_short"]


def shortfall(database, keyring, clock):
    customer = CustomerChanged(
        id=CUSTOMER,
        version=1,
        partner_id=PARTNER,
        scope=CUSTOMER_SCOPE,
        first_name="Ana",
        last_name="Ruiz",
        email="ana@example.org",
        mobile="",
        status=Status.ACTIVE,
    )
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
    tell = partial(announcements.tell_shortfall, keyring=keyring)
    with pytest.raises(announcements.CustomerUnknown):
        database.consume(event_of(state, clock), tell)
    database.keep(event_of(customer, clock), keep_customer)
    database.consume(event_of(state, clock), tell)


def test_a_shortfall_names_price_balance_and_what_is_missing(
    database, keyring, clock, sender, postbox
):
    shortfall(database, keyring, clock)
    sender.send_due()

    text = postbox.mails[0].get_content()
    assert "costs 10.00 EUR" in text
    assert "5.00 EUR is missing" in text


def test_a_neighbour_sees_neither_log_nor_line(tell, database, keyring):
    tell(credentials(keyring))
    (line,) = log(database)

    assert log(database, actor(NEIGHBOUR)) == []
    for operation, request in (
        (deliveries.get_delivery, GetDelivery(delivery_id=line.id)),
        (deliveries.send_again, SendAgain(delivery_id=line.id)),
    ):
        with pytest.raises(NotFound):
            ask(database, operation, request, actor(NEIGHBOUR))


def test_the_log_comes_in_pages(tell, database, keyring):
    for n in range(5):
        tell(credentials(keyring, email=f"n{n}@example.org"))

    request = ListDeliveries(paging=Paging(limit=2))
    seen = []
    while True:
        page = ask(database, deliveries.list_deliveries, request)
        seen += [line.receiver for line in page.items]
        if page.next_after is None:
            break
        request = ListDeliveries(paging=Paging(limit=2, after=page.next_after))
    assert seen == [f"n{n}@example.org" for n in (4, 3, 2, 1, 0)]


TRANSPORT = SaveTransport(sender_address="tv@example.net", sender_name="Example TV")


def test_mail_leaves_with_the_partners_sender_and_server(
    tell, database, keyring, postbox
):
    nowhere = Route(Server("127.0.0.1", 1), Address("L", addr_spec="l@example.org"))
    sender = Sender(database, keyring, nowhere, timeout_seconds=1)
    own = SaveTransport(
        sender_address="tv@example.net",
        sender_name="Example TV",
        host="127.0.0.1",
        port=postbox.port,
    )
    ask(database, transports.save_transport, own)
    database.keep(event_of(a_partner(), database.clock), keep_account)
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


def test_a_transports_password_is_kept_sealed_and_never_shown(database, keyring):
    sealed = keyring.seal("hush")
    request = SaveTransport(
        sender_address="a@b.example", sender_name="", username="u", password=sealed
    )
    shown = ask(database, transports.save_transport, request)

    assert shown.has_password
    unchanged = SaveTransport(
        sender_address="a@b.example", sender_name="New", username="u"
    )
    assert ask(database, transports.save_transport, unchanged).has_password


def test_every_impossible_field_of_a_transport_is_named(database):
    wrong = SaveTransport(
        sender_address="nobody",
        sender_name="two\nlines",
        port=70000,
        security="magic",
    )
    with pytest.raises(Invalid) as refused:
        ask(database, transports.save_transport, wrong)

    assert set(refused.value.fields) == {
        "sender_address",
        "sender_name",
        "port",
        "security",
    }


def test_a_neighbours_transport_cannot_be_seen_set_or_used(database, keyring):
    ask(database, transports.save_transport, TRANSPORT)
    send = partial(announcements.send_test, keyring=keyring)
    for operation, request in (
        (transports.get_transport, GetTransport(partner_id=PARTNER)),
        (
            transports.save_transport,
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
