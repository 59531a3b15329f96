"""Resellers ask partners for links, sell through them, and are let go."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text, update

from accounts.jobs.operations import delete_account, move_customer
from accounts.links.ending import end_due_links
from accounts.links.links import (
    end_link,
    get_link,
    keep_link,
    list_links,
)
from accounts.links.listings import update_partner_listing
from accounts.links.models import LinkRequest
from accounts.links.requests import (
    accept_request,
    get_request,
    invite_reseller,
    list_requests,
    reject_request,
    send_request,
    withdraw_request,
)
from accounts.logins.identity import identify
from accounts.logins.models import Login, Session
from accounts.membership.operations import create_customer
from accounts.packages.limits import count_sellers
from accounts.packages.models import Partnership
from accounts.packages.operations import create_partner_package
from accounts.partners.ending import delete_partner
from accounts.partners.finding import get_partnership
from accounts.partners.payments import choose_package
from accounts.sellers.editing import update_account
from accounts.sellers.operations import create_account
from accounts.staff.api_keys import new_key, renewed_key
from accounts.tree.models import Account, ResellerLink
from accounts.tree.operations import get_account, list_accounts, set_account_state
from lineup.access import LinkEnded, PartnerLocked, PartnerUnavailable
from lineup.context import LinkStanding, Role
from lineup.contracts.accounts.api_keys import CreateApiKey, RotateApiKey
from lineup.contracts.accounts.customers import GetCustomer
from lineup.contracts.accounts.jobs import DeleteAccount, MoveCustomer
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.partner_directory import UpdatePartnerListing
from lineup.contracts.accounts.partner_packages import Audience, CreatePartnerPackage
from lineup.contracts.accounts.partnerships import (
    ChoosePackage,
    DeletePartner,
    GetPartnership,
    PartnershipState,
)
from lineup.contracts.accounts.refusals import (
    AccountInactive,
    LinkActive,
    LinkOver,
    LinkRequestNotFound,
    NotSignedIn,
    PartnerNotOffering,
    RequestClosed,
    RequestOpen,
    RequestTooSoon,
    ResellerLinkNotFound,
)
from lineup.contracts.accounts.reseller_links import (
    AcceptLinkRequest,
    EndResellerLink,
    GetLinkRequest,
    GetResellerLink,
    InviteReseller,
    KeepResellerLink,
    LinkRequestState,
    ListLinkRequests,
    ListResellerLinks,
    RejectLinkRequest,
    ResellerLinkState,
    SendLinkRequest,
    WithdrawLinkRequest,
)
from lineup.contracts.accounts.sessions import Identify, SessionKind
from lineup.contracts.accounts.tree import (
    AccountKind,
    Company,
    GetAccount,
    ListAccounts,
    SetAccountState,
    Status,
    UpdateAccount,
)
from lineup.contracts.billing.subscriptions import ListSubscriptions, Purchase
from lineup.errors import Invalid, NotFound
from lineup.money import Money
from lineup.scope import PartnerNotFound
from lineup.testing.blocking import wait_until_blocked
from lineup.verbs import verb_of

from .conftest import a_person, actor_at, an_account


class Sides:
    """Both sides of links, and what they ask."""

    def __init__(self, ask, tree, dependencies, database, clock, announced):
        self._ask, self.tree, self._dependencies = ask, tree, dependencies
        self._database, self.clock, self._announced = database, clock, announced
        self.company = self.make_company("resale")

    def make_company(self, name):
        request = an_account(
            AccountKind.RESELLER_COMPANY,
            name,
            email=f"{name}@shop.example",
            company=Company(legal_name=f"{name} Ltd"),
        )
        actor = self.tree.operator
        details = {"dependencies": self._dependencies}
        view = self._ask(actor, create_account, request, **details)
        return actor_at(view, Role.RESELLER_COMPANY)

    def send(self, partner=None, company=None, message="Hello"):
        partner_id = (partner or self.tree.partner).account_id
        request = SendLinkRequest(partner_id=partner_id, message=message)
        return self._ask(company or self.company, send_request, request)

    def answer(self, operation, request_type, one, actor=None, **details):
        request = request_type(request_id=one.id, **details)
        return self._ask(actor or self.tree.partner, operation, request)

    def accept(self, one, actor=None):
        return self.answer(accept_request, AcceptLinkRequest, one, actor)

    def reject(self, one, answer=""):
        return self.answer(reject_request, RejectLinkRequest, one, answer=answer)

    def withdraw(self, one, actor=None):
        actor = actor or self.company
        return self.answer(withdraw_request, WithdrawLinkRequest, one, actor)

    def invite(self, one):
        return self.answer(invite_reseller, InviteReseller, one)

    def link(self, partner=None):
        partner = partner or self.tree.partner
        return self.accept(self.send(partner), partner).link_id

    def end(self, link_id, actor=None, **details):
        request = EndResellerLink(link_id=link_id, **details)
        return self._ask(actor or self.tree.partner, end_link, request)

    def links(self, actor, state=None):
        return self._ask(actor, list_links, ListResellerLinks(state=state)).items

    def requests(self, actor):
        return self._ask(actor, list_requests, ListLinkRequests()).items

    def notices(self):
        """What was told: (kind, who was told)."""
        return [(one.kind, one.receiver) for one in self._announced("link_notified")]

    def who(self, link_id=None, token="token"):
        """Who the company's first login is, through a link or not."""
        with self._database.transaction() as work:
            return identify(work, Identify(token=token, link_id=link_id))

    def sign_in(self, account_id=None, token="token"):
        with self._database.transaction() as work:
            wanted = account_id or self.company.account_id
            login = work.session.query(Login).filter_by(account_id=wanted).one()
            kind = SessionKind.TOKEN
            work.session.add(Session.begin(login.id, kind, token, work.now))

    def customer(self, actor):
        request = CreateCustomer(person=a_person(email=""))
        details = {"dependencies": self._dependencies}
        return self._ask(actor, create_customer, request, **details)

    def lock(self, account_id, state=PartnershipState.LOCKED):
        with self._database.transaction() as work:
            own = Partnership.id == account_id
            work.session.execute(update(Partnership).where(own).values(state=state))

    def count_sellers(self):
        with self._database.transaction() as work:
            return count_sellers(work, self.tree.partner.account_id)


