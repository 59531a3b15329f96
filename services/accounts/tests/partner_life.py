"""A partner's or a reseller's life by the clock, for tests of what comes in it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from accounts.links.requests import accept_request, send_request
from accounts.logins.identity import identify
from accounts.logins.models import Login, Session
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.membership.operations import create_customer
from accounts.packages.models import Partnership
from accounts.packages.operations import create_partner_package
from accounts.partners import following
from accounts.partners.ending import confirm
from accounts.partners.finding import get_partnership
from accounts.partners.payments import (
    book_payment,
    receive_payment,
)
from accounts.partners.registration import (
    begin_trial,
    register_partner,
)
from accounts.partners.unmatched import list_unmatched
from accounts.sellers.operations import create_staff
from accounts.tree.models import Account
from accounts.tree.operations import get_account
from lineup.context import NOBODY, SYSTEM, Actor, Context, Role
from lineup.contracts.accounts.logins import CreateStaff
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.partner_packages import Audience, CreatePartnerPackage
from lineup.contracts.accounts.partnerships import (
    BookPartnerPayment,
    GetPartnership,
    RegisterPartner,
)
from lineup.contracts.accounts.reseller_links import AcceptLinkRequest, SendLinkRequest
from lineup.contracts.accounts.sessions import Identify, SessionKind, SignIn
from lineup.contracts.accounts.tree import AccountKind, GetAccount, LoginDetails
from lineup.contracts.accounts.unmatched_payments import (
    ListUnmatchedPayments,
)
from lineup.contracts.billing.partners import PartnerPaymentReceived
from lineup.ids import new_id
from lineup.money import Money

from .conftest import PASSWORD, a_person, actor_at, call

MARCH = datetime(2032, 3, 1, 10, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def march(day, hour=10, minute=1):
    return datetime(2032, 3, day, hour, minute, tzinfo=UTC)


def april(day, hour=10, minute=1):
    return datetime(2032, 4, day, hour, minute, tzinfo=UTC)


ROLES = {
    AccountKind.PARTNER: Role.PARTNER,
    AccountKind.RESELLER_COMPANY: Role.RESELLER_COMPANY,
}


class Life:
    """One partner, or reseller, that registers on 1 March at 10:01, and the platform
    above it.
    """

    def __init__(self, kind, database, clock, tree, dependencies, announced):
        self.kind, self.link = kind, None
        self.database, self.clock, self.tree = database, clock, tree
        self.dependencies, self.announced = dependencies, announced
        clock.set(MARCH)
        self.small = self.package("Small", "20.00 EUR", most_customers=2)
        self.large = self.package("Large", "50.00 EUR")

    @property
    def keyring(self):
        return self.dependencies.keyring

    def ask(self, operation, request, actor=None, **dependencies):
        context = Context(actor=actor or self.tree.operator)
        with self.database.transaction(context) as work:
            return operation(work, request, **dependencies)

    def package(self, name, price, **terms):
        is_partner = self.kind is AccountKind.PARTNER
        audience = Audience.PARTNERS if is_partner else Audience.RESELLERS
        terms = {"offered_to": audience} | terms
        request = CreatePartnerPackage(name=name, price=Money.of(price), **terms)
        return self.ask(create_partner_package, request)

    def register(self, **fields):
        given = {
            "package_id": self.small.id,
            "company": "Nordlicht TV",
            "company_number": "NL 1234.56",
            "contact": "Eva Sommer",
            "email": "eva@nordlicht.example",
            "country": "NL",
        }
        registered = register_partner(
            self.database,
            call(RegisterPartner(**(given | fields))),
            dependencies=self.dependencies,
        )
        self.id = UUID(self.announced("partner_credentials_issued")[-1].id)
        return registered

    def begin(self, **fields):
        """Register, and have the credentials arrive at once."""
        self.register(**fields)
        self.deliver()
        return self

    def deliver(self):
        with self.database.transaction() as work:
            partnership = work.session.get(Partnership, self.id)
            begin_trial(work, partnership, work.now)

    def at(self, instant):
        """Let time pass up to an instant, as a service sees it that is always there."""
        due = select(func.min(Partnership.due_at))
        for _ in range(100):
            with self.database.transaction() as work:
                due_at = work.session.scalar(due) or instant
            self.jump(max(self.clock.now(), min(due_at, instant)))
            if due_at >= instant:
                return self
        raise AssertionError("Something is due again and again.")

    def jump(self, instant):
        """Be away until then."""
        self.clock.set(instant)
        following.follow_the_clock(self.database, self.keyring)

    @property
    def now(self):
        return self.ask(get_partnership, GetPartnership(partner_id=self.id))

    def notices(self):
        """What the partner was told, and when."""
        return [
            (one.kind, datetime.fromisoformat(one.at))
            for one in self.announced("partner_notified")
        ]

    def pay(self, reference="4711"):
        request = BookPartnerPayment(partner_id=self.id, reference=reference)
        return self.ask(book_payment, request, keyring=self.keyring)

    def receive(self, reference, **fields):
        """Hear from billing of a payment."""
        given = {"id": new_id(), "version": 1, "partner_id": self.id} | fields
        received = PartnerPaymentReceived(reference=reference, **given)
        self.ask(receive_payment, received, actor=SYSTEM, keyring=self.keyring)
        return received

    def unmatched(self, *, is_handled=False):
        request = ListUnmatchedPayments(is_handled=is_handled)
        return self.ask(list_unmatched, request).items

    @property
    def actor(self):
        with self.database.transaction() as work:
            account = work.session.get_one(Account, self.id)
            return Actor(
                role=ROLES[self.kind],
                scopes=(account.scope,),
                account_id=self.id,
                partner_id=self.id,
                name=account.username,
            )

    def customer(self, email="anna@tv.example"):
        request = CreateCustomer(person=a_person(email=email), user_name="Kids")
        return self.ask(
            create_customer, request, self.seller, dependencies=self.dependencies
        )

    @property
    def seller(self):
        """Who sells: a partner itself, a reseller at the partner it is linked to."""
        if self.kind is AccountKind.PARTNER:
            return self.actor
        if self.link is None:
            self.link = self.linked()
        return self.link

    def linked(self, partner=None):
        """The reseller at a partner, which has accepted its request."""
        partner = partner or self.tree.partner
        send = SendLinkRequest(partner_id=partner.account_id)
        sent = self.ask(send_request, send, self.actor)
        accept = AcceptLinkRequest(request_id=sent.id)
        link_id = self.ask(accept_request, accept, partner).link_id
        wanted = GetAccount(account_id=link_id)
        return actor_at(self.ask(get_account, wanted, partner), Role.RESELLER)

    def session(self, account_id=None):
        """The token of somebody who is signed in."""
        token = new_id().hex
        with self.database.transaction() as work:
            login = work.session.scalar(
                select(Login).where(Login.account_id == (account_id or self.id))
            )
            kind = SessionKind.TOKEN
            work.session.add(Session.begin(login.id, kind, token, work.now))
        return token

    def enter(self, username):
        """Sign in with the usual password."""
        request = call(SignIn(username=username, password=PASSWORD), NOBODY)
        return sign_in(self.database, request, is_right=is_right, keyring=self.keyring)

    def who(self, token, link_id=None):
        return self.ask(identify, Identify(token=token, link_id=link_id))

    def clerk(self, username):
        """One more login of its own."""
        login = LoginDetails(username=username, password=PASSWORD)
        request = CreateStaff(account_id=self.id, role=ROLES[self.kind], login=login)
        return self.ask(
            create_staff, request, self.actor, dependencies=self.dependencies
        )

    def confirm_all(self, *events):
        version = self.announced("partner_purge_requested")[-1].version
        for event in events:
            with self.database.transaction() as work:
                confirm(work, event(id=self.id, version=version))
