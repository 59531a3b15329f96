"""Of an erased customer notifications keeps no message."""

from types import SimpleNamespace

import pytest

from lineup import broker
from lineup.bus.dead_letters import counted, queues_of
from lineup.bus.retries import dead_letter_queue
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.erasure import CustomerErasureRequested, number_of
from lineup.contracts.accounts.tree import Status
from lineup.database.records import OUTBOX
from lineup.ids import new_id
from lineup.scope import ROOT, below
from lineup.testing.leftovers import found_in
from notifications.deliveries.operations import Message, queue
from notifications.erasure.operations import ERASING
from notifications.people.operations import upsert_customers
from notifications.service import NotificationsService

from .conftest import CUSTOMER, PARTNER

SCOPE = below(below(ROOT, PARTNER), CUSTOMER)
NEIGHBOUR = new_id()


def says(version, customer_id=CUSTOMER, **details):
    facts = {
        "first_name": "Quintessa",
        "last_name": "Zwanenburg",
        "email": "quintessa@zwanenburg.example",
        "status": Status.ACTIVE,
    }
    return CustomerChanged(
        id=customer_id,
        version=version,
        partner_id=PARTNER,
        scope=below(below(ROOT, PARTNER), customer_id),
        mobile="",
        **(facts | details),
    )


def tell(work, keyring, customer_id=CUSTOMER):
    message = Message(
        cause_id=new_id(),
        template="test",
        values={"partner": "North"},
        receiver="quintessa@zwanenburg.example",
        partner_id=PARTNER,
        customer_id=customer_id,
        scope=below(below(ROOT, PARTNER), customer_id),
    )
    queue(work, keyring, message)


def go_on(database):
    for _ in range(20):
        with database.transaction() as work:
            if not ERASING.do_some(work):
                return


def confirmations(database):
    with database.transaction() as work:
        rows = work.session.execute(OUTBOX.select().order_by(OUTBOX.c.seq)).all()
    return [row for row in rows if row.type == "notifications_erased"]


@pytest.mark.feature("CU-39")
def test_no_message_to_an_erased_customer_is_left(database, keyring, clock):
    with database.transaction() as work:
        upsert_customers(work, [says(1), says(1, NEIGHBOUR, first_name="Olga")])
        tell(work, keyring)
        tell(work, keyring, NEIGHBOUR)
    asked = CustomerErasureRequested(
        id=CUSTOMER, version=1, scope=SCOPE, partner_id=PARTNER, email=""
    )
    with database.transaction() as work:
        ERASING.receive(work, asked)
    go_on(database)
    assert confirmations(database) == []
    assert found_in(database.engine, CUSTOMER.hex)["delivery"] == 1

    nobody = {"first_name": "", "last_name": number_of(CUSTOMER), "email": ""}
    with database.transaction() as work:
        upsert_customers(work, [says(2, **nobody, status=Status.DELETED)])
        upsert_customers(work, [says(1)])
    clock.forward(minutes=1)
    go_on(database)

    left = found_in(database.engine, CUSTOMER.hex)
    assert left == {"customer_copy": 1, "erasures": 1}
    assert found_in(database.engine, "Quintessa") == {}
    assert found_in(database.engine, NEIGHBOUR.hex)["delivery"] == 1
    assert len(confirmations(database)) == 1


@pytest.fixture
def dead_letters(vhosts):
    """A queue of this service, and where messages lie aside that it could not take."""
    uri = vhosts.fresh()
    queue, *_ = queues_of(NotificationsService)
    connection = broker.connect(uri, name="tests")
    channel = connection.channel()
    name = dead_letter_queue(queue)
    channel.queue_declare(name, durable=True, auto_delete=False)
    yield SimpleNamespace(
        uri=uri,
        put=lambda body: channel.basic_publish(broker.message(body), "", name),
        count=lambda: counted(uri, [queue])[0].messages,
    )
    broker.close(connection)


@pytest.mark.feature("CU-39")
def test_what_lies_aside_of_an_erased_customer_is_dropped_when_nothing_needs_it(
    database, clock, dead_letters
):
    service = NotificationsService()
    service.database = database
    service.settings = SimpleNamespace(amqp_uri=dead_letters.uri)
    for one in (CUSTOMER, NEIGHBOUR):
        dead_letters.put(f'{{"state": {{"id": "{one}"}}}}'.encode())
    with database.transaction() as work:
        upsert_customers(work, [says(1)])
        ERASING.request(work, CUSTOMER, SCOPE, version=1)
    go_on(database)
    service.forget_dead_letters()
    assert dead_letters.count() == 2

    with database.transaction() as work:
        upsert_customers(work, [says(2, status=Status.DELETED)])
    clock.forward(minutes=1)
    go_on(database)
    service.forget_dead_letters()
    assert dead_letters.count() == 1


@pytest.mark.feature("CU-39")
def test_what_comes_late_is_swept_up(database, keyring, clock):
    with database.transaction() as work:
        ERASING.request(work, CUSTOMER, SCOPE, version=1)
    go_on(database)
    with database.transaction() as work:
        tell(work, keyring)
    clock.forward(minutes=16)
    go_on(database)
    assert "delivery" not in found_in(database.engine, CUSTOMER.hex)
