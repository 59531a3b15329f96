"""A partner's life by the clock: trial, reminders, lock, payment, the end."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from accounts.customers.operations import get_customer
from accounts.links.directory import list_directory
from accounts.logins.limits import TooManyTries
from accounts.packages.operations import list_offered_packages
from accounts.partners.ending import ask_again, delete_partner
from accounts.partners.finding import get_partnership, list_partnerships
from accounts.partners.payments import (
    choose_package,
    extend_trial,
    hold_purge,
    receive_payment,
)
from accounts.partners.platform import update_platform_settings
from accounts.partners.purging import PURGING
from accounts.partners.registration import (
    resend_credentials,
)
from accounts.partners.unmatched import settle_unmatched
from accounts.sellers.operations import create_account
from accounts.staff.people import list_people
from accounts.tree.models import Account
from lineup.access import PackageLimit, PartnerUnavailable
from lineup.context import SYSTEM, Feature, Role
from lineup.contracts.accounts.customers import GetCustomer
from lineup.contracts.accounts.partner_directory import ListPartnerDirectory
from lineup.contracts.accounts.partner_packages import Audience, ListOfferedPackages
from lineup.contracts.accounts.partnerships import (
    ChoosePackage,
    DeletePartner,
    ExtendTrial,
    GetPartnership,
    HoldPurge,
    ListPartnerships,
    PartnershipState,
    ResendPartnerCredentials,
    UpdatePlatformSettings,
)
from lineup.contracts.accounts.people import ListPeople
from lineup.contracts.accounts.refusals import (
    AccountInactive,
    ConfirmationMissing,
    CredentialsKnown,
    NotLocked,
    NotOnTrial,
    NotSignedIn,
    PartnerPackageNotFound,
    PartnerPurged,
    PaymentKnown,
    PaymentNotFound,
)
from lineup.contracts.accounts.tree import AccountKind
from lineup.contracts.accounts.unmatched_payments import (
    SettleUnmatchedPayment,
    WhyUnmatched,
)
from lineup.contracts.billing.partners import BillingPurged, PartnerPaymentReceived
from lineup.contracts.notifications.events import NotificationsPurged
from lineup.contracts.playlists.events import PlaylistsPurged
from lineup.contracts.refusals import TrialUsed
from lineup.errors import Invalid
from lineup.export_links import partner_behind
from lineup.ids import new_id
from lineup.money import Money
from lineup.testing.leftovers import found_in

from .conftest import an_account, codes_of
from .partner_life import DAY, Life, april, march

RESELLER = pytest.param(
    AccountKind.RESELLER_COMPANY, id="reseller", marks=pytest.mark.feature("PL-14")
)
PARTNER = pytest.param(AccountKind.PARTNER, id="partner")
OF_PARTNERS = pytest.mark.parametrize("life", [PARTNER], indirect=True)
OF_RESELLERS = pytest.mark.parametrize("life", [RESELLER], indirect=True)


@pytest.fixture(params=[PARTNER, RESELLER])
def life(request, database, clock, tree, dependencies, announced):
    """The same life for both, but where a test says that it is of one of them."""
    return Life(request.param, database, clock, tree, dependencies, announced)


class TestRegistration:
    @pytest.mark.feature("PL-01")
    def test_takes_a_package_that_is_offered(self, life):
        with pytest.raises(PartnerPackageNotFound) as refusal:
            life.register(package_id=new_id())

        assert "package_id" in refusal.value.fields

    @OF_RESELLERS
    def test_makes_a_reseller_that_asks_for_links_and_offers_none(self, life):
        life.begin()
        issued = life.announced("partner_credentials_issued")[-1]
        assert (issued.is_reseller, life.now.kind) == (True, life.kind)
        assert life.who(life.session()).role is Role.RESELLER_COMPANY
        searching = ListPartnerDirectory()
        listed = life.ask(list_directory, searching, life.actor).items
        assert {one.name for one in listed} == {"north", "south"}
        assert life.seller.role is Role.RESELLER

    @pytest.mark.feature("PL-02")
    def test_issues_credentials_once_and_keeps_no_password(self, life, engine):
        registered = life.register()

        [issued] = life.announced("partner_credentials_issued")
        assert registered.sent_to == issued.email == "eva@nordlicht.example"
        assert issued.channel == "email"
        password = life.keyring.open(issued.password)
        assert len(password) > 20
        with engine.connect() as connection:
            logins = connection.execute(text("SELECT * FROM logins")).all()
        assert password not in str(logins)

    @pytest.mark.feature("PL-17")
    @pytest.mark.parametrize(
        "other",
        [
            {"company_number": "999"},
            {"company_number": "999", "email": "EVA+tv@nordlicht.example"},
            {"email": "other@tv.example"},
            {"email": "other@tv.example", "company_number": "nl-123456"},
        ],
    )
    def test_is_had_once_by_a_company_and_by_a_mail_address(self, life, other):
        life.register()

        with pytest.raises(TrialUsed) as refusal:
            life.register(**other)

        assert (refusal.value.code, refusal.value.status) == ("trial_used", 409)

    def test_is_free_for_another_company(self, life):
        life.register()
        first = life.id
        life.register(email="max@sued.example", company_number="9")
        assert life.id != first
        assert life.now.state is PartnershipState.REGISTERED

    def test_is_slowed_down_by_address(self, life):
        for number in range(10):
            life.register(
                address="198.51.100.7",
                email=f"{number}@tv.example",
                company_number=f"{number}",
            )

        with pytest.raises(TooManyTries):
            life.register(address="198.51.100.7", email="6@tv.example")

    def test_names_every_fault_at_once(self, life):
        with pytest.raises(Invalid) as refusal:
            life.register(country="", company_number="--")

        assert set(refusal.value.fields) == {"country", "company_number"}

    def test_sends_new_credentials_elsewhere_until_some_arrived(self, life):
        life.register()
        request = ResendPartnerCredentials(
            partner_id=life.id, email="sommer@nordlicht.example"
        )
        life.ask(resend_credentials, request, dependencies=life.dependencies)

        first, second = life.announced("partner_credentials_issued")
        assert second.email == "sommer@nordlicht.example"
        assert second.version > first.version
        assert life.keyring.open(first.password) != life.keyring.open(second.password)
        searching = ListPeople(search="sommer@nordlicht")
        assert len(life.ask(list_people, searching).items) == 1
        life.deliver()
        with pytest.raises(CredentialsKnown):
            life.ask(resend_credentials, request, dependencies=life.dependencies)


class TestTrial:
    @pytest.mark.feature("PL-03")
    def test_begins_when_the_credentials_were_sent_and_lasts_14_days(self, life):
        life.register()
        assert life.now.state is PartnershipState.REGISTERED
        assert life.now.ends_at is None
        life.at(march(5))
        assert life.notices() == []

        life.deliver()
        assert life.now.state is PartnershipState.TRIAL
        assert life.now.trial_ends_at == march(19)
        life.clock.forward(days=1)
        life.deliver()
        assert life.now.trial_ends_at == march(19)

    @pytest.mark.feature("PL-09", "PL-10")
    def test_is_reminded_of_7_3_and_1_days_before_and_on_the_day_once_each(self, life):
        life.begin()
        seen = {}
        while life.clock.now() < march(15, 9):
            life.at(life.clock.now() + timedelta(hours=1))
            for number, _ in enumerate(life.notices(), 1):
                seen.setdefault(number, life.clock.now())

        assert list(seen.values()) == [march(8), march(12), march(14), march(15, 0)]
        notices = life.announced("partner_notified")
        assert [one.is_pro_forma for one in notices] == [True, False, False, False]
        assert {one.amount["amount_minor"] for one in notices} == {2000}
        [due] = life.announced("package_charge_due")
        assert (due.kind, due.amount) == ("month", notices[0].amount)
        assert due.reference == notices[0].reference
        assert datetime.fromisoformat(due.starts_at) == march(15)

    def test_of_late_reminders_sends_only_the_last(self, life):
        life.begin()
        life.jump(march(14, 12))

        assert len(life.notices()) == 1
        assert life.announced("partner_notified")[0].is_pro_forma

    @pytest.mark.feature("PL-20")
    def test_is_extended_for_a_reason_that_is_kept(self, life):
        life.begin().at(march(9))
        request = ExtendTrial(partner_id=life.id, days=7, reason="Moving house")
        extended = life.ask(extend_trial, request)

        assert extended.trial_ends_at == march(22)
        assert (extended.notes[0].reason, extended.notes[0].by) == (
            "Moving house",
            "root",
        )
        life.at(march(22, 9))
        assert [at for _, at in life.notices()[1:]] == [march(22)] * 4
        assert len(life.announced("package_charge_due")) == 1
        life.pay()
        with pytest.raises(NotOnTrial):
            life.ask(extend_trial, request)


class TestLock:
    @pytest.mark.feature("PL-06")
    def test_comes_at_the_second_whether_or_not_the_timer_was_there(self, life):
        life.begin()
        token = life.session()
        life.clock.set(march(15) - timedelta(seconds=1))
        assert not life.who(token).is_locked

        life.clock.set(march(15))
        assert life.who(token).is_locked
        assert life.now.state is PartnershipState.TRIAL

        life.jump(march(15))
        assert life.now.state is PartnershipState.LOCKED
        assert life.who(token).is_locked

    @pytest.mark.feature("PL-07", "PL-11")
    def test_ends_with_a_payment_from_which_the_month_counts(self, life):
        life.begin()
        customer = life.customer()
        before = life.ask(get_partnership, GetPartnership(partner_id=life.id)).usage
        life.at(april(10, 8, 0))
        assert life.now.purge_at == april(14)

        paid = life.pay()

        assert paid.state is PartnershipState.PAID
        assert paid.paid_until == datetime(2032, 5, 10, 8, 0, tzinfo=UTC)
        assert (paid.locked_at, paid.purge_at) == (None, None)
        assert paid.usage == before
        assert not life.who(life.session()).is_locked
        assert not life.who(life.session(customer.id)).is_locked
        assert life.announced("account_changed")[-1].status == "active"
        assert life.notices()[-1][0] == "paid"

    @OF_PARTNERS
    @pytest.mark.feature("PL-06")
    def test_sellers_are_told_that_their_partner_is_not_available(self, life):
        life.begin()
        request = an_account(AccountKind.DEALER, "outlet")
        life.ask(create_account, request, life.actor, dependencies=life.dependencies)
        life.enter("outlet")
        life.at(march(15))

        with pytest.raises(PartnerUnavailable):
            life.enter("outlet")

    @pytest.mark.feature("PL-13")
    def test_comes_to_who_has_paid_before_in_the_same_way(self, life):
        life.begin()
        life.pay()
        assert life.now.paid_until == april(15)
        life.at(april(15))
        life.at(april(15) + 29 * DAY)

        kinds = [kind for kind, _ in life.notices()]
        assert kinds == [
            "paid",
            *["ends_soon"] * 4,
            "locked",
            *["purge_soon"] * 3,
        ]
        assert life.now.purge_at == april(15) + 30 * DAY

    @OF_PARTNERS
    @pytest.mark.feature("PL-15")
    @pytest.mark.parametrize(("days", "off_at"), [(7, 22), (0, 15), (None, None)])
    def test_takes_subscribers_along_as_the_platform_says(self, life, days, off_at):
        life.begin()
        customer = life.session(life.customer().id)
        settings = UpdatePlatformSettings(subscriber_days=days, payment_instructions="")
        life.ask(update_platform_settings, settings)

        last = off_at or 31
        life.at(march(last) - timedelta(minutes=2))
        if off_at != 15:
            life.who(customer)
        life.at(march(last))

        status = life.announced("account_changed")[-1].status
        assert status == ("inactive" if off_at else "active")
        if off_at is None:
            life.who(customer)
        else:
            with pytest.raises(AccountInactive):
                life.who(customer)

    @OF_RESELLERS
    def test_of_a_reseller_leaves_its_partners_customers_as_they_are(self, life):
        life.begin()
        customer, seller = life.session(life.customer().id), life.session()
        link_id = life.seller.account_id
        life.at(march(30))

        assert not life.who(customer).is_locked
        who = life.who(seller, link_id)
        assert (who.role, who.account_id) == (Role.RESELLER_COMPANY, life.id)
        assert who.is_locked
        assert {one.status for one in life.announced("account_changed")} == {"active"}
        assert "Subscribers" not in str(life.now.notes)
        life.pay()
        assert life.who(seller, link_id).role is Role.RESELLER

    @OF_PARTNERS
    def test_follows_the_setting_when_that_changes(self, life):
        life.begin()
        life.at(march(25))
        assert life.announced("account_changed")[-1].status == "inactive"

        settings = UpdatePlatformSettings(subscriber_days=20, payment_instructions="")
        life.ask(update_platform_settings, settings)
        life.at(march(25, 11))

        assert life.announced("account_changed")[-1].status == "active"


class TestPayment:
    def test_during_the_trial_adds_to_its_end(self, life):
        life.begin().at(march(3))

        paid = life.pay()

        assert (paid.state, paid.paid_until) == (PartnershipState.PAID, april(15))
        life.at(april(7))
        assert life.notices()[-1] == ("paid", april(15))

    def test_is_booked_once_by_its_reference(self, life):
        life.begin()
        life.pay("4711")

        with pytest.raises(PaymentKnown):
            life.pay("4711")
        received = PartnerPaymentReceived(
            id=new_id(), version=1, partner_id=life.id, reference="4711"
        )
        life.ask(receive_payment, received, keyring=life.keyring)
        assert life.now.paid_until == april(15)

    def test_is_announced_once_with_what_it_is_for(self, life):
        life.begin()
        life.pay("4711")
        with pytest.raises(PaymentKnown):
            life.pay("4711")

        [paid] = life.announced("partner_payment_booked")
        assert (paid.partner_id, paid.reference) == (str(life.id), "4711")
        assert paid.amount == {"amount_minor": 2000, "asset": "EUR"}
        assert datetime.fromisoformat(paid.ends_at) == april(15)

    @pytest.mark.feature("PL-11")
    def test_that_billing_has_booked_extends_without_staff(self, life):
        life.begin()
        received = PartnerPaymentReceived(
            id=new_id(), version=1, partner_id=life.id, reference="by-card-1"
        )
        life.ask(receive_payment, received, actor=SYSTEM, keyring=life.keyring)

        assert life.now.paid_until == april(15)

    @pytest.mark.feature("PL-19")
    def test_after_the_purge_revives_nothing_and_waits_to_be_returned(self, life):
        life.begin().at(april(14))
        received = life.receive("late", amount=Money.of("20.00 EUR"))

        assert life.now.state is PartnershipState.PURGING
        [kept] = life.unmatched()
        assert (kept.id, kept.reason) == (received.id, WhyUnmatched.PARTNER_PURGED)
        assert (kept.reference, kept.amount) == ("late", Money.of("20.00 EUR"))

    @pytest.mark.feature("PL-19")
    def test_that_is_unmatched_is_listed_until_somebody_has_handled_it(self, life):
        life.begin()
        life.pay("4711")
        received = life.receive("4711")
        other = life.receive("4712", partner_id=new_id())
        life.ask(receive_payment, received, actor=SYSTEM, keyring=life.keyring)

        reasons = {one.id: one.reason for one in life.unmatched()}
        assert reasons == {
            received.id: WhyUnmatched.PAYMENT_KNOWN,
            other.id: WhyUnmatched.PARTNER_UNKNOWN,
        }
        settle = SettleUnmatchedPayment(payment_id=received.id, note="sent back")
        settled = life.ask(settle_unmatched, settle)
        assert (settled.handled_by, settled.note) == ("root", "sent back")
        assert [one.id for one in life.unmatched()] == [other.id]
        assert [one.id for one in life.unmatched(is_handled=True)] == [received.id]
        with pytest.raises(PaymentNotFound):
            life.ask(settle_unmatched, SettleUnmatchedPayment(payment_id=new_id()))

    @OF_PARTNERS
    def test_puts_who_has_paid_without_an_end_on_months(self, life, tree):
        life.id = tree.partner.account_id
        assert (life.now.state, life.now.ends_at) == (PartnershipState.PAID, None)
        life.at(april(30))
        assert life.now.state is PartnershipState.PAID

        assert life.pay().paid_until == april(30) + timedelta(days=30)


class TestPackages:
    def test_are_chosen_by_those_whom_they_are_offered_to(self, life, choose):
        life.begin()
        other = next(one for one in Audience if one is not life.small.offered_to)
        with pytest.raises(PartnerPackageNotFound) as refusal:
            choose(life.package("Other", "10.00 EUR", offered_to=other))
        assert "package_id" in refusal.value.fields
        asked = ListOfferedPackages(offered_to=life.small.offered_to)
        offered = life.ask(list_offered_packages, asked).packages
        assert [one.name for one in offered] == ["Small", "Large"]

    @OF_RESELLERS
    def test_for_resellers_have_only_what_resellers_can_have(self, life):
        with pytest.raises(Invalid) as refusal:
            life.package("Odd", "1.00 EUR", most_sellers=2, features=[Feature.SHOPS])
        assert codes_of(refusal) == {
            "most_sellers": ["not_for_resellers"],
            "features": ["not_for_resellers"],
        }

    @OF_RESELLERS
    @pytest.mark.feature("PL-16")
    def test_limit_a_reseller_over_all_its_links(self, life, choose):
        life.begin()
        life.customer("one@tv.example")
        life.link = life.linked(life.tree.neighbour)
        life.customer("two@tv.example")
        assert (life.now.usage.customers, life.now.usage.users) == (2, 2)

        with pytest.raises(PackageLimit) as refusal:
            life.customer("three@tv.example")
        assert refusal.value.details == {"limit": "customers", "most": 2, "used": 2}
        choose(life.package("Users", "30.00 EUR", most_users=2))
        with pytest.raises(PackageLimit) as refusal:
            life.customer("three@tv.example")
        assert refusal.value.details["limit"] == "users"

    @pytest.mark.feature("PL-16")
    def test_limit_staff(self, life, choose):
        life.begin()
        choose(life.package("Two", "30.00 EUR", most_staff=2))
        life.clerk("second")
        with pytest.raises(PackageLimit):
            life.clerk("third")

    @OF_RESELLERS
    @pytest.mark.feature("PL-04")
    def test_without_the_api_have_none_through_links_either(self, life):
        life.begin()
        link_id = life.seller.account_id
        assert Feature.API in life.who(life.session(), link_id).lacks

    @pytest.fixture
    def choose(self, life):
        def choose(package, actor=None):
            request = ChoosePackage(package_id=package.id, partner_id=life.id)
            return life.ask(choose_package, request, actor)

        return choose

    @pytest.mark.feature("PL-12")
    def test_a_dearer_one_begins_at_once_and_the_rest_of_the_month_is_due(
        self, life, choose
    ):
        life.begin()
        life.pay()
        life.at(march(31) - timedelta(minutes=31))  # about half of 15 March to 15 April

        chosen = choose(life.large, life.actor)

        assert chosen.package_name == "Large"
        due = life.announced("package_charge_due")[-1]
        assert due.kind == "upgrade"
        assert due.amount["amount_minor"] == pytest.approx(1452, abs=3)

    def test_a_dearer_one_costs_nothing_during_the_trial(self, life, choose):
        life.begin()

        assert choose(life.large, life.actor).package_name == "Large"
        assert life.announced("package_charge_due") == []

    @pytest.mark.feature("PL-12")
    def test_a_cheaper_one_begins_with_the_next_month(self, life, choose):
        life.begin(package_id=life.large.id)
        life.pay()
        chosen = choose(life.small, life.actor)
        assert chosen.package_name == "Large"
        assert (chosen.next_package_name, chosen.changes_at) == ("Small", april(15))
        assert chosen.amount == Money.of("20.00 EUR")

        life.at(april(14))
        life.pay("second")
        assert life.now.package_name == "Large"
        life.at(april(15))
        assert (life.now.package_name, life.now.next_package_id) == ("Small", None)

    def test_a_cheaper_one_is_refused_while_it_is_too_small(self, life, choose):
        life.begin(package_id=life.large.id)
        for number in range(3):
            life.customer(f"{number}@tv.example")

        with pytest.raises(PackageLimit) as refusal:
            choose(life.small, life.actor)

        assert "3 of 2 customers" in refusal.value.message

    def test_the_present_one_takes_a_choice_back(self, life, choose):
        life.begin(package_id=life.large.id)
        choose(life.small, life.actor)

        assert choose(life.large, life.actor).next_package_id is None


class TestPurge:
    @pytest.mark.feature("PL-18")
    def test_is_warned_of_14_7_and_1_days_before_with_a_link_to_the_export(self, life):
        life.begin().at(april(14, 9))

        warnings = [
            one
            for one in life.announced("partner_notified")
            if one.kind == "purge_soon"
        ]
        assert len(warnings) == 3
        for one in warnings:
            token = one.export_token
            assert partner_behind(life.keyring, token, life.clock.now()) == life.id
        assert partner_behind(life.keyring, token, april(30) + 60 * DAY) is None
        assert partner_behind(life.keyring, "anything", life.clock.now()) is None

    def test_never_comes_without_a_warning_the_day_before(self, life):
        life.begin().at(march(20))
        life.jump(april(20))
        assert life.now.state is PartnershipState.LOCKED
        assert life.now.purge_at == april(21)
        assert life.notices()[-1] == ("purge_soon", april(21))

        life.at(april(21))
        assert life.now.state is PartnershipState.PURGING

    def test_leaves_who_was_locked_late_30_days_from_then(self, life):
        life.begin()
        life.jump(march(25))

        assert life.now.locked_at == march(15)
        assert life.now.purge_at == march(25) + 30 * DAY

    @pytest.mark.feature("PL-20")
    def test_is_held_for_a_reason_and_warned_of_anew(self, life):
        life.begin().at(april(13, 12))
        request = HoldPurge(partner_id=life.id, days=10, reason="In court")
        held = life.ask(hold_purge, request)
        assert held.purge_at == april(24)
        assert held.notes[0].reason == "In court"

        life.at(april(24, 9))
        assert [at for kind, at in life.notices() if kind == "purge_soon"][3:] == [
            april(24),
            april(24),
        ]
        life.pay()
        with pytest.raises(NotLocked):
            life.ask(hold_purge, request)

    @pytest.mark.feature("PL-08", "PL-21")
    def test_is_over_when_every_service_has_confirmed(self, life):
        life.begin()
        token = life.session()
        life.at(april(14))
        assert life.now.state is PartnershipState.PURGING
        [requested] = life.announced("partner_purge_requested")
        with pytest.raises((NotSignedIn, AccountInactive)):
            life.who(token)
        with pytest.raises(PartnerPurged):
            life.pay()

        life.confirm_all(BillingPurged, PlaylistsPurged, PlaylistsPurged)
        PURGING.go_on(life.database)
        assert life.now.state is PartnershipState.PURGING
        assert life.now.waiting_for == ["notifications"]

        life.clock.forward(hours=2)
        assert ask_again(life.database) == 1
        again = life.announced("partner_purge_requested")[-1]
        assert again.version > requested.version

        life.confirm_all(NotificationsPurged)
        assert life.now.state is PartnershipState.PURGED
        with pytest.raises(NotSignedIn):
            life.who(token)

    @OF_PARTNERS
    @pytest.mark.feature("PL-08")
    def test_ends_the_customers_of_a_partner(self, life):
        life.begin()
        customer = life.session(life.customer().id)
        life.at(april(14))

        with pytest.raises((NotSignedIn, AccountInactive)):
            life.who(customer)
        self.purge(life)
        with pytest.raises(NotSignedIn):
            life.who(customer)

    @OF_RESELLERS
    def test_of_a_reseller_leaves_its_customers_to_their_partner(self, life):
        life.begin()
        customer = life.customer()
        token = life.session(customer.id)
        life.at(april(14))
        self.purge(life)

        assert life.who(token).account_id == customer.id
        wanted = GetCustomer(customer_id=customer.id)
        kept = life.ask(get_customer, wanted, life.tree.partner)
        assert kept.person.email == "anna@tv.example"
        assert life.now.usage.customers == 0

    @pytest.mark.feature("PL-08", "PL-22")
    def test_leaves_a_tombstone_and_nothing_else(self, life, engine):
        life.begin()
        life.clerk("nordclerk")
        username = life.actor.name
        before = found_in(engine, life.id.hex, "Nordlicht", "nordlicht", "nordclerk")
        assert {"accounts", "logins"} <= before.keys()

        life.at(april(14))
        self.purge(life)

        words = "Nordlicht", "nordlicht", "nordclerk", "Eva", username
        assert found_in(engine, *words) == {}
        ids = found_in(engine, life.id.hex, str(life.id))
        assert ids == {"accounts": 1, "partnerships": 1, "purges": 1}

    @OF_PARTNERS
    @pytest.mark.feature("PL-08")
    def test_leaves_nothing_of_what_a_partner_has(self, life, engine):
        life.begin()
        life.customer()
        dealer = an_account(AccountKind.DEALER, "nordstall")
        life.ask(create_account, dealer, life.actor, dependencies=life.dependencies)
        before = found_in(engine, life.id.hex, "nordstall")
        assert {"accounts", "logins", "users", "customers"} <= before.keys()

        life.at(april(14))
        self.purge(life)

        assert found_in(engine, "nordstall", "anna@tv.example") == {}

    def purge(self, life):
        """Let every service delete what it has, and confirm it."""
        while PURGING.go_on(life.database):
            pass
        life.confirm_all(BillingPurged, NotificationsPurged, PlaylistsPurged)
        while PURGING.go_on(life.database):
            pass

    def test_frees_the_trial_of_who_never_began_it(self, life):
        life.register()
        request = DeletePartner(
            partner_id=life.id,
            confirmation=life.now.username,
            reason="Wrong address",
        )
        life.ask(delete_partner, request)
        gone = life.id

        life.register()

        assert life.id != gone
        assert life.now.state is PartnershipState.REGISTERED

    def test_by_hand_takes_the_name_and_a_reason(self, life):
        life.begin()
        with pytest.raises(ConfirmationMissing):
            life.ask(delete_partner, DeletePartner(partner_id=life.id, reason="Asked"))
        name = life.now.username
        without = DeletePartner(partner_id=life.id, confirmation=name)
        with pytest.raises(Invalid):
            life.ask(delete_partner, without)

        request = DeletePartner(
            partner_id=life.id, confirmation=life.now.username, reason="They asked"
        )
        gone = life.ask(delete_partner, request)

        assert gone.state is PartnershipState.PURGING
        assert gone.name == "Nordlicht TV"
        assert gone.waiting_for == [
            "accounts",
            "billing",
            "notifications",
            "playlists",
        ]
        with pytest.raises(TrialUsed):
            life.register()


@pytest.mark.feature("PL-22")
def test_the_whole_life_in_one_go(life):
    """14 days of trial and 30 of waiting, as the worked example has them."""
    life.begin()
    assert life.now.trial_ends_at == march(15)
    life.at(march(15))
    assert (life.now.state, life.now.purge_at) == (PartnershipState.LOCKED, april(14))
    life.at(april(14))
    assert life.now.state is PartnershipState.PURGING
    when = [at for kind, at in life.notices() if kind == "purge_soon"]
    assert when == [april(14)] * 3
    states = [one.state for one in life.announced("partnership_changed")]
    assert list(dict.fromkeys(states)) == ["registered", "trial", "locked", "purging"]


def test_partners_are_listed_and_narrowed(life, ask, tree):
    life.begin()

    def names(**how):
        request = ListPartnerships(**how)
        return [
            one.name for one in ask(tree.operator, list_partnerships, request).items
        ]

    assert names() == ["Nordlicht TV", "south", "north"]
    assert names(state=PartnershipState.TRIAL) == ["Nordlicht TV"]
    assert names(package_id=life.small.id) == ["Nordlicht TV"]
    assert names(search="nordli eva@") == ["Nordlicht TV"]


def test_a_bad_partner_stops_nobody_else(life, database):
    life.begin()
    first = life.id
    life.begin(email="max@sued.example", company_number="9")
    with database.transaction() as work:
        work.session.get_one(Account, first).time_zone = "Nowhere/At all"
    life.jump(march(8))

    assert len(life.notices()) == 1
