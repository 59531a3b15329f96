"""A partner with channels, users and subscriptions, and a look into the blob store."""

import gzip
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text

from lineup.context import Actor, Context, Role
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.tree import AccountChanged, AccountKind, Status
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.subscriptions import (
    SubscriptionChanged,
    SubscriptionState,
)
from lineup.contracts.playlists.channels import ChannelDetails, CreateChannel
from lineup.contracts.playlists.guide import CreateGuideSource
from lineup.contracts.playlists.packages import CreatePackage, SetPackageChannels
from lineup.delivery import (
    AccessFact,
    SetManifest,
    content_name,
    digest_in,
    entries_in,
    keys_of,
    manifest_name,
    shard_of_key,
    shard_of_user,
    username_name,
)
from lineup.ids import new_id
from lineup.scope import ROOT, below
from playlists.channels.packages import demo_package, follow_accounts
from playlists.editing.contents import create_package, set_package_channels
from playlists.editing.operations import create_channel
from playlists.entitlements.operations import (
    upsert_customers,
    upsert_subscriptions,
    upsert_users,
)
from playlists.guide.sources import create_guide_source
from playlists.owners import Owner
from playlists.rendering.access import write_due
from playlists.rendering.renderer import render_due
from playlists.worker.tasks import run_next

PARTNER = UUID("0198f000-0000-7000-8000-000000000001")
SCOPE = below(ROOT, PARTNER)
SELLER = UUID("0198f000-0000-7000-8000-000000000002")
SELLER_SCOPE = below(SCOPE, SELLER)
ACTOR = Actor(role=Role.PARTNER, scopes=(SCOPE,), partner_id=PARTNER)


