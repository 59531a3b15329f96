"""Any verb, asked by anybody with any values, neither tells nor changes what lies
outside of the asker's scopes.
"""

from datetime import timedelta

import pytest

from lineup.blobs import BlobStore
from lineup.clock import SetClock
from lineup.context import Actor, Role
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.tree import AccountKind, Status
from lineup.contracts.playlists.channels import CreateChannel
from lineup.contracts.playlists.customer_packages import SetCustomerPackage
from lineup.contracts.playlists.guide import CreateGuideSource, FetchGuide
from lineup.contracts.playlists.jobs import ImportChannels, PreviewChannels
from lineup.contracts.playlists.packages import CreatePackage
from lineup.contracts.playlists.streams import UpdateStreamSettings
from lineup.database import Database, connect
from lineup.ids import new_id
from lineup.scope import ROOT, below
from lineup.secrets import Keyring, make_key
from lineup.testing.anybody import ask_anything, verbs_for_people
from lineup.testing.plugin import SPRING
from lineup.testing.tenancy import TenancyHarness
from lineup.testing.tenancy_rules import Rules
from playlists.channels.imports import IMPORT_JOB, PREVIEW_JOB
from playlists.channels.packages import follow_accounts
from playlists.entitlements.operations import (
    upsert_customers,
    upsert_subscriptions,
    upsert_users,
)
from playlists.rendering.access import write_due
from playlists.service import PlaylistsService
from playlists.settings import PlaylistsSettings
from playlists.worker.tools import Tools

from .conftest import a_partner, details, guide, run_jobs, upload
from .test_channel_import import playlist
from .test_entitlements import a_subscription, a_user

VERBS = verbs_for_people("playlists")
PARTNERS = range(2)
SELLERS = {AccountKind.DEALER: Role.DEALER, AccountKind.RESELLER: Role.RESELLER}
RULES = Rules(
    # Sellers see which of them their customers have.
    shown_below=frozenset({"packages"}),
    handles=frozenset({"import_id"}),
    tables_of={
        "source_id": "guide_sources",
        "preview_id": "jobs",
        "before_id": "channels",
        "after_id": "channels",
        "outside_package_id": "packages",
        "entry_id": "audit_log",
        "thing_id": "channels",
        "after": "channels",
        "before": "channels",
    },
    known={
        "search": ("", "Arena", "guide"),
        "guide_id": ("", *(f"arena.{number}.example" for number in PARTNERS)),
        "group": ("", *(f"Group number {number}" for number in PARTNERS)),
        "kind": ("", IMPORT_JOB, PREVIEW_JOB),
        "from_at": (SPRING,),
        "until_at": (SPRING + timedelta(hours=2), SPRING + timedelta(days=1)),
    },
)


