"""One partner's mail server, settings or messages never hold up another's mail."""

import threading
import time
from dataclasses import replace
from email.headerregistry import Address
from functools import partial

import pytest
from sqlalchemy import text, update

from lineup.contracts.notifications import (
    DeliveryState,
    GetTransport,
    SaveTransport,
    TransportState,
)
from lineup.errors import Invalid
from lineup.ids import new_id
from lineup.scope import ROOT, below
from lineup.testing.ports import free_port
from lineup.testing.statements import held_to
from notifications.deliveries.connections import ConnectionPool
from notifications.deliveries.mailer import (
    FORBIDDEN,
    NO_ADDRESS,
    UNREACHABLE,
    Limits,
)
from notifications.deliveries.models import Delivery
from notifications.deliveries.operations import Message, queue
from notifications.deliveries.queues import give_up_forsaken
from notifications.deliveries.sender import Sender
from notifications.transports.models import Transport
from notifications.transports.operations import get_transport, save_transport
from notifications.transports.routes import MailRoute, MailServer

from .conftest import SETTINGS, actor_of, call
from .odd_servers import (
    OddServer,
    chatter,
    dropping,
    nonsense,
    password_prompt,
    reset,
    saying,
    silence,
    tarpit,
)

GOOD, BAD = new_id(), new_id()
LONG = 60
"""Seconds nothing here may ever need: a test that waits so long has failed."""
BREAK_LEASES_OF = """
CREATE FUNCTION break_lease() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'no lease of this row'; END $$;
CREATE TRIGGER break_lease BEFORE UPDATE ON delivery
    FOR EACH ROW WHEN (NEW.partner_id = '{partner}') EXECUTE FUNCTION break_lease();
"""


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """The pauses that hide how soon a server failed: noted, and not waited for."""
    noted = []
    monkeypatch.setattr("notifications.deliveries.smtp.sleep", noted.append)
    return noted


@pytest.fixture
def odd():
    """`odd(talk)` starts a mail server that treats people so."""
    servers = []

    def start(talk):
        servers.append(OddServer(talk))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def a_sender(database, keyring, postbox):
    """`a_sender(...)` sends by the postbox where a partner has no server of its own."""

    def make(wait=20.0, mail=LONG, port=None, connections=4):
        default = MailRoute(
            MailServer("127.0.0.1", port or postbox.port),
            Address("Lineup", addr_spec="l@example.org"),
        )
        limits = Limits(wait_seconds=wait, mail_seconds=mail, allow_private=True)
        return Sender(database, keyring, default, limits, ConnectionPool(connections))

    return make


@pytest.fixture
def queue_message(database, keyring):
    """`say(partner, receiver)` queues a message; its id."""

    def queue_message(
        partner_id, receiver="ana@example.org", urgency=1, name="Wave TV"
    ):
        message = Message(
            cause_id=new_id(),
            template="test",
            values={"partner": name},
            receiver=receiver,
            partner_id=partner_id,
            scope=below(ROOT, partner_id),
            urgency=urgency,
        )
        with database.transaction() as work:
            return queue(work, keyring, message).id

    return queue_message


@pytest.fixture
def own_server(database, keyring):
    """`own_server(partner, port)` gives a partner a mail server of its own."""

    def save(partner_id, port, password=None, **fields):
        request = SaveTransport(
            sender_address="tv@example.net",
            sender_name="Example TV",
            host="127.0.0.1",
            port=port,
            password=password and keyring.seal(password),
            username="tv" if password else "",
            **fields,
        )
        operation = partial(save_transport, settings=SETTINGS)
        database.run_idempotent(call(request, actor_of(partner_id)), operation)

    return save


@pytest.fixture
def line(database):
    def line(delivery_id):
        with database.transaction() as work:
            return work.session.get(Delivery, delivery_id).view(work.now)

    return line


def transport_of(database, partner_id):
    return database.read(call(GetTransport(), actor_of(partner_id)), get_transport)


