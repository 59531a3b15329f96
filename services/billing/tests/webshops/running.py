"""Billing as a process of its own, a shop that posts to it, and accounts' side."""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
import requests
from sqlalchemy import create_engine, func, select
from sqlalchemy.pool import NullPool

from billing.webshops.models import ShopDelivery
from billing.webshops.signature import signature_of
from lineup import broker
from lineup.clock import SystemClock
from lineup.context import SYSTEM, Actor, Call, Context
from lineup.contracts.billing.orders import ListOrders
from lineup.contracts.billing.shops import (
    ConnectShop,
    ListShops,
    ShopKind,
)
from lineup.contracts.paging import MAX_LIMIT, Paging
from lineup.database import Database
from lineup.events import envelope, exchange_of
from lineup.rpc import RpcClient
from lineup.secrets import Keyring, make_key
from lineup.testing.ports import free_port

from .conftest import SECRET

PATIENCE_SECONDS = 90
START_SECONDS = 120
"""A loaded machine takes long to import a service."""
ALL = Paging(limit=MAX_LIMIT)


def wait_for(happened, seconds=PATIENCE_SECONDS):
    """Look until it happened; what it gave, or a failure after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = happened()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"It did not happen in {seconds} s.")


@dataclass
class Running:
    """One copy of the service on its own database and virtual host."""

    database_uri: str
    amqp_uri: str
    log: object
    key: str = field(default_factory=make_key)
    probe_port: int = field(default_factory=free_port)
    web_port: int = field(default_factory=free_port)

    def __enter__(self):
        environment = {
            **{
                name: os.environ[name]
                for name in ("PATH", "HOME")
                if name in os.environ
            },
            "AMQP_URI": self.amqp_uri,
            "DATABASE_URI": self.database_uri,
            "LINEUP_SECRET_KEYS": self.key,
            "PROBE_PORT": str(self.probe_port),
            "WEBHOOK_ADDRESS": f"127.0.0.1:{self.web_port}",
        }
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lineup.bus.run", "billing"],
                env=environment,
                stdout=out,
                stderr=out,
            )
        self.keyring = Keyring([self.key])
        engine = create_engine(
            self.database_uri.replace("://", "+psycopg2://", 1), poolclass=NullPool
        )
        self.database = Database(engine, SystemClock())
        self.calls = RpcClient(self.amqp_uri)
        wait_for(self.is_ready, START_SECONDS)
        return self

    def __exit__(self, *_):
        self.calls.close()
        self.process.terminate()
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
            self.process.wait(10)

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(self.log.read_text())
        try:
            url = f"http://127.0.0.1:{self.probe_port}/readyz"
            return requests.get(url, timeout=2).ok
        except (requests.ConnectionError, requests.Timeout):
            return False

    # The partner

    def connect(self, actor: Actor, kind=ShopKind.WOOCOMMERCE, **changes):
        request = {
            "kind": kind,
            "name": "Shop",
            "secret": self.keyring.seal(SECRET),
            "currency": "EUR",
            "shop_domain": "demo.myshopify.com",
        } | changes
        if kind == ShopKind.WOOCOMMERCE:
            request["shop_domain"] = ""
        return self.calls.ask(Context(actor=actor), ConnectShop(**request), timeout=10)

    def orders(self, actor, shop):
        request = ListOrders(shop_id=shop.id, paging=ALL)
        return self.calls.ask(Context(actor=actor), request, timeout=10).items

    def shop(self, actor, shop):
        found = self.calls.ask(Context(actor=actor), ListShops(), timeout=10)
        return next(each for each in found.items if each.id == shop.id)

    # The shop

    def post(self, path, body, headers=None, *, method="POST", timeout=10):
        url = f"http://127.0.0.1:{self.web_port}{path}"
        return requests.request(
            method, url, data=body, headers=headers, timeout=timeout
        )

    def dial(self):
        """A connection to where shops deliver."""
        return socket.create_connection(("127.0.0.1", self.web_port), timeout=15)

    def raw(self, path, headers, body):
        """Post bytes that no client would send; the answer's bytes."""
        lines = b"".join(b"%s: %s\r\n" % (n.encode(), v) for n, v in headers.items())
        with self.dial() as connection:
            connection.sendall(b"POST %s HTTP/1.1\r\n" % path.encode())
            connection.sendall(lines + b"\r\n" + body)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def woo(
        self, shop, payload, *, secret=SECRET, delivery="d1", topic="order.updated"
    ):
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        headers = {
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": "https://shop.example/",
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Signature": signature_of(body, secret),
            "X-WC-Webhook-Delivery-ID": delivery,
        }
        return self.post(shop.webhook_path, body, headers)

    def shopify(self, shop, payload, *, topic="orders/paid", secret=SECRET):
        body = json.dumps(payload).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": signature_of(body, secret),
            "X-Shopify-Shop-Domain": "demo.myshopify.com",
            "X-Shopify-Webhook-Id": "w1",
        }
        return self.post(shop.webhook_path, body, headers)

    def delivery_count(self, shop):
        with self.database.transaction() as work:
            counted = select(func.count()).select_from(ShopDelivery)
            return work.session.scalar(counted.where(ShopDelivery.shop_id == shop.id))

    def is_worked_on(self, shop):
        """Whether each delivery of a shop is done or parked."""
        with self.database.transaction() as work:
            states = select(ShopDelivery.state).where(ShopDelivery.shop_id == shop.id)
            return set(work.session.scalars(states)) <= {"done", "parked"}

    def ask(self, actor, operation, request):
        call = Call(name="test", request=request, context=Context(actor=actor))
        return self.database.run_idempotent(call, operation)


class RunningForShops(Running):
    """Billing as a process, and shops that deliver again while they are told to."""

    def post(self, path, body, headers=None, **how):
        post_once = super().post

        def post_again():
            answer = post_once(path, body, headers, **how)
            return None if "Retry-After" in answer.headers else (answer,)

        return wait_for(post_again)[0]

    def raw(self, path, headers, body):
        send_once = super().raw

        def send_again():
            answer = send_once(path, headers, body)
            return None if b"\r\nRetry-After: " in answer else answer

        return wait_for(send_again)


class Ear:
    """Hears an event that billing announces, and says what accounts would."""

    def __init__(self, uri, source, event_type):
        self._connection = broker.connect(uri, name="tests")
        self._channel = self._connection.channel()
        exchange = exchange_of(source)
        self._channel.exchange_declare(
            exchange, "topic", durable=True, auto_delete=False
        )
        self._queue = self._channel.queue_declare("", exclusive=True).queue
        self._channel.queue_bind(self._queue, exchange, event_type)

    def hear(self, contract, wanted: UUID):
        """The state of the event about one aggregate."""

        def heard():
            message = self._channel.basic_get(self._queue, no_ack=True)
            if message is None:
                return None
            state = msgspec.convert(
                msgspec.json.decode(message.body)["state"], contract
            )
            return state if state.id == wanted else None

        return wait_for(heard)

    def say(self, state):
        wrapped = envelope(state, SystemClock().now(), Context(actor=SYSTEM))
        content = broker.message(msgspec.json.encode(wrapped), delivery_mode=2)
        broker.publish(
            self._channel, exchange_of(wrapped.source), wrapped.type, content
        )

    def close(self):
        broker.close(self._connection)