@pytest.fixture
def sides(ask, tree, dependencies, database, clock, announced):
    return Sides(ask, tree, dependencies, database, clock, announced)


class TestRequest:
    @pytest.mark.feature("AH-09")
    def test_is_open_once_for_a_pair_until_it_is_withdrawn(self, sides):
        first = sides.send()
        assert first.state is LinkRequestState.REQUESTED
        with pytest.raises(RequestOpen) as refusal:
            sides.send()
        assert refusal.value.code == "request_open"
        sides.send(sides.tree.neighbour)
        assert sides.withdraw(first).state is LinkRequestState.WITHDRAWN
        assert sides.send().id != first.id

    @pytest.mark.feature("AH-09")
    def test_of_many_at_the_same_time_one_is_open(self, sides):
        def send(_):
            try:
                return sides.send()
            except RequestOpen:
                return None

        with ThreadPoolExecutor(8) as pool:
            made = [one for one in pool.map(send, range(8)) if one]
        assert len(made) == 1

    def test_is_seen_by_its_two_sides_and_the_operator_alone(self, sides, ask):
        sent = sides.send(message="We sell in the south.")
        tree = sides.tree
        for actor in (tree.partner, tree.operator, sides.company):
            [seen] = sides.requests(actor)
            assert (seen.id, seen.message) == (sent.id, "We sell in the south.")
            assert (seen.partner_name, seen.company_name) == ("north", "resale")
        for stranger in (tree.neighbour, sides.make_company("other")):
            assert sides.requests(stranger) == []
            wanted = GetLinkRequest(request_id=sent.id)
            with pytest.raises(LinkRequestNotFound):
                ask(stranger, get_request, wanted)
            with pytest.raises(LinkRequestNotFound):
                sides.accept(sent, stranger)
            with pytest.raises(LinkRequestNotFound):
                sides.withdraw(sent, stranger)

    @pytest.mark.feature("AH-08")
    def test_to_who_does_not_offer_is_refused_and_open_ones_are_closed(
        self, sides, ask
    ):
        sent = sides.send()
        ask(
            sides.tree.partner,
            update_partner_listing,
            UpdatePartnerListing(offers_to_resellers=False),
        )
        [closed] = sides.requests(sides.company)
        assert (closed.id, closed.state) == (sent.id, LinkRequestState.REJECTED)
        assert (
            closed.answer == "The partner no longer offers its products to resellers."
        )
        assert ("rejected", "resale") in sides.notices()
        with pytest.raises(PartnerNotOffering) as refusal:
            sides.send(company=sides.make_company("other"))
        assert refusal.value.code == "partner_not_offering"

    def test_to_who_is_no_partner_finds_nobody(self, sides):
        for stranger in (sides.tree.dealer, sides.company):
            with pytest.raises(PartnerNotFound):
                sides.send(stranger)

    def test_to_a_locked_partner_is_refused(self, sides):
        sides.lock(sides.tree.partner.account_id)
        with pytest.raises(PartnerUnavailable) as refusal:
            sides.send()
        assert refusal.value.code == "partner_locked"