class Company:
    """Fills a database with partners, what they show and to whom, and who may ask."""

    def __init__(self, tenants, tools):
        self.tenants, self.tools = tenants, tools
        self.do = tenants.do
        self.people = [
            Actor(role=role, scopes=(ROOT,), name=str(role))
            for role in (Role.OPERATOR, Role.SUPPORT)
        ]
        self.person(Role.RESELLER_COMPANY, below(ROOT, new_id()), None)

    def person(self, role, scope, partner_id):
        made = Actor(role=role, scopes=(scope,), partner_id=partner_id, name=str(role))
        self.people.append(made)
        return made

    def copy(self, follow, *states):
        with self.tenants.database.transaction() as work:
            follow(work, states)

    def upload(self, content):
        return upload(self.tools, content)

    def partner(self, number):
        id_ = new_id()
        self.copy(follow_accounts, a_partner(id_, name=f"Company number {number}"))
        scope = below(ROOT, id_)
        owner = self.person(Role.PARTNER, scope, id_)
        self.person(Role.STAFF, scope, id_)
        packages = self.content(owner, number)
        self.guides(owner, number)
        self.imports(owner, number, packages[0])
        hosts = [f"edge-{number}.tv.example"]
        self.do(owner, UpdateStreamSettings(stream_hosts=hosts))
        sellers = [self.seller(owner, kind) for kind in SELLERS]
        for parent in (scope, *sellers):
            self.customer(owner, parent, packages)
        return owner

    def content(self, owner, number):
        """Channels with a guide, with one to be proposed and without; the packages of
        them that are sold.
        """
        names = (f"Arena {number}", f"Arena Sport {number} Extra", f"Zoo Life {number}")
        made = [
            self.do(
                owner,
                CreateChannel(
                    details=details(
                        place,
                        name,
                        address=f"http://streams-{number}.example/{place}.m3u8",
                        guide_id=f"arena.{number}.example" if place == 1 else "",
                        group=f"Group number {number}",
                    )
                ),
            ).id
            for place, name in enumerate(names, start=1)
        ]
        unsold = CreatePackage(name=f"Unsold package {number}", channel_ids=made)
        self.do(owner, unsold)
        return [
            self.do(owner, CreatePackage(name=name, channel_ids=made[:2])).id
            for name in (f"Base package {number}", f"Sport package {number}")
        ]

    def guides(self, owner, number):
        """A guide of two channels, of which one is shown."""
        shown = f"arena.{number}.example", f"arena.sport.{number}"
        times = "20260302090000 +0000", "20260302120000 +0000"
        programmes = ((id_, *times, f"Match on {id_}") for id_ in shown)
        content = guide(*programmes, channels=shown)
        read = {"name": f"Uploaded guide {number}", "upload": self.upload(content)}
        self.do(owner, CreateGuideSource(**read))

    def imports(self, owner, number, package_id):
        """A playlist that was looked at before, and came in."""
        content = playlist(
            (f"Imported {number}", f"http://list-{number}.example/1", ""),
            (f"Another import {number}", "no address at all", ""),
        )
        named = {"file_name": f"list-{number}.m3u"}
        self.do(owner, PreviewChannels(upload=self.upload(content), **named))
        taken = {"upload": self.upload(content), "package_id": package_id}
        self.do(owner, ImportChannels(**taken, **named))

    def waiting(self, owner, number):
        """A source with a header that is secret, whose fetch waits.

        Nothing would be fetched: addresses of this machine are refused.
        """
        source = CreateGuideSource(
            name=f"Fetched guide {number}",
            address=f"http://127.0.0.1/guide-{number}.xml",
            headers={"Authorization": f"Bearer of {number}"},
            is_on=False,
        )
        self.do(owner, FetchGuide(source_id=self.do(owner, source).id))

    def seller(self, owner, kind):
        id_, above = new_id(), owner.scopes[0]
        said = {"kind": kind, "scope": below(above, id_), "parent_id": owner.partner_id}
        account = a_partner(id_, partner_id=owner.partner_id, **said)
        self.copy(follow_accounts, account)
        self.person(SELLERS[kind], account.scope, owner.partner_id)
        return account.scope

    def customer(self, owner, parent, packages):
        """A customer with a user who watches; one package added, one removed."""
        id_, partner_id = new_id(), owner.partner_id
        lies = {"partner_id": partner_id, "scope": below(parent, id_)}
        self.person(Role.CUSTOMER, lies["scope"], partner_id)
        named = dict.fromkeys(("first_name", "last_name", "email", "mobile"), "")
        state = CustomerChanged(
            id=id_, version=1, status=Status.ACTIVE, **named, **lies
        )
        self.copy(upsert_customers, state)
        with self.tenants.database.transaction() as work:
            words = {
                name: f"{name} {id_.hex}" for name in ("name", "username", "token")
            }
            user = a_user(work, customer_id=id_, **words, **lies)
            upsert_users(work, [user])
            bought = {"product_name": f"Product {id_.hex}", "package_ids": packages}
            ours = {"customer_id": id_, **bought, **lies}
            upsert_subscriptions(work, [a_subscription(work, user.id, **ours)])
        for package_id, is_included in zip(packages, (True, False), strict=True):
            said = {"customer_id": id_, "package_id": package_id}
            self.do(owner, SetCustomerPackage(**said, is_included=is_included))


@pytest.fixture(scope="module")
def company(databases, tmp_path_factory):
    uri = databases.fresh("playlists")
    engine = connect(uri, pool_size=4)
    service = PlaylistsService()
    service.settings = PlaylistsSettings(
        amqp_uri="",
        database_uri=uri,
        lineup_secret_keys=make_key(),
        blob_url=tmp_path_factory.mktemp("blobs").as_uri(),
    )
    service.keyring = Keyring.of(service.settings.lineup_secret_keys)
    database = Database(engine, SetClock(SPRING))
    tools = Tools(
        database=database,
        blobs=BlobStore(service.settings.blob_url),
        keyring=service.keyring,
        settings=service.settings,
        worker="this test",
    )
    made = Company(TenancyHarness(service, database, RULES), tools)
    owners = [made.partner(number) for number in PARTNERS]
    run_jobs(tools)
    for number, owner in enumerate(owners):
        made.waiting(owner, number)
    write_due(database, tools.blobs)
    made.tenants.close()
    yield made
    engine.dispose()
    databases.drop(uri)


@pytest.mark.feature("AH-01")
@pytest.mark.parametrize("name", VERBS)
def test_what_lies_outside_is_neither_told_nor_changed(name, company):
    ask_anything(company.tenants, company.people, VERBS[name])
