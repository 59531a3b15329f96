import threading
from functools import partial

import pytest
from sqlalchemy import func, select

from accounts.customers.models import Customer
from accounts.customers.operations import (
    get_customer,
    list_customers,
    update_customer,
)
from accounts.logins.models import Login
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.membership.operations import create_customer
from accounts.tree.models import Account
from accounts.users.models import User
from lineup.context import NOBODY, Context, Role
from lineup.contracts.accounts.customers import (
    GetCustomer,
    ListCustomers,
    UpdateCustomer,
)
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.sessions import SignIn
from lineup.contracts.accounts.tree import LoginDetails
from lineup.contracts.paging import Paging
from lineup.errors import Conflict, Invalid, NotFound

from .conftest import KEYRING, a_person, actor_at, call, codes_of

ANNA = LoginDetails(username="anna", password="1234")


def rows(database):
    with database.transaction() as work:
        return [
            work.session.scalar(select(func.count()).select_from(model))
            for model in (Account, Login, Customer, User)
        ]


class TestCreating:
    @pytest.mark.feature("CU-02")
    def test_data_login_and_first_user_come_together(
        self, make_customer, tree, ask, announced, dependencies
    ):
        made = make_customer(
            login=ANNA,
            user_name="Living room",
            email="Anna@Example.com",
            mobile="+31 6 1234 5678",
            country="nl",
        )

        assert (made.username, made.user_count) == ("anna", 1)
        assert (made.person.mobile, made.person.country) == ("+31612345678", "NL")
        assert made.partner_id == tree.partner.account_id
        [customer] = announced("customer_changed")
        assert (customer.id, customer.version) == (str(made.id), 1)
        assert customer.scope == made.scope
        [user] = announced("user_changed")
        assert (user.name, user.scope) == ("Living room", made.scope)

    @pytest.mark.feature("CU-02")
    def test_a_failing_login_leaves_nothing_behind(self, make_customer, database, tree):
        before = rows(database)
        login = LoginDetails(username="anna", password="123")
        with pytest.raises(Invalid) as refusal:
            make_customer(login=login, user_name="Kids")
        assert refusal.value.code == "password_short"
        assert rows(database) == before

    @pytest.mark.feature("CU-17", "CU-03")
    def test_three_faults_are_told_in_one_answer(self, make_customer, database):
        make_customer(login=ANNA, email="anna@example.com")
        before = rows(database)
        with pytest.raises(Invalid) as refusal:
            make_customer(
                login=LoginDetails(username="anna", password="123"),
                first_name=" ",
                email="ANNA@example.com",
                mobile="0612345678",
                country="XX",
                user_name="x" * 101,
            )
        assert codes_of(refusal) == {
            "person.first_name": ["required"],
            "person.mobile": ["mobile_invalid"],
            "person.country": ["country_unknown"],
            "person.email": ["email_taken"],
            "login.username": ["username_taken"],
            "login.password": ["password_short"],
            "user_name": ["too_long"],
        }
        assert refusal.value.fields.keys() == codes_of(refusal).keys()
        assert rows(database) == before

    @pytest.mark.feature("CU-06")
    def test_capitals_in_a_login_name_are_refused(self, make_customer):
        with pytest.raises(Invalid) as refusal:
            make_customer(login=LoginDetails(username="Anna", password="1234"))
        assert refusal.value.code == "username_capitals"

    @pytest.mark.feature("CU-06")
    def test_a_login_name_is_taken_by_anybody_in_the_installation(
        self, make_customer, tree
    ):
        make_customer(tree.neighbour, login=ANNA)
        with pytest.raises(Conflict) as refusal:
            make_customer(tree.partner, login=ANNA)
        assert refusal.value.code == "username_taken"

    @pytest.mark.feature("CU-04")
    def test_a_mail_address_is_unique_within_the_partner_without_case(
        self, make_customer, tree
    ):
        make_customer(tree.reseller, email="anna@example.com")
        with pytest.raises(Conflict) as refusal:
            make_customer(tree.dealer, email="Anna@Example.COM")
        assert refusal.value.code == "email_taken"
        assert refusal.value.fields.keys() == {"person.email"}
        assert make_customer(tree.neighbour, email="anna@example.com")

    def test_many_customers_may_have_no_mail_address(self, make_customer):
        assert make_customer().id != make_customer().id

    @pytest.mark.feature("CU-28")
    def test_without_a_login_one_is_generated(
        self, make_customer, database, dependencies, announced
    ):
        made = make_customer(email="anna.berg@example.com")
        [issued] = announced("credentials_issued")
        password = dependencies.keyring.open(issued.password)
        assert made.username.startswith("anna.berg")
        assert issued.username == made.username
        entered = sign_in(
            database,
            call(SignIn(username=made.username, password=password), NOBODY),
            is_right=is_right,
            keyring=KEYRING,
        )
        assert entered.actor.account_id == made.id

    def test_what_was_generated_is_told_once_without_a_mail_address_too(
        self, make_customer, dependencies, announced, ask, tree
    ):
        made = make_customer(user_name="Living room")

        [user] = announced("user_changed")
        assert [str(one.id) for one in made.users] == [user.id]
        assert made.users[0].token == user.token
        password = dependencies.keyring.open(made.generated_password)
        assert len(password) >= 8
        assert password not in str(made)
        told = ask(tree.partner, get_customer, GetCustomer(customer_id=made.id))
        assert vars(told).items() <= vars(made).items()

    def test_a_password_that_was_chosen_is_not_told(self, make_customer):
        made = make_customer(login=ANNA)

        assert (made.username, made.generated_password, made.users) == ("anna", "", [])

    def test_credentials_are_issued_sealed(
        self, make_customer, dependencies, announced
    ):
        made = make_customer(login=ANNA, email="a@example.com", user_name="Kids")
        [issued] = announced("credentials_issued")
        [player] = issued.users
        [user] = announced("user_changed")
        assert issued.id == str(made.id)
        assert dependencies.keyring.open(issued.password) == "1234"
        assert dependencies.keyring.open(
            player["password"]
        ) == dependencies.keyring.open(user.password)
        assert player["token"] == user.token
        assert issued.public_url == "https://lineup.example"

    def test_no_credentials_are_issued_unasked_or_without_an_address(
        self, make_customer, announced
    ):
        make_customer(email="anna@example.com", send_credentials=False)
        make_customer()
        assert announced("credentials_issued") == []

    def test_a_sellers_customer_lies_below_it(self, make_customer, tree):
        made = make_customer(tree.reseller)
        assert made.scope == f"{tree.reseller.scopes[0]}{made.id.hex}/"
        assert made.partner_id == tree.partner.account_id

    def test_a_partner_places_a_customer_below_its_seller_only(
        self, ask, tree, dependencies
    ):
        def placed(actor, seller):
            request = CreateCustomer(person=a_person(), seller_id=seller.account_id)
            return ask(actor, create_customer, request, dependencies=dependencies)

        made = placed(tree.partner, tree.reseller)
        assert made.scope.startswith(tree.reseller.scopes[0])
        with pytest.raises(NotFound):
            placed(tree.neighbour, tree.reseller)
        with pytest.raises(NotFound):
            placed(tree.dealer, tree.reseller)

    def test_the_operator_names_the_partner(self, ask, tree, dependencies):
        with pytest.raises(Invalid):
            ask(
                tree.operator,
                create_customer,
                CreateCustomer(person=a_person()),
                dependencies=dependencies,
            )
        request = CreateCustomer(person=a_person(), partner_id=tree.partner.account_id)
        made = ask(tree.operator, create_customer, request, dependencies=dependencies)
        assert made.partner_id == tree.partner.account_id

    def test_a_repeated_key_makes_one_customer(self, database, tree, dependencies):
        request = CreateCustomer(person=a_person(email="anna@example.com"))
        operation = partial(create_customer, dependencies=dependencies)
        first, second = (
            database.run_idempotent(
                call(request, tree.partner, key="form-1"), operation
            )
            for _ in range(2)
        )
        assert first == second

    @pytest.mark.parametrize(
        ("field", "code"), [("email", "email_taken"), ("login", "username_taken")]
    )
    def test_of_two_at_once_one_is_refused(
        self, field, code, database, tree, dependencies
    ):
        same = {"email": "anna@example.com"} if field == "email" else {}
        answers = []
        together = threading.Barrier(2)

        def create():
            request = CreateCustomer(
                person=a_person(**same), login=ANNA if field == "login" else None
            )
            together.wait(10)
            try:
                with database.transaction(Context(actor=tree.partner)) as work:
                    create_customer(work, request, dependencies=dependencies)
                answers.append("made")
            except Conflict as refusal:
                answers.append(refusal.code)

        threads = [threading.Thread(target=create) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(answers) == sorted(["made", code])


class TestUpdating:
    def test_data_is_changed_and_announced(
        self, make_customer, ask, tree, announced, dependencies
    ):
        made = make_customer(email="anna@example.com")
        request = UpdateCustomer(
            customer_id=made.id,
            person=a_person(last_name="Maas", email="ANNA@example.com"),
        )
        assert (
            ask(
                tree.partner, update_customer, request, dependencies=dependencies
            ).person.last_name
            == "Maas"
        )
        assert [s.version for s in announced("customer_changed")] == [1, 2]
        found = ask(tree.partner, list_customers, ListCustomers(search="maas"))
        assert [item.id for item in found.items] == [made.id]

    @pytest.mark.feature("CU-04")
    def test_anothers_address_is_taken_and_told_with_the_rest(
        self, make_customer, ask, tree, dependencies
    ):
        make_customer(email="ben@example.com")
        made = make_customer(email="anna@example.com")
        request = UpdateCustomer(
            customer_id=made.id,
            person=a_person(first_name="", email="BEN@example.com"),
        )
        with pytest.raises(Invalid) as refusal:
            ask(tree.partner, update_customer, request, dependencies=dependencies)
        assert codes_of(refusal) == {
            "person.first_name": ["required"],
            "person.email": ["email_taken"],
        }

    def test_a_neighbour_changes_nothing(self, make_customer, ask, tree, dependencies):
        made = make_customer(tree.reseller)
        request = UpdateCustomer(customer_id=made.id, person=a_person())
        for stranger in (tree.neighbour, tree.dealer):
            with pytest.raises(NotFound):
                ask(stranger, update_customer, request, dependencies=dependencies)


class TestSeeing:
    @pytest.mark.feature("AH-04")
    def test_each_sees_the_customers_below(self, make_customer, ask, tree):
        of_reseller = make_customer(tree.reseller)
        of_partner = make_customer(tree.partner)
        make_customer(tree.neighbour)

        def seen(actor):
            return {c.id for c in ask(actor, list_customers, ListCustomers()).items}

        assert seen(tree.reseller) == {of_reseller.id}
        assert seen(tree.partner) == {of_reseller.id, of_partner.id}
        assert seen(tree.dealer) == set()
        assert len(seen(tree.operator)) == 3

    def test_a_customer_sees_itself_only(self, make_customer, ask, tree):
        anna, ben = make_customer(tree.reseller), make_customer(tree.reseller)
        as_anna = actor_at(anna, Role.CUSTOMER)
        request = GetCustomer(customer_id=anna.id)
        assert ask(as_anna, get_customer, request).id == anna.id
        with pytest.raises(NotFound):
            ask(as_anna, get_customer, GetCustomer(customer_id=ben.id))

    @pytest.mark.parametrize(
        "search", ["berg", "BERG anna", "na.b", "@example.com", "anna.berg"]
    )
    def test_a_text_in_name_mail_or_login_name_finds(
        self, search, make_customer, ask, tree
    ):
        anna = make_customer(email="anna.berg@example.com")
        make_customer(first_name="Ben", last_name="Hill", email="ben@example.org")
        page = ask(tree.partner, list_customers, ListCustomers(search=search))
        assert [customer.id for customer in page.items] == [anna.id]

    def test_signs_of_a_pattern_are_plain_text(self, make_customer, ask, tree):
        make_customer()
        for search in ("%", "_", "a%b"):
            request = ListCustomers(search=search)
            assert ask(tree.partner, list_customers, request).items == []

    def test_pages_follow_each_other_newest_first(self, make_customer, ask, tree):
        made = [make_customer(user_name="Kids").id for _ in range(3)]
        paging = Paging(limit=2)
        first = ask(tree.partner, list_customers, ListCustomers(paging=paging))
        paging = Paging(limit=2, after=first.next_after)
        second = ask(tree.partner, list_customers, ListCustomers(paging=paging))
        assert [c.id for c in first.items + second.items] == made[::-1]
        assert second.next_after is None
        assert {c.user_count for c in first.items} == {1}