class TestAnswer:
    @pytest.mark.feature("AH-10")
    @pytest.mark.parametrize("first", ["accept", "reject", "withdraw"])
    @pytest.mark.parametrize("then", ["accept", "reject", "withdraw"])
    def test_is_given_once_and_told(self, sides, first, then):
        sent = sides.send()
        getattr(sides, first)(sent)
        told = {
            "accept": ("accepted", "resale"),
            "reject": ("rejected", "resale"),
            "withdraw": ("withdrawn", "north"),
        }
        assert sides.notices() == [("requested", "north"), told[first]]
        with pytest.raises(RequestClosed) as refusal:
            getattr(sides, then)(sent)
        assert refusal.value.code == "request_closed"
        assert len(sides.notices()) == 2

    def test_no_is_for_thirty_days(self, sides):
        sent = sides.send()
        no = sides.reject(sent, "Not now.")
        assert no.may_repeat_at == no.answered_at + timedelta(days=30)
        sides.clock.forward(days=30, seconds=-1)
        with pytest.raises(RequestTooSoon) as refusal:
            sides.send()
        assert refusal.value.code == "request_too_soon"
        sides.clock.forward(seconds=1)
        assert sides.send().state is LinkRequestState.REQUESTED

    def test_no_is_repeated_at_once_when_the_partner_invites(self, sides):
        sent = sides.send()
        with pytest.raises(RequestClosed):
            sides.invite(sent)
        sides.reject(sent)
        assert sides.invite(sent).may_repeat_at is None
        assert sides.notices()[-1] == ("invited", "resale")
        assert sides.send().id != sent.id

    def test_who_is_linked_cannot_ask_again(self, sides):
        link_id = sides.link()
        with pytest.raises(LinkActive):
            sides.send()
        sides.end(link_id)
        assert sides.send().state is LinkRequestState.REQUESTED

    def test_waits_for_a_change_of_the_listing_before_the_request_is_held(
        self, sides, database, engine
    ):
        sent = sides.send()
        partner_id = sides.tree.partner.account_id
        own = select(LinkRequest).where(LinkRequest.id == sent.id)
        with ThreadPoolExecutor(1) as threads:
            with database.transaction() as work:
                work.session.get(Account, partner_id, with_for_update=True)
                accepted = threads.submit(sides.accept, sent)
                wait_until_blocked(engine)
                assert work.session.scalar(own.with_for_update(nowait=True))
            assert accepted.result().state is LinkRequestState.ACCEPTED

    def test_makes_no_second_link_of_a_pair(self, sides, database):
        sent = sides.send()
        sides.accept(sent)
        again = {"state": LinkRequestState.REQUESTED}
        with database.transaction() as work:
            work.session.execute(update(LinkRequest).values(again))
        with pytest.raises(LinkActive):
            sides.accept(sent)

    def test_makes_no_link_for_a_company_whose_data_is_deleted(self, sides, ask):
        sent = sides.send()
        request = DeletePartner(
            partner_id=sides.company.account_id, confirmation="resale", reason="Asked"
        )
        ask(sides.tree.operator, delete_partner, request)
        with pytest.raises(NotFound):
            sides.accept(sent)


