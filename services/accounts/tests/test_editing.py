from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from accounts.customers.operations import set_time_zone
from accounts.logins.identity import identify
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.sellers.editing import update_account
from accounts.sellers.operations import create_account
from accounts.tree.operations import get_account, list_accounts
from lineup.context import NOBODY, Actor, Role
from lineup.contracts.accounts.refusals import CurrencyInUse, OwnAccount
from lineup.contracts.accounts.sessions import Identify, SetTimeZone, SignIn
from lineup.contracts.accounts.tree import (
    AccountKind,
    Company,
    GetAccount,
    ListAccounts,
    LoginDetails,
    Status,
    UpdateAccount,
)
from lineup.contracts.paging import Paging
from lineup.errors import Forbidden, Invalid, NotFound
from lineup.impersonation import NotWhileImpersonating
from lineup.verbs import verb_of

from .conftest import KEYRING, actor_at, an_account, call, codes_of


def a_change(account_id, **details):
    return UpdateAccount(**({"account_id": account_id, "name": "Changed"} | details))


def staff_of(partner):
    return Actor(
        role=Role.STAFF,
        scopes=partner.scopes,
        account_id=partner.account_id,
        partner_id=partner.partner_id,
    )


class TestEditing:
    @pytest.mark.feature("AH-39")
    def test_contact_and_company_are_kept_and_announced(self, ask, tree, announced):
        company = Company(
            legal_name="Stall Ltd", address="Main Road 1", city="Riga", country="lv"
        )
        request = a_change(
            tree.dealer.account_id,
            email="Stall@example.com",
            phone="+371 1",
            company=company,
        )
        changed = ask(tree.partner, update_account, request)
        assert changed.company.country == "LV"
        assert (changed.phone, changed.username) == ("+371 1", "stall")
        shown = ask(
            tree.partner, get_account, GetAccount(account_id=tree.dealer.account_id)
        )
        assert shown == changed
        state = announced("account_changed")[-1]
        assert (state.name, state.version) == ("Changed", 2)
        assert state.company["legal_name"] == "Stall Ltd"

    @pytest.mark.feature("AH-28")
    def test_who_acts_as_an_account_sends_its_reset_links_nowhere_else(self, ask, tree):
        visitor = replace(tree.partner, on_behalf_of="root")
        own = tree.partner.account_id
        ask(visitor, update_account, a_change(own, phone="+371 1", email=""))
        with pytest.raises(NotWhileImpersonating):
            ask(visitor, update_account, a_change(own, email="mine@example.org"))
        ask(
            visitor,
            update_account,
            a_change(tree.dealer.account_id, email="a@b.example"),
        )

    @pytest.mark.feature("CU-17")
    def test_every_fault_is_told_at_once_and_nothing_changes(self, ask, tree):
        request = a_change(
            tree.dealer.account_id,
            name=" ",
            email="no",
            time_zone="Mars",
            currency="USD",
            public_url="https://tv.example",
            company=Company(country="XX", tax_number="1" * 301),
        )
        with pytest.raises(Invalid) as refusal:
            ask(tree.partner, update_account, request)
        assert codes_of(refusal) == {
            "name": ["required"],
            "email": ["email_invalid"],
            "time_zone": ["time_zone_unknown"],
            "public_url": ["public_url_invalid"],
            "company.country": ["country_unknown"],
            "company.tax_number": ["too_long"],
            "currency": ["currency_fixed"],
        }
        shown = ask(
            tree.partner, get_account, GetAccount(account_id=tree.dealer.account_id)
        )
        assert shown.name == "stall"

    @pytest.mark.parametrize(
        ("who", "whom", "answer"),
        [
            ("operator", "partner", None),
            ("partner", "partner", None),
            ("partner", "dealer", None),
            ("dealer", "dealer", None),
            ("dealer", "partner", NotFound),
            ("dealer", "reseller", NotFound),
            ("neighbour", "dealer", NotFound),
            ("staff", "dealer", None),
            ("staff", "partner", Forbidden),
        ],
    )
    def test_who_edits_whom(self, who, whom, answer, ask, tree):
        actor = staff_of(tree.partner) if who == "staff" else getattr(tree, who)
        request = a_change(getattr(tree, whom).account_id)
        if answer is not NotFound:
            shown = ask(actor, get_account, GetAccount(account_id=request.account_id))
            assert shown.may_edit is (answer is None)
        if answer is None:
            assert ask(actor, update_account, request).name == "Changed"
        else:
            with pytest.raises(answer):
                ask(actor, update_account, request)

    def test_a_reseller_company_edits_itself_alone(self, ask, tree, dependencies):
        request = an_account(AccountKind.RESELLER_COMPANY, "resale")
        made = ask(tree.operator, create_account, request, dependencies=dependencies)
        company = actor_at(made, Role.RESELLER_COMPANY)
        for verb in (GetAccount, UpdateAccount):
            verb_of(verb).access.check(company)
        assert ask(company, get_account, GetAccount(account_id=made.id)).may_edit
        assert ask(company, update_account, a_change(made.id)).name == "Changed"
        with pytest.raises(OwnAccount):
            ask(company, update_account, a_change(made.id, state=Status.INACTIVE))
        with pytest.raises(NotFound):
            ask(company, update_account, a_change(tree.dealer.account_id))


