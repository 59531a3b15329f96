"""Whoever names the tag of what it saw changes that, and nothing that came after."""

import threading
from functools import partial

import pytest

from accounts.customers.operations import get_customer, update_customer
from lineup.context import Call, Context
from lineup.contracts.accounts.customers import (
    GetCustomer,
    PersonChange,
    UpdateCustomer,
)
from lineup.database import current_of
from lineup.errors import PreconditionFailed
from lineup.tags import tag_of
from lineup.verbs import HANDLERS

CURRENT = current_of(HANDLERS[UpdateCustomer])


@pytest.fixture
def rename(database, tree, dependencies):
    """`rename(customer_id, "Eva", tags)` changes a first name, where a tag fits."""

    def rename(customer_id, name, tags, current=CURRENT):
        change = UpdateCustomer(
            customer_id=customer_id, person=PersonChange(first_name=name)
        )
        context = Context(actor=tree.partner, if_match=tags)
        call = Call(name="update_customer", request=change, context=context)
        operation = partial(update_customer, dependencies=dependencies)
        return database.run_idempotent(call, operation, current)

    return rename


@pytest.fixture
def seen(ask, tree):
    """`seen(customer_id)` is the tag of a customer as it is shown now."""

    def seen(customer_id):
        request = GetCustomer(customer_id=customer_id)
        return tag_of(ask(tree.partner, get_customer, request))

    return seen


def test_what_is_as_it_was_seen_is_changed_and_has_another_tag(
    make_customer, rename, seen
):
    customer = make_customer().id
    first = seen(customer)

    changed = rename(customer, "Eva", ("other", first))

    assert changed.person.first_name == "Eva"
    assert seen(customer) == tag_of(changed) != first


def test_what_was_changed_meanwhile_stays(make_customer, rename, seen, ask, tree):
    customer = make_customer().id
    first = seen(customer)
    rename(customer, "Eva", ())

    with pytest.raises(PreconditionFailed) as refusal:
        rename(customer, "Ida", (first,))

    assert (refusal.value.status, refusal.value.code) == (412, "precondition_failed")
    told = ask(tree.partner, get_customer, GetCustomer(customer_id=customer))
    assert told.person.first_name == "Eva"


def test_of_many_who_saw_the_same_one_changes_it(make_customer, rename, seen):
    customer = make_customer().id
    first = seen(customer)
    told = []

    def change(name):
        try:
            told.append(rename(customer, name, (first,)).person.first_name)
        except PreconditionFailed:
            told.append(None)

    threads = [threading.Thread(target=change, args=(f"Eva {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([name for name in told if name]) == 1
    assert len(told) == 6


def test_what_shows_no_tag_is_changed_by_nobody_who_names_one(make_customer, rename):
    customer = make_customer().id

    with pytest.raises(PreconditionFailed):
        rename(customer, "Eva", ("any",), current=None)