class TestLink:
    @pytest.mark.feature("AH-11")
    def test_lets_the_company_act_beneath_the_partner(self, sides, ask):
        sides.sign_in()
        assert sides.who().role is Role.RESELLER_COMPANY
        link_id = sides.link()
        who = sides.who(link_id)
        assert (who.role, who.account_id) == (Role.RESELLER, link_id)
        assert who.partner_id == sides.tree.partner.account_id
        [scope] = who.scopes
        assert scope.startswith(sides.tree.partner.scopes[0])
        made = sides.customer(who)
        assert (made.partner_id, made.seller_id) == (who.partner_id, link_id)
        names = {
            one.name
            for one in ask(
                sides.tree.partner,
                list_accounts,
                ListAccounts(kind=AccountKind.RESELLER),
            ).items
        }
        assert names == {"shop", "resale"}

    @pytest.mark.feature("AH-12")
    def test_of_several_none_sees_what_lies_below_another(self, sides, ask):
        sides.sign_in()
        first = sides.who(sides.link())
        second = sides.who(sides.link(sides.tree.neighbour))
        made = sides.customer(first)
        wanted = GetCustomer(customer_id=made.id)
        from accounts.customers.operations import get_customer

        assert ask(first, get_customer, wanted).id == made.id
        for stranger in (second, sides.who()):
            with pytest.raises(NotFound):
                ask(stranger, get_customer, wanted)
        assert {one.partner_name for one in sides.links(sides.company)} == {
            "north",
            "south",
        }
        assert [one.name for one in sides.links(sides.tree.neighbour)] == ["resale"]

    def test_is_no_way_in_for_anybody_else(self, sides):
        sides.sign_in()
        link_id = sides.link()
        customer = sides.customer(sides.who(link_id))
        with pytest.raises(NotSignedIn):
            sides.who(customer.id)
        other = sides.make_company("other")
        sides.sign_in(other.account_id, "other")
        for stray in (
            link_id,
            customer.id,
            sides.tree.partner.account_id,
            sides.tree.dealer.account_id,
        ):
            with pytest.raises(NotSignedIn):
                sides.who(stray, "other")
        sides.sign_in(sides.tree.dealer.account_id, "dealer")
        assert sides.who(link_id, "dealer").role is Role.DEALER

    def test_ends_for_a_company_that_is_switched_off(self, sides, ask):
        sides.sign_in()
        link_id = sides.link()
        off = SetAccountState(
            account_id=sides.company.account_id, state=Status.INACTIVE
        )
        ask(sides.tree.operator, set_account_state, off)
        for wanted in (None, link_id):
            with pytest.raises(AccountInactive):
                sides.who(wanted)

    @pytest.mark.feature("AH-12")
    def test_has_api_keys_of_its_own(self, sides, ask):
        sides.sign_in()
        link_id = sides.link()
        made = ask(sides.who(link_id), new_key, CreateApiKey(name="Shop"))
        assert sides.who(token=made.token).account_id == link_id
        request = RotateApiKey(key_id=made.key.id)
        renewed = ask(sides.who(), renewed_key, request)
        assert sides.who(token=renewed.token).account_id == link_id
        home = ask(sides.who(), new_key, CreateApiKey(name="Home"))
        assert sides.who(token=home.token).role is Role.RESELLER_COMPANY
        assert sides.who(link_id, home.token).account_id == link_id

    def test_of_a_locked_partner_sells_nothing_and_says_so(self, sides):
        sides.sign_in()
        link_id = sides.link()
        sides.lock(sides.tree.partner.account_id)
        who = sides.who(link_id)
        assert who.link is LinkStanding.LOCKED
        assert not who.is_locked
        with pytest.raises(PartnerUnavailable) as refusal:
            verb_of(Purchase).access.check(who)
        assert refusal.value.code == "partner_locked"
        [link] = sides.links(sides.company)
        assert not link.partner_is_available

    def test_of_a_company_that_has_not_paid_leads_to_payment(self, sides, ask):
        sides.sign_in()
        link_id = sides.link()
        sides.lock(sides.company.account_id)
        price = Money.of("20.00 EUR")
        making = CreatePartnerPackage(
            name="Selling", price=price, offered_to=Audience.RESELLERS
        )
        package = ask(sides.tree.operator, create_partner_package, making)
        for wanted in (None, link_id):
            who = sides.who(wanted)
            assert who.account_id == sides.company.account_id
            with pytest.raises(PartnerLocked):
                verb_of(ListSubscriptions).access.check(who)
            for verb in (GetPartnership, ChoosePackage):
                verb_of(verb).access.check(who)
            ask(who, choose_package, ChoosePackage(package_id=package.id))
            found = ask(who, get_partnership, GetPartnership())
            assert (found.id, found.amount) == (sides.company.account_id, price)

    def test_leads_no_company_to_what_a_partner_pays(self, sides, ask):
        sides.sign_in()
        sides.link()
        request = GetPartnership(partner_id=sides.tree.partner.account_id)
        with pytest.raises(PartnerNotFound):
            ask(sides.who(), get_partnership, request)