class TestSwitching:
    @pytest.mark.parametrize("who", ["operator", "partner", "staff", "dealer"])
    @pytest.mark.parametrize("whom", ["partner", "dealer"])
    def test_whom_one_may_switch_is_said_before(self, who, whom, ask, tree):
        actor = staff_of(tree.partner) if who == "staff" else getattr(tree, who)
        account_id = getattr(tree, whom).account_id
        try:
            shown = ask(actor, get_account, GetAccount(account_id=account_id))
        except NotFound:
            assert (who, whom) == ("dealer", "partner")
            return
        request = a_change(account_id, state=Status.INACTIVE)
        if shown.may_switch:
            assert ask(actor, update_account, request).state is Status.INACTIVE
        else:
            with pytest.raises(Forbidden):
                ask(actor, update_account, request)

    def test_data_and_state_change_together(self, ask, tree, announced):
        before = len(announced("account_changed"))
        request = a_change(tree.dealer.account_id, state=Status.INACTIVE)
        changed = ask(tree.partner, update_account, request)
        assert (changed.name, changed.state) == ("Changed", Status.INACTIVE)
        assert len(announced("account_changed")) == before + 1
        untold = a_change(tree.dealer.account_id, name="Again")
        assert ask(tree.partner, update_account, untold).state is Status.INACTIVE

    @pytest.mark.parametrize(
        ("who", "status", "answer"),
        [
            ("dealer", Status.INACTIVE, OwnAccount),
            ("partner", Status.DELETED, Invalid),
        ],
    )
    def test_nobody_switches_themselves_off_nor_deletes_so(
        self, who, status, answer, ask, tree
    ):
        request = a_change(tree.dealer.account_id, state=status)
        with pytest.raises(answer):
            ask(getattr(tree, who), update_account, request)


class TestCurrency:
    def test_sellers_have_their_partners_and_follow_it(self, ask, tree, dependencies):
        request = a_change(tree.partner.account_id, currency="chf")
        assert ask(tree.operator, update_account, request).currency == "CHF"
        made = ask(
            tree.partner,
            create_account,
            an_account(AccountKind.DEALER, "later", currency="", time_zone=""),
            dependencies=dependencies,
        )
        old = ask(
            tree.partner, get_account, GetAccount(account_id=tree.dealer.account_id)
        )
        assert (made.currency, old.currency) == ("CHF", "CHF")

    def test_it_is_fixed_once_there_was_a_customer(self, ask, tree, make_customer):
        make_customer(tree.dealer)
        with pytest.raises(CurrencyInUse) as refusal:
            ask(
                tree.partner,
                update_account,
                a_change(tree.partner.account_id, currency="CHF"),
            )
        assert refusal.value.code == "currency_in_use"
        same = a_change(tree.partner.account_id, currency="EUR")
        assert ask(tree.partner, update_account, same).currency == "EUR"


