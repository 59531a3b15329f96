"""Pages about the trash: who is in it, restoring, deleting permanently."""

from datetime import UTC, datetime

import pytest

from lineup.context import Role
from lineup.contracts.accounts.customers import CustomerView, PersonDetails
from lineup.contracts.accounts.trash import TrashedCustomer
from lineup.contracts.paging import Page
from lineup.errors import Conflict

from .test_customers import CUSTOMER, ID, sent, text_of, visible_text

IN_TRASH = f"/customers/trash/{ID}"
ANA = PersonDetails(first_name="Ana", last_name="Ruiz", email="a@example.org")

pytestmark = pytest.mark.feature("CU-33")


@pytest.fixture
def in_trash(services, sample):
    view = sample(
        TrashedCustomer,
        id=ID,
        person=ANA,
        deleted_by="north",
        deleted_at=datetime(2026, 3, 2, tzinfo=UTC),
        purge_at=datetime(2026, 4, 1, tzinfo=UTC),
    )
    services.answer_with("accounts.list_trash", Page(items=[view], total=1))


def test_it_is_reached_from_the_customers_and_says_until_when(browser, in_trash):
    client = browser(Role.PARTNER)
    assert "/customers/trash" in text_of(client.get("/customers"))

    words = visible_text(client.get("/customers/trash"))

    assert "Ana Ruiz" in words
    assert "2 Mar 2026 north 1 Apr 2026" in words
    assert "Restore Ana Ruiz" in words


def test_support_looks_and_does_nothing(browser, in_trash):
    client = browser(Role.SUPPORT)
    assert "Restore" not in visible_text(client.get("/customers/trash"))
    assert client.get(f"{IN_TRASH}/delete").status_code == 403


def test_a_restored_customer_is_shown(browser, form_of, services, sample, in_trash):
    services.answer_with("accounts.restore_customer", sample(CustomerView, person=ANA))
    client = browser(Role.PARTNER)
    hidden = form_of(text_of(client.get("/customers/trash")), f"{IN_TRASH}/restore")

    answer = client.post(f"{IN_TRASH}/restore", data=hidden)

    assert answer.location == CUSTOMER
    [(_, rpc_request)] = services.calls_of("accounts.restore_customer")
    assert str(rpc_request.customer_id) == ID


def test_why_one_is_not_restored_is_said(browser, form_of, services, in_trash):
    taken = Conflict("The address is in use.", code="email_taken")
    services.answer_with("accounts.restore_customer", taken)
    client = browser(Role.PARTNER)
    hidden = form_of(text_of(client.get("/customers/trash")), f"{IN_TRASH}/restore")

    answer = client.post(f"{IN_TRASH}/restore", data=hidden, follow_redirects=True)

    assert "Not restored. The address is in use." in visible_text(answer)


def test_deleting_permanently_is_asked_first(browser, form_of, services, in_trash):
    client = browser(Role.PARTNER)
    assert "cannot be restored" in visible_text(client.get(f"{IN_TRASH}/delete"))
    assert services.calls_of("accounts.purge_customer") == []

    answer = sent(client, form_of, f"{IN_TRASH}/delete")

    assert answer.location == "/customers/trash"
    [(_, rpc_request)] = services.calls_of("accounts.purge_customer")
    assert str(rpc_request.customer_id) == ID


def test_who_is_not_in_the_trash_has_no_page(browser, services):
    services.answer_with("accounts.list_trash", Page(items=[]))
    assert browser(Role.PARTNER).get(f"{IN_TRASH}/delete").status_code == 404