def in_the_background(function):
    thread = threading.Thread(target=function)
    thread.start()
    return thread


def wait_for(happened):
    end = time.monotonic() + LONG
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def receivers(postbox):
    return [mail["To"] for mail in postbox.mails]


class TestSlowServers:
    def test_mail_arrives_while_others_servers_are_waited_for(
        self, odd, a_sender, own_server, queue_message, line, postbox
    ):
        servers = odd(tarpit), odd(silence), odd(tarpit)
        bad = [new_id() for _ in servers]
        for partner_id, server in zip(bad, servers, strict=True):
            own_server(partner_id, server.port)
        waiting = [queue_message(partner_id) for partner_id in bad for _ in range(3)]
        sender = a_sender(wait=LONG, mail=LONG, connections=8)
        sending = in_the_background(sender.send_due)
        for server in servers:
            assert server.came.wait(LONG)
        queue_message(GOOD, "good@example.org")

        sender.run()

        assert postbox.taken.wait(LONG)
        assert receivers(postbox) == ["good@example.org"]
        assert {line(each).tries for each in waiting} == {0}
        assert {server.at_once for server in servers} == {1}
        for server in servers:
            server.close()
        sending.join(LONG)

    def test_a_slow_server_gets_its_mail_all_the_same(
        self, odd, a_sender, own_server, queue_message, line, database
    ):
        slow = odd(tarpit)
        own_server(BAD, slow.port)
        sent = [queue_message(BAD) for _ in range(3)]
        sending = in_the_background(a_sender(wait=LONG, mail=LONG).send_due)
        assert slow.came.wait(LONG)
        assert {line(each).state for each in sent} == {DeliveryState.QUEUED}

        slow.goes_on.set()
        sending.join(LONG)

        assert {line(each).state for each in sent} == {DeliveryState.SENT}
        assert (slow.calls, slow.most_at_once) == (1, 1)
        assert transport_of(database, BAD).worked_at is not None

    def test_slow_and_unproven_servers_never_have_all_connections(
        self, odd, a_sender, own_server, queue_message, postbox
    ):
        servers = [odd(tarpit) for _ in range(6)]
        for server in servers:
            own_server(partner_id := new_id(), server.port)
            queue_message(partner_id)
        sender = a_sender(wait=LONG, mail=LONG, connections=8)
        sending = in_the_background(sender.send_due)
        wait_for(lambda: sum(server.came.is_set() for server in servers) == 3)
        queue_message(GOOD)

        sender.run()

        assert postbox.taken.wait(LONG)
        assert sum(server.at_once for server in servers) == 3
        for server in servers:
            server.close()
        sending.join(LONG)

    def test_a_mail_has_an_end_however_slowly_its_server_answers(
        self, odd, a_sender, own_server, queue_message, line
    ):
        def drip(server, connection):
            for byte in b"220 " + b"x" * 1000:
                connection.sendall(bytes([byte]))
                server.goes_on.wait(0.05)

        own_server(BAD, odd(drip).port)
        late = queue_message(BAD)

        assert a_sender(wait=LONG, mail=0.5).run() == 1

        assert line(late).tries == 1