PLANTED = """
CREATE OR REPLACE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'planted';
END $$;
CREATE TRIGGER planted BEFORE UPDATE ON reseller_links FOR EACH ROW
WHEN (NEW.id = '{id}') EXECUTE FUNCTION planted();
"""
"""Lets nothing change the row of one link."""


class TestEnd:
    @pytest.fixture
    def link(self, sides):
        """A link with a customer, through which the company acts."""
        sides.sign_in()
        link_id = sides.link()
        customer = sides.customer(sides.who(link_id))
        return SimpleNamespace(id=link_id, customer=customer)

    @pytest.mark.feature("AH-13")
    def test_comes_on_a_day_of_the_partner_s(self, sides, link, ask):
        day = sides.clock.now().date() + timedelta(days=3)
        ending = sides.end(link.id, ends_on=day, reason="We close.")
        assert (ending.state, ending.reason) == (ResellerLinkState.ENDING, "We close.")
        assert ending.ends_at.date() == day
        who = sides.who(link.id)
        assert who.link is None
        sides.clock.set(ending.ends_at - timedelta(seconds=1))
        assert sides.who(link.id).link is None
        sides.clock.set(ending.ends_at)
        assert sides.who(link.id).link is LinkStanding.ENDED
        wanted = GetResellerLink(link_id=link.id)
        assert (
            ask(sides.tree.partner, get_link, wanted).state is ResellerLinkState.ENDED
        )

    @pytest.mark.feature("AH-13")
    def test_comes_at_midnight_where_the_partner_is(self, sides, ask):
        partner, own = sides.tree.partner, sides.tree.reseller
        change = UpdateAccount(account_id=partner.account_id, time_zone="Asia/Tokyo")
        ask(sides.tree.operator, update_account, change)
        ending = sides.end(own.account_id, ends_on=date(2100, 5, 1))
        assert ending.ends_at == datetime(2100, 4, 30, 15, tzinfo=UTC)

    @pytest.mark.feature("AH-14")
    def test_of_one_that_fails_keeps_no_other_from_its_end(
        self, sides, link, database, engine
    ):
        day = sides.clock.now().date() + timedelta(days=1)
        for one in (link.id, sides.tree.reseller.account_id):
            sides.end(one, ends_on=day)
        sides.clock.forward(days=1)
        with engine.begin() as connection:
            connection.execute(text(PLANTED.format(id=link.id)))
        assert end_due_links(database) == 1
        assert sides.notices()[-2:] == [("ended", "north"), ("ended", "shop")]
        with engine.begin() as connection:
            connection.execute(text("DROP TRIGGER planted ON reseller_links"))
        assert end_due_links(database) == 1

    def test_waits_for_who_changes_the_reseller(self, sides, link, database, engine):
        sides.end(link.id, ends_on=sides.clock.now().date() + timedelta(days=1))
        sides.clock.forward(days=1)
        own = select(ResellerLink).where(ResellerLink.id == link.id)
        with ThreadPoolExecutor(1) as threads:
            with database.transaction() as work:
                work.session.get(Account, link.id, with_for_update=True)
                ended = threads.submit(end_due_links, database)
                wait_until_blocked(engine)
                assert work.session.scalar(own.with_for_update(nowait=True))
            assert ended.result() == 1

    @pytest.mark.feature("AH-13")
    def test_of_a_stranger_s_reseller_finds_nothing(self, sides, link):
        for stray in (link.id, sides.tree.reseller.account_id):
            with pytest.raises(ResellerLinkNotFound):
                sides.end(stray, sides.tree.neighbour)
        for stray in (sides.tree.dealer.account_id, sides.company.account_id):
            with pytest.raises(ResellerLinkNotFound):
                sides.end(stray)

    @pytest.mark.feature("AH-14")
    def test_is_told_to_both_sides_and_leaves_the_lists(
        self, sides, link, ask, database
    ):
        before = len(sides.notices())
        resellers = ListAccounts(kind=AccountKind.RESELLER)
        sellers = sides.count_sellers()
        sides.end(link.id, ends_on=sides.clock.now().date() + timedelta(days=1))
        assert sides.notices()[before:] == [("ending", "north"), ("ending", "resale")]
        assert end_due_links(database) == 0
        sides.clock.forward(days=1)
        assert end_due_links(database) == 1
        assert end_due_links(database) == 0
        assert sides.notices()[before + 2 :] == [
            ("ended", "north"),
            ("ended", "resale"),
        ]
        listed = ask(sides.tree.partner, list_accounts, resellers).items
        assert [one.name for one in listed] == ["shop"]
        assert sides.count_sellers() == sellers - 1
        assert [one.id for one in sides.links(sides.tree.partner)] == [
            sides.tree.reseller.account_id
        ]
        for side in (sides.tree.partner, sides.company):
            [ended] = sides.links(side, ResellerLinkState.ENDED)
            assert ended.customer_count == 1

    @pytest.mark.feature("AH-15")
    def test_leaves_the_customer_with_the_partner_and_out_of_the_reseller_s_reach(
        self, sides, link, ask, dependencies
    ):
        from accounts.customers.operations import get_customer

        sides.end(link.id)
        who = sides.who(link.id)
        with pytest.raises(LinkEnded) as refusal:
            verb_of(Purchase).access.check(who)
        assert (refusal.value.code, refusal.value.status) == ("link_ended", 403)
        wanted = GetCustomer(customer_id=link.customer.id)
        verb_of(GetCustomer).access.check(who)
        with pytest.raises(NotFound):
            ask(who, get_customer, wanted)
        kept = ask(sides.tree.partner, get_customer, wanted)
        assert kept.seller_id == link.id
        move = MoveCustomer(
            customer_id=kept.id, to_account_id=sides.tree.partner.account_id
        )
        ask(sides.tree.partner, move_customer, move, dependencies=dependencies)
        moved = ask(sides.tree.partner, get_customer, wanted)
        assert moved.seller_id == sides.tree.partner.account_id

    @pytest.mark.feature("AH-15")
    def test_lets_nobody_put_a_customer_there(self, sides, link, ask, dependencies):
        sides.end(link.id)
        details = {"dependencies": dependencies}
        request = CreateCustomer(person=a_person(email=""), seller_id=link.id)
        with pytest.raises(LinkEnded):
            ask(sides.tree.partner, create_customer, request, **details)
        move = MoveCustomer(customer_id=link.customer.id, to_account_id=link.id)
        with pytest.raises(LinkEnded):
            ask(sides.tree.partner, move_customer, move, **details)

    @pytest.mark.feature("AH-15")
    def test_holds_for_a_reseller_of_the_partner_s_own_making(self, sides, ask):
        own = sides.tree.reseller
        made = sides.customer(own)
        sides.sign_in(own.account_id, "own")
        sides.end(own.account_id)
        who = sides.who(token="own")
        assert who.link is LinkStanding.ENDED
        assert not made.scope.startswith(who.scopes[0])
        with pytest.raises(NotFound):
            ask(who, get_account, GetAccount(account_id=own.account_id))

    def test_is_taken_back_while_it_is_to_come(self, sides, link, ask):
        sides.end(link.id, ends_on=sides.clock.now().date() + timedelta(days=5))
        keep = KeepResellerLink(link_id=link.id)
        assert (
            ask(sides.tree.partner, keep_link, keep).state is ResellerLinkState.ACTIVE
        )
        assert sides.notices()[-2:] == [("kept", "north"), ("kept", "resale")]
        sides.end(link.id)
        with pytest.raises(LinkOver):
            ask(sides.tree.partner, keep_link, keep)
        with pytest.raises(LinkOver):
            sides.end(link.id)

    def test_is_never_in_the_past(self, sides, link):
        for day in (date(2020, 1, 1), sides.clock.now().date()):
            with pytest.raises(Invalid) as refusal:
                sides.end(link.id, ends_on=day)
            assert list(refusal.value.fields) == ["ends_on"]

    def test_comes_with_the_deletion_of_the_reseller(self, sides, link, ask):
        request = DeleteAccount(account_id=link.id, confirmation="resale")
        ask(sides.tree.partner, delete_account, request)
        assert sides.notices()[-1] == ("ended", "resale")
        assert sides.links(sides.company) == []
        assert sides.send().state is LinkRequestState.REQUESTED

    @pytest.mark.feature("AH-14", "PL-21")
    def test_comes_with_the_deletion_of_the_company(
        self, sides, link, ask, announced, database
    ):
        ended = sides.link(sides.tree.neighbour)
        sides.end(ended, sides.tree.neighbour)
        before = len(sides.notices())
        request = DeletePartner(
            partner_id=sides.company.account_id, confirmation="resale", reason="Asked"
        )
        ask(sides.tree.operator, delete_partner, request)
        assert sides.notices()[before:] == [("ended", "north"), ("ended", "resale")]
        [listed] = sides.links(sides.tree.partner, ResellerLinkState.ENDED)
        assert (listed.id, listed.name, listed.company_name) == (link.id, "resale", "")
        assert end_due_links(database) == 0
        for one, partner in ((link.id, "partner"), (ended, "neighbour")):
            wanted = GetAccount(account_id=one)
            kept = ask(getattr(sides.tree, partner), get_account, wanted)
            assert (kept.email, kept.company.legal_name) == ("", "")
        told = [one for one in announced("account_changed") if one.id == str(link.id)]
        assert (told[-1].name, told[-1].email) == ("resale", "")
        assert told[-1].version > told[-2].version