class Platform:
    """Verbs of staff, of the services that announce, and of the worker."""

    partner_id = PARTNER

    def __init__(self, tools, clock):
        self.tools, self.clock = tools, clock
        self.database, self.blobs, self.keyring = (
            tools.database,
            tools.blobs,
            tools.keyring,
        )
        self.versions = 0

    def transaction(self):
        return self.database.transaction(Context(actor=ACTOR))

    def version(self):
        self.versions += 1
        return self.versions

    def partner(self, **fields):
        state = AccountChanged(
            **{
                "id": PARTNER,
                "version": self.version(),
                "kind": AccountKind.PARTNER,
                "name": "Blue",
                "scope": SCOPE,
                "partner_id": PARTNER,
                "parent_id": None,
                "email": "blue@example.com",
                "currency": "EUR",
                "time_zone": "UTC",
                "public_url": "",
                "status": Status.ACTIVE,
                **fields,
            }
        )
        with self.transaction() as work:
            follow_accounts(work, [state])

    def seller(self, status=Status.ACTIVE, **fields):
        """Announce the dealer below whom `below_seller` users lie."""
        state = AccountChanged(
            **{
                "id": SELLER,
                "version": self.version(),
                "kind": AccountKind.DEALER,
                "name": "Stall",
                "scope": SELLER_SCOPE,
                "partner_id": PARTNER,
                "parent_id": PARTNER,
                "email": "",
                "currency": "EUR",
                "time_zone": "UTC",
                "public_url": "",
                "status": status,
                **fields,
            }
        )
        with self.transaction() as work:
            follow_accounts(work, [state])

    def customer(self, user, **fields):
        """Announce the customer of a user."""
        state = CustomerChanged(
            **{
                "id": user and user.customer_id,
                "partner_id": PARTNER,
                "scope": user and user.scope,
                "first_name": "Anna",
                "last_name": "Blue",
                "email": "",
                "mobile": "",
                "status": Status.ACTIVE,
                **fields,
            }
        )
        with self.transaction() as work:
            upsert_customers(work, [state])

    def channel(self, number=1, name="News One", package_ids=(), **fields):
        address = fields.pop("address", f"http://edge.example/{number}/index.m3u8")
        details = ChannelDetails(number=number, name=name, address=address, **fields)
        request = CreateChannel(details=details, package_ids=list(package_ids))
        with self.transaction() as work:
            return create_channel(work, request)

    def package(self, *channels, name="Basic"):
        request = CreatePackage(name=name, channel_ids=[c.id for c in channels])
        with self.transaction() as work:
            return create_package(work, request).id

    def fill(self, package_id, *channels):
        ids = [channel.id for channel in channels]
        with self.transaction() as work:
            set_package_channels(
                work, SetPackageChannels(package_id=package_id, channel_ids=ids)
            )

    def demo(self, *channels):
        with self.transaction() as work:
            package_id = demo_package(work, Owner(PARTNER)).id
        self.fill(package_id, *channels)

    def user(self, id_=None, **fields):
        id_ = id_ or new_id()
        state = UserChanged(
            **{
                "id": id_,
                "version": self.version(),
                "customer_id": PARTNER,
                "partner_id": PARTNER,
                "scope": f"{SCOPE}{PARTNER.hex}/",
                "name": "Living room",
                "username": f"u{id_.hex[-8:]}",
                "password": self.keyring.seal("pass1234"),
                "token": f"token{id_.hex}",
                "public_url": "",
                "status": Status.ACTIVE,
                "created_at": self.clock.now() - timedelta(days=1),
                **fields,
            }
        )
        with self.transaction() as work:
            upsert_users(work, [state])
        return state

    def subscription(self, user, *package_ids, id_=None, **fields):
        now = self.clock.now()
        state = SubscriptionChanged(
            **{
                "id": id_ or new_id(),
                "version": self.version(),
                "user_id": user.id,
                "customer_id": user.customer_id,
                "partner_id": PARTNER,
                "scope": user.scope,
                "product_id": PARTNER,
                "product_name": "Basic",
                "package_ids": list(package_ids),
                "devices": 2,
                "addresses": 1,
                "is_trial": False,
                "state": SubscriptionState.RUNNING,
                "started_at": now,
                "ends_at": now + timedelta(days=30),
                "renews": True,
                **fields,
            }
        )
        with self.transaction() as work:
            upsert_subscriptions(work, [state])
        return state

    def guide(self, content):
        name = f"uploads/{new_id().hex}"
        self.blobs.write(name, content)
        request = CreateGuideSource(
            name="Guide", upload=name, is_on=True, partner_id=PARTNER
        )
        with self.transaction() as work:
            create_guide_source(work, request, keyring=self.keyring)
        while run_next(self.tools) is not None:
            pass

    def render(self):
        """Let the worker do all there is to do."""
        while write_due(self.database, self.blobs) + render_due(
            self.database, self.blobs, self.keyring
        ):
            pass

    def fact(self, user):
        return self.fact_behind(username_name(user.username))

    def fact_behind(self, key):
        """The fact that a token or user name leads to, by both of its shards."""
        shard = self.blobs.read(shard_of_key(key))
        for user in reversed(entries_in(shard, digest_in(key)) if shard else []):
            for fact in self.facts_of(UUID(user.decode())):
                if key in keys_of(fact):
                    return fact
        return None

    def facts_of(self, user_id):
        """What its shard says of a user: one fact, or none."""
        shard = self.blobs.read(shard_of_user(user_id))
        found = entries_in(shard, user_id.hex) if shard else []
        return [msgspec.json.decode(one, type=AccessFact) for one in found]

    def manifest(self, set_id):
        content = self.blobs.read(manifest_name(set_id))
        return content and msgspec.json.decode(content, type=SetManifest)

    def seen_by(self, user):
        fact = self.fact(user)
        return self.manifest(fact.set_at(self.clock.now()))

    def content(self, digest):
        return self.blobs.read(content_name(digest))

    def playlist(self, user):
        return self.content(self.seen_by(user).m3u_plus_digest).decode()

    def guide_of(self, user):
        return gzip.decompress(self.content(self.seen_by(user).guide_digest)).decode()

    def announced(self, event_type):
        with self.transaction() as work:
            rows = work.session.execute(
                text("SELECT envelope FROM outbox WHERE type = :t ORDER BY seq"),
                {"t": event_type},
            )
            return [row[0]["state"] for row in rows]


@pytest.fixture
def platform(tools, clock):
    made = Platform(tools, clock)
    made.partner()
    return made
