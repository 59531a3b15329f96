import asyncio
import threading
from email import message_from_bytes, policy
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from lineup.clock import SetClock
from lineup.context import Actor, Call, Context, Role
from lineup.database import Database
from lineup.scope import ROOT, below
from lineup.secrets import Keyring, make_key
from lineup.testing.ports import free_port
from notifications.settings import NotificationsSettings

PARTNER = UUID("0198f000-0000-7000-8000-000000000001")
NEIGHBOUR = UUID("0198f000-0000-7000-8000-000000000002")
SETTINGS = NotificationsSettings(
    amqp_uri="", database_uri="", lineup_secret_keys="", allow_private_sources=True
)
CUSTOMER = UUID("0198f000-0000-7000-8000-0000000000c1")


def actor_of(partner_id, role=Role.PARTNER):
    return Actor(role=role, scopes=(below(ROOT, partner_id),), partner_id=partner_id)


def call(request, actor=None, key=None):
    context = Context(actor=actor or actor_of(PARTNER), idempotency_key=key)
    return Call(name="test", request=request, context=context)


@pytest.fixture
def keyring():
    return Keyring([make_key()])


@pytest.fixture
def database(fresh_database, clock: SetClock):
    uri = fresh_database("notifications").replace("://", "+psycopg2://", 1)
    engine = create_engine(uri, poolclass=NullPool)
    yield Database(engine, clock)
    engine.dispose()


class Postbox:
    """A real SMTP server's handler: keeps mails, answers as it is told."""

    def __init__(self):
        self.mails = []
        self.answers = {}
        self.taking = lambda: None
        self.taken = threading.Event()
        """Set by the first mail."""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append(mail)
        self.taken.set()
        await asyncio.to_thread(self.taking)
        return "250 taken"


@pytest.fixture
def postbox():
    handler = Postbox()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()