class TestServersThatFail:
    @pytest.mark.parametrize("talk", [reset, nonsense, chatter, silence, None])
    def test_what_is_no_mail_server_is_not_told_apart(
        self, odd, a_sender, own_server, queue_message, line, talk, database
    ):
        own_server(BAD, odd(talk).port if talk else free_port())
        tried = queue_message(BAD)

        a_sender(wait=0.3).run()

        assert line(tried).answer == UNREACHABLE
        assert transport_of(database, BAD).problem == UNREACHABLE

    def test_nor_by_the_time_it_takes(
        self, odd, a_sender, own_server, queue_message, pauses
    ):
        own_server(BAD, odd(reset).port)
        queue_message(BAD)

        a_sender(wait=LONG).run()

        assert len(pauses) == 1
        assert LONG - 5 < pauses[0] <= LONG

    def test_it_is_left_alone_longer_each_time_and_forgiven_when_saved(
        self, odd, a_sender, own_server, queue_message, clock, database
    ):
        rude = odd(reset)
        own_server(BAD, rude.port)
        for _ in range(5):
            queue_message(BAD)
        sender = a_sender()
        for minutes, calls in ((0, 1), (0.9, 1), (0.2, 2), (1.8, 2), (0.3, 3), (4, 3)):
            clock.forward(minutes=minutes)
            sender.run(rests=False)
            assert rude.calls == calls
        shown = transport_of(database, BAD)
        assert shown.state == TransportState.FAILING
        assert shown.paused_until > clock.now() > shown.failing_since

        own_server(BAD, rude.port)
        assert transport_of(database, BAD).state == TransportState.UNTRIED
        sender.run(rests=False)
        assert rude.calls == 4

    def test_a_connection_that_ends_in_the_middle_blames_no_mail_after_the_first(
        self, odd, a_sender, own_server, queue_message, line, clock
    ):
        moody = odd(dropping(after=2))
        own_server(BAD, moody.port)
        sent = [queue_message(BAD) for _ in range(5)]

        assert a_sender().run() == 7

        assert [line(each).state for each in sent] == [DeliveryState.SENT] * 5
        assert [line(each).tries for each in sent] == [1] * 5
        assert moody.calls == 3

    def test_what_waited_for_days_is_given_up_with_the_reason(
        self, odd, a_sender, own_server, queue_message, line, clock, database
    ):
        own_server(BAD, odd(reset).port)
        old, others = [queue_message(BAD), queue_message(BAD)], queue_message(GOOD)
        a_sender().run()
        clock.forward(days=3, minutes=1)
        young = queue_message(BAD)

        held = held_to(database.engine, 2, "those found, and all of one server")
        with held, database.transaction() as work:
            assert give_up_forsaken(work) == 2

        assert {line(each).state for each in old} == {DeliveryState.FAILED}
        assert UNREACHABLE in line(old[1]).answer
        assert line(young).state == DeliveryState.QUEUED
        assert line(others).state == DeliveryState.SENT

    def test_a_shared_server_that_fails_holds_up_no_own_server(
        self, a_sender, own_server, queue_message, line, postbox
    ):
        own_server(GOOD, postbox.port)
        failed, arrives = queue_message(BAD), queue_message(GOOD)

        a_sender(port=free_port()).send_due()

        assert line(arrives).state == DeliveryState.SENT
        assert "Connection refused" in line(failed).answer


BAD_RECEIVERS = [
    "a@b.c\r\nBcc: x@y.z",
    "ana@example.org\u2028",
    "ana@ex\u2028ample.org",
    "ana",
    "",
    "a@b..c",
    "a@" + "x" * 70 + ".example",
    "a@b.c, d@e.f",
    "ü" * 200 + "@example.org",
    "a\tb@example.org",
]