class TestZones:
    def test_times_are_shown_in_the_partners_zone_or_the_customers_own(
        self, ask, tree, make_customer, database, announced
    ):
        ask(
            tree.partner,
            update_account,
            a_change(tree.partner.account_id, time_zone="Europe/Riga"),
        )
        login = LoginDetails(username="anna", password="1234")
        customer = make_customer(tree.partner, login=login)

        def zone():
            request = SignIn(username="anna", password="1234")
            token = sign_in(
                database, call(request, NOBODY), is_right=is_right, keyring=KEYRING
            ).token
            return ask(NOBODY, identify, Identify(token=token)).time_zone

        assert zone() == "Europe/Riga"
        anna = Actor(
            role=Role.CUSTOMER, scopes=(customer.scope,), account_id=customer.id
        )
        ask(anna, set_time_zone, SetTimeZone(time_zone="Asia/Tokyo"))
        assert zone() == "Asia/Tokyo"
        before, after = announced("customer_changed")[-2:]
        assert (before.time_zone, after.time_zone) == ("", "Asia/Tokyo")
        assert after.version > before.version
        with pytest.raises(Invalid):
            ask(anna, set_time_zone, SetTimeZone(time_zone="Mars"))
        ask(anna, set_time_zone, SetTimeZone(time_zone=""))
        assert ZoneInfo(zone()) == ZoneInfo("Europe/Riga")


class TestListing:
    def test_filters_orders_and_counts(self, ask, tree, dependencies, make_customer):
        for name in ("beta", "alpha"):
            request = an_account(AccountKind.DEALER, name, email=f"{name}@shop.example")
            ask(tree.partner, create_account, request, dependencies=dependencies)
        make_customer(tree.dealer)
        make_customer(tree.dealer)
        make_customer(tree.reseller)

        def names(**filters):
            order = filters.pop("order", "name")
            paging = Paging(order=order)
            request = ListAccounts(paging=paging, **filters)
            return [a.name for a in ask(tree.operator, list_accounts, request).items]

        assert names(kind=AccountKind.DEALER) == ["alpha", "beta", "stall"]
        assert names(kind=AccountKind.DEALER, order="-name")[0] == "stall"
        assert names(search="SHOP.example") == ["alpha", "beta"]
        assert names(search="alpha stall") == []
        assert names(partner_id=tree.neighbour.account_id) == ["south"]
        assert names(state=Status.INACTIVE) == []
        listed = ask(tree.operator, list_accounts, ListAccounts()).items
        counts = {account.name: account.customer_count for account in listed}
        assert (counts["stall"], counts["shop"]) == (2, 1)
        assert (counts["north"], counts["south"]) == (3, 0)

    @pytest.mark.feature("AH-16")
    def test_a_thousand_dealers_list_in_pages(self, ask, tree, database):
        from accounts.tree.models import Account
        from lineup.ids import new_id
        from lineup.scope import below

        with database.transaction() as work:
            partner = work.session.get(Account, tree.partner.account_id)
            for number in range(1000):
                dealer = partner.child(
                    AccountKind.DEALER, f"dealer {number:04}", work.now
                )
                dealer.id = new_id()
                dealer.scope = below(partner.scope, dealer.id)
                work.session.add(dealer)
        seen, after = [], None
        while True:
            paging = Paging(limit=200, after=after, order="name", count_up_to=10_000)
            request = ListAccounts(
                kind=AccountKind.DEALER, search="dealer", paging=paging
            )
            page = ask(tree.partner, list_accounts, request)
            assert page.total == 1000
            seen += [account.name for account in page.items]
            after = page.next_after
            if after is None:
                break
        assert seen == sorted(seen)
        assert len(seen) == 1000
