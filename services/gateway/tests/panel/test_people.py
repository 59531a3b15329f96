"""The page of everybody who can sign in."""

from datetime import UTC, datetime

import pytest

from lineup.context import Role
from lineup.contracts.accounts.people import PersonView
from lineup.contracts.accounts.tree import Status
from lineup.contracts.paging import Page
from lineup.ids import new_id


def a_person(role, **details):
    given = {
        "id": new_id(),
        "account_id": new_id(),
        "partner_id": None,
        "role": role,
        "name": f"A {role}",
        "username": f"the-{role}",
        "email": "",
        "state": Status.ACTIVE,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "may_edit": True,
    }
    return PersonView(**given | details)


@pytest.mark.feature("AH-27")
def test_each_row_leads_to_the_page_of_its_own(browser, services):
    people = [a_person(role) for role in (Role.DEALER, Role.STAFF, Role.CUSTOMER)]
    above = a_person(Role.STAFF, may_edit=False)
    services.answer_with("accounts.list_people", Page(items=[*people, above]))

    page = browser(Role.PARTNER).get("/people").get_data(as_text=True)

    dealer, staff, customer = people
    for address in (
        f"/accounts/{dealer.account_id}",
        f"/accounts/{staff.account_id}/logins/{staff.id}/edit",
        f"/customers/{customer.account_id}",
        f"/accounts/{above.account_id}",
    ):
        assert f'href="{address}"' in page


@pytest.mark.feature("AH-27")
def test_a_type_and_a_text_narrow_the_list(browser, services):
    services.answer_with("accounts.list_people", Page(items=[]))
    browser(Role.PARTNER).get("/people?role=reseller&search=shop")
    [(_, asked)] = services.calls_of("accounts.list_people")
    assert (asked.role, asked.search) == (Role.RESELLER, "shop")


@pytest.mark.parametrize(
    ("role", "others"),
    [(Role.DEALER, ("Staff", "Partner")), (Role.PARTNER, ("Operator",))],
)
def test_only_types_that_one_can_see_are_offered(browser, services, role, others):
    services.answer_with("accounts.list_people", Page(items=[]))
    page = browser(role).get("/people").get_data(as_text=True)
    assert '<option value="customer"' in page
    for other in others:
        assert f'<option value="{other.lower()}"' not in page