class TestBadValues:
    @pytest.mark.parametrize("receiver", BAD_RECEIVERS)
    def test_a_receiver_that_is_none_fails_alone_and_at_once(
        self, a_sender, queue_message, line, database, postbox, receiver
    ):
        bad, good = queue_message(BAD), [queue_message(BAD), queue_message(GOOD)]
        with database.transaction() as work:
            changed = update(Delivery).where(Delivery.id == bad)
            work.session.execute(changed.values(receiver=receiver))

        a_sender().send_due()

        assert line(bad).state == DeliveryState.FAILED
        assert line(bad).answer == NO_ADDRESS
        assert {line(each).state for each in good} == {DeliveryState.SENT}
        assert len(postbox.mails) == 2

    @pytest.mark.parametrize(
        ("host", "sender_address", "sender_name"),
        [
            ("a..b", "tv@example.net", "TV"),
            ("x" * 300, "tv@example.net", "TV"),
            ("127.0.0.1\r\nEHLO", "tv@example.net", "TV"),
            ("", "tv@ex\nample.net", "TV"),
            ("", "", "TV"),
        ],
    )
    def test_settings_kept_from_before_fail_their_partner_alone(
        self,
        a_sender,
        own_server,
        queue_message,
        line,
        database,
        host,
        sender_address,
        sender_name,
    ):
        own_server(BAD, 25)
        with database.transaction() as work:
            values = {
                "host": host,
                "sender_address": sender_address,
                "sender_name": sender_name,
            }
            work.session.execute(update(Transport).values(values))
        bad, good = queue_message(BAD), queue_message(GOOD)

        a_sender().send_due()

        assert line(good).state == DeliveryState.SENT
        assert line(bad).state == DeliveryState.QUEUED
        assert "name" in line(bad).answer or "address" in line(bad).answer

    @pytest.mark.parametrize(
        "name", ["T\r\nBcc: x@y.z", "T\u2028V", "T\x00V", "T\x85V"]
    )
    def test_a_senders_name_becomes_one_line(
        self, a_sender, queue_message, database, postbox, name
    ):
        own = Transport(
            partner_id=BAD,
            scope=below(ROOT, BAD),
            sender_address="tv@bücher.example",
            sender_name=name.replace("\x00", "\x01"),
            host="",
            port=25,
            security="none",
            username="",
            password=None,
        )
        with database.transaction() as work:
            work.session.add(own)
        queue_message(BAD, name="A\u2028B\x0bC")

        a_sender().send_due()

        [mail] = postbox.mails
        assert mail["From"].addresses[0].addr_spec == "tv@xn--bcher-kva.example"
        assert mail["Subject"] == "Test message from A B C"
        assert mail["Bcc"] is None

    def test_a_password_nobody_can_read_fails_its_partner_alone(
        self, a_sender, own_server, queue_message, line, database
    ):
        own_server(BAD, 25, password="hush")
        with database.transaction() as work:
            work.session.execute(update(Transport).values(password="of another key"))
        bad, good = queue_message(BAD), queue_message(GOOD)

        a_sender().send_due()

        assert line(good).state == DeliveryState.SENT
        assert "password" in line(bad).answer

    def test_a_text_nobody_can_read_fails_alone(
        self, a_sender, queue_message, line, database
    ):
        bad, good = queue_message(BAD), queue_message(BAD)
        with database.transaction() as work:
            changed = update(Delivery).where(Delivery.id == bad)
            work.session.execute(changed.values(sealed_body="of another key"))

        a_sender().send_due()

        assert line(good).state == DeliveryState.SENT
        assert (line(bad).state, line(bad).tries) == (DeliveryState.QUEUED, 1)

    @pytest.mark.parametrize(
        "answer",
        [b"250 t\0k\xff", b"550 \0\x1b[31m\xe2\x80\xa8no", b"451 " + b"x" * 3000],
    )
    def test_an_odd_answer_is_noted_as_text(
        self, odd, a_sender, own_server, queue_message, line, answer
    ):
        own_server(BAD, odd(saying(answer)).port)
        tried = queue_message(BAD)

        a_sender().send_due()

        assert line(tried).tries == 1
        assert line(tried).answer.isprintable()


class TestPasswords:
    @pytest.mark.parametrize("mechanisms", [b"PLAIN LOGIN", b"CRAM-MD5 PLAIN"])
    def test_one_with_other_letters_is_told_in_utf_8(
        self, odd, a_sender, own_server, queue_message, line, mechanisms
    ):
        received = []
        own_server(
            BAD, odd(password_prompt(mechanisms, received)).port, password="Pässwörd→"
        )
        sent = queue_message(BAD)

        a_sender().send_due()

        assert line(sent).state == DeliveryState.SENT
        assert received == ["\0tv\0Pässwörd→".encode()]

    def test_one_that_is_refused_is_named(
        self, odd, a_sender, own_server, queue_message, line
    ):
        received = []
        own_server(
            BAD, odd(password_prompt(b"LOGIN", received)).port, password="Pässwörd"
        )
        refused, good = queue_message(BAD), queue_message(GOOD)

        a_sender().send_due()

        assert received == [b"tv", "Pässwörd".encode()]
        assert line(refused).answer == "The mail server refused the password: 535 no"
        assert line(good).state == DeliveryState.SENT


