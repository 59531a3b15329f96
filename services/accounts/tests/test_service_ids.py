"""Several businesses in one installation: the same username, told apart by an id."""

from itertools import product

import pytest

from accounts.logins.limits import TooManyTries
from accounts.logins.operations import reset_password
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.partners.ending import delete_partner
from accounts.resets.operations import answer_wishes, request_password_reset
from accounts.sellers.editing import update_account
from accounts.sellers.operations import create_account
from accounts.staff.second_factor import remove_by_name
from accounts.tree.operations import get_account
from lineup.context import NOBODY, Role
from lineup.contracts.accounts.partnerships import DeletePartner
from lineup.contracts.accounts.refusals import (
    InvalidCredentials,
    LoginNotFound,
    SecondFactorOff,
    ServiceIdNeeded,
)
from lineup.contracts.accounts.resets import RequestPasswordReset
from lineup.contracts.accounts.sessions import SignIn
from lineup.contracts.accounts.tree import (
    AccountKind,
    GetAccount,
    LoginDetails,
    UpdateAccount,
)
from lineup.errors import Conflict, Invalid

from .conftest import KEYRING, PASSWORD, actor_at, an_account, call, codes_of

pytestmark = pytest.mark.feature("AH-38")
ANNA = LoginDetails(username="anna", password=PASSWORD)
NAMES, IDS = ("anna", "bert"), ("", "blue", "red", "unknown")


@pytest.fixture
def have(ask, tree):
    """`have(tree.partner, "blue")` gives a partner a service ID."""

    def have(actor, service_id):
        request = UpdateAccount(account_id=actor.account_id, service_id=service_id)
        return ask(actor, update_account, request)

    return have


@pytest.fixture
def enter(database):
    """`enter("anna", "blue")` signs in and says who that is; None: nobody."""

    def enter(username, service="", password=PASSWORD, **fields):
        request = SignIn(
            username=username, password=password, service=service, **fields
        )
        asked = call(request, NOBODY)
        try:
            return sign_in(database, asked, is_right=is_right, keyring=KEYRING).actor
        except InvalidCredentials:
            return None

    return enter


@pytest.fixture
def both(have, tree, make_customer):
    """The customers of two businesses that are called anna."""
    have(tree.partner, "blue")
    have(tree.neighbour, "red")
    return {
        "blue": make_customer(tree.partner, login=ANNA, email="a@blue.example").id,
        "red": make_customer(tree.neighbour, login=ANNA, email="a@red.example").id,
    }


class TestSignIn:
    def test_reaches_the_business_whose_id_was_given(self, both, enter):
        for service, customer_id in both.items():
            assert enter("anna", service).account_id == customer_id
            assert enter(" Anna ", f" {service.upper()} ").account_id == customer_id

    def test_without_one_is_answered_as_for_a_wrong_password(self, both, enter):
        assert enter("anna") is None
        assert enter("anna", "green") is None
        assert enter("anna", "blue", "wrong") is None

    def test_without_one_reaches_who_alone_is_called_so(
        self, have, tree, make_customer, enter
    ):
        have(tree.partner, "blue")
        made = make_customer(tree.partner, login=ANNA)
        assert enter("anna").account_id == made.id

    def test_is_taken_from_nobody_by_a_business_with_an_id(
        self, have, tree, make_customer, enter
    ):
        first = make_customer(tree.neighbour, login=ANNA)
        have(tree.partner, "blue")
        make_customer(tree.partner, login=ANNA)
        assert enter("anna").account_id == first.id

    def test_of_the_operator_takes_no_id(self, both, enter):
        assert enter("root").role is Role.OPERATOR
        assert enter("root", "blue") is None

    def test_slows_nobody_down_in_another_business(self, both, enter):
        def guess(service):
            for number in range(60):
                enter("anna", service, "wrong", address=f"203.0.113.{number}")

        with pytest.raises(TooManyTries):
            guess("blue")
        with pytest.raises(TooManyTries):
            enter("anna", "blue", address="198.51.100.1")
        assert enter("anna", "red", address="198.51.100.1")

    def test_counts_names_that_are_not_there_as_those_that_are(self, both, enter):
        answers = []
        for name, service in (("anna", "blue"), ("nobody", "blue"), ("anna", "green")):
            for tried in range(20):
                try:
                    enter(name, service, "wrong")
                except TooManyTries:
                    answers.append(tried)
                    break
        assert answers == [10, 10, 10]


def test_names_are_unique_within_a_business_alone(both, tree, make_customer):
    for actor in (tree.partner, tree.neighbour):
        with pytest.raises(Conflict) as refusal:
            make_customer(actor, login=ANNA, email="other@tv.example")
        assert refusal.value.code == "username_taken"