class TestPrivateNetworks:
    def test_a_partners_server_there_is_not_even_asked(
        self, odd, database, keyring, own_server, queue_message, line, postbox
    ):
        inside = odd(silence)
        own_server(BAD, inside.port)
        default = MailRoute(
            MailServer("127.0.0.1", postbox.port),
            Address("L", addr_spec="l@example.org"),
        )
        bad, good = queue_message(BAD), queue_message(GOOD)

        Sender(database, keyring, default, Limits(), ConnectionPool(2)).send_due()

        assert (line(bad).answer, inside.calls) == (FORBIDDEN, 0)
        assert line(good).state == DeliveryState.SENT

    @pytest.mark.parametrize(
        ("host", "allow_private"),
        [
            ("127.0.0.1", False),
            ("10.1.2.3", False),
            ("[::1]", False),
            ("169.254.169.254", True),
            ("fe80::1", True),
            ("a..b", True),
            ("mail.example.org:25", True),
        ],
    )
    def test_nor_can_one_be_saved(self, database, host, allow_private):
        request = SaveTransport(
            sender_address="tv@example.net", sender_name="TV", host=host
        )
        operation = partial(
            save_transport,
            settings=replace(SETTINGS, allow_private_sources=allow_private),
        )
        with pytest.raises(Invalid) as refused:
            database.run_idempotent(call(request, actor_of(BAD)), operation)
        assert list(refused.value.fields) == ["host"]


class TestTurns:
    def test_credentials_never_wait_behind_anothers_notices(
        self, a_sender, queue_message, postbox
    ):
        for number in range(30):
            queue_message(BAD, f"{number}@example.org")
        queue_message(GOOD, "buyer@example.org", urgency=0)

        a_sender(connections=1).send_due()

        assert receivers(postbox)[0] == "buyer@example.org"
        assert len(postbox.mails) == 31

    def test_partners_take_turns(self, a_sender, queue_message, postbox, monkeypatch):
        monkeypatch.setattr("notifications.deliveries.serving.BATCH_MAILS", 2)
        for number in range(6):
            queue_message(BAD, f"bad{number}@example.org")
        for number in range(3):
            queue_message(GOOD, f"good{number}@example.org")

        a_sender(connections=1).send_due()

        turns = "".join(receiver[0] for receiver in receivers(postbox))
        assert turns in ("bbggbbgbb", "ggbbgbbbb")
        assert len(postbox.mails) == 9

    def test_what_is_urgent_goes_next_though_a_turn_has_begun(
        self, a_sender, queue_message, postbox
    ):
        for number in range(3):
            queue_message(BAD, f"{number}@example.org")
        postbox.taking = lambda: (
            len(postbox.mails) == 1
            and queue_message(BAD, "urgent@example.org", urgency=0)
        )

        a_sender(connections=1).send_due()

        assert receivers(postbox)[1] == "urgent@example.org"

    def test_a_queue_that_breaks_is_put_off_alone(
        self, a_sender, queue_message, line, database, clock, monkeypatch
    ):
        monkeypatch.setattr("notifications.deliveries.sender.RUN_SECONDS", LONG)
        bad, good = queue_message(BAD, urgency=0), queue_message(GOOD)
        with database.transaction() as work:
            work.session.execute(text(BREAK_LEASES_OF.format(partner=BAD)))

        a_sender(connections=1).send_due()

        assert line(good).state == DeliveryState.SENT
        assert line(bad).state == DeliveryState.QUEUED
        with database.transaction() as work:
            work.session.execute(text("DROP FUNCTION break_lease CASCADE"))
        clock.forward(minutes=1)
        a_sender().send_due()
        assert line(bad).state == DeliveryState.SENT