def test_whoever_a_name_means_is_of_the_business_that_was_given(
    ask, tree, have, make_customer, enter, dependencies
):
    """All names in all businesses, asked for with all IDs."""
    third = ask(
        tree.operator,
        create_account,
        an_account(AccountKind.PARTNER, "east"),
        dependencies=dependencies,
    )
    businesses = {
        "": tree.partner,
        "blue": tree.neighbour,
        "red": actor_at(third, Role.PARTNER),
    }
    have(businesses["blue"], "blue")
    have(businesses["red"], "red")
    there = {}
    for name, service in (("anna", ""), *product(NAMES, ("blue", "red"))):
        login = LoginDetails(username=name, password=PASSWORD)
        email = f"{name}@{service or 'none'}.example"
        made = make_customer(businesses[service], login=login, email=email)
        there[name, service] = made.id

    for name, service in product(NAMES, IDS):
        actor = enter(name, service)
        assert (actor and actor.account_id) == there.get((name, service))


class TestServiceId:
    def test_is_had_by_one_partner(self, have, tree):
        assert have(tree.partner, "blue").service_id == "blue"
        with pytest.raises(Conflict) as refusal:
            have(tree.neighbour, "blue")
        assert refusal.value.code == "service_id_taken"

    @pytest.mark.parametrize("text", ["Blue", "a", "-a", "a b", "x" * 41])
    def test_is_a_short_word(self, have, tree, text):
        with pytest.raises(Invalid) as refusal:
            have(tree.partner, text)
        assert codes_of(refusal) == {"service_id": ["service_id_invalid"]}

    def test_is_for_partners_alone(self, ask, have, tree, dependencies):
        with pytest.raises(Invalid):
            have(tree.dealer, "blue")
        request = an_account(AccountKind.DEALER, "outlet", service_id="blue")
        with pytest.raises(Invalid):
            ask(tree.partner, create_account, request, dependencies=dependencies)

    def test_is_given_with_a_new_partner(self, both, ask, tree, enter, dependencies):
        request = an_account(AccountKind.PARTNER, "anna", service_id="green")
        made = ask(tree.operator, create_account, request, dependencies=dependencies)
        assert made.service_id == "green"
        assert enter("anna", "green").account_id == made.id

    def test_changes_while_all_names_stay(self, both, have, tree, enter):
        have(tree.partner, "navy")
        assert enter("anna", "navy").account_id == both["blue"]
        assert enter("anna", "blue") is None

    def test_is_needed_while_others_have_the_same_names(
        self, ask, have, tree, make_customer
    ):
        make_customer(tree.neighbour, login=ANNA)
        have(tree.partner, "blue")
        make_customer(tree.partner, login=ANNA)
        with pytest.raises(ServiceIdNeeded):
            have(tree.partner, "")
        wanted = GetAccount(account_id=tree.partner.account_id)
        assert ask(tree.partner, get_account, wanted).service_id == "blue"

    def test_is_given_up_where_nobody_else_has_a_name(self, have, tree, enter):
        have(tree.partner, "blue")
        assert have(tree.partner, "").service_id == ""
        assert enter("north").account_id == tree.partner.account_id
        assert enter("north", "blue") is None

    def test_is_free_when_its_partner_is_gone(self, ask, have, tree):
        have(tree.neighbour, "red")
        gone = DeletePartner(
            partner_id=tree.neighbour.account_id, confirmation="south", reason="Asked"
        )
        ask(tree.operator, delete_partner, gone)
        assert have(tree.partner, "red").service_id == "red"


class TestReset:
    @pytest.fixture
    def mails(self, database, dependencies, announced):
        """Whom asking for a link writes to."""

        def mails(username, service=""):
            before = len(announced("reset_link_issued"))
            request = RequestPasswordReset(username=username, service=service)
            request_password_reset(database, call(request, NOBODY))
            with database.transaction() as work:
                answer_wishes(work, dependencies)
            return [one.email for one in announced("reset_link_issued")[before:]]

        return mails

    def test_is_sent_to_the_business_whose_id_was_given(self, both, mails):
        assert mails("anna", "Blue") == ["a@blue.example"]
        assert mails("anna", "red") == ["a@red.example"]
        assert mails("a@red.example", "red") == ["a@red.example"]

    def test_is_sent_to_nobody_whom_a_name_alone_does_not_mean(self, both, mails):
        assert mails("anna") == []
        assert mails("anna", "green") == mails("a@red.example", "blue") == []
        assert mails("a@red.example") == ["a@red.example"]

    def test_by_hand_takes_the_id(self, both, database, dependencies, enter):
        new = "another long password"
        with pytest.raises(LoginNotFound), database.transaction() as work:
            reset_password(work, dependencies, "anna", new)
        with pytest.raises(SecondFactorOff), database.transaction() as work:
            remove_by_name(work, "anna", "red")
        with database.transaction() as work:
            reset_password(work, dependencies, "anna", new, "red")
        assert enter("anna", "red", new).account_id == both["red"]
        assert enter("anna", "blue").account_id == both["blue"]


def test_the_credentials_say_which_id_is_needed(both, announced):
    told = {one.email: one.service_id for one in announced("credentials_issued")}
    assert told == {"a@blue.example": "blue", "a@red.example": "red"}
