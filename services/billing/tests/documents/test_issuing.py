"""Numbers have no gap and no cause has two documents, whoever issues at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from services.billing.tests.conftest import JUNE

from billing.documents.issuing import Draft, issue, issuer_of
from billing.invoicing.operations import issue_all
from billing.people.operations import get_partner
from lineup.contracts.billing.documents import DocumentKind, DocumentLine, Party
from lineup.ids import new_id
from lineup.money import Money

THREADS = 8


def a_draft(partner, cause_id, kind=DocumentKind.INVOICE):
    price, nothing = Money.of("1.00 EUR"), Money.zero("EUR")
    line = DocumentLine(
        description="Family",
        quantity=1,
        net=price,
        tax_percent="0",
        tax=nothing,
        gross=price,
    )
    return Draft(
        kind=kind,
        cause_id=cause_id,
        issuer_id=partner.id,
        partner_id=partner.id,
        customer_id=None,
        scope=partner.scope,
        recipient=Party(name="Anna Berg"),
        lines=[line],
        booked_at=JUNE,
    )


@pytest.fixture
def issued(database, partner):
    """`issued(cause, …)` issues an invoice for each in one transaction; numbers."""

    def issued(*causes, fails=False):
        with database.transaction() as work:
            issuers = {partner.id: issuer_of(work, get_partner(work, partner.id))}
            drafts = [a_draft(partner, cause) for cause in causes]
            numbers = [one.sequence for one in issue(work, drafts, issuers)]
            if fails:
                raise RuntimeError
        return numbers

    return issued


@pytest.mark.feature("WL-09")
def test_numbers_have_no_gap_however_many_issue_at_once(issued):
    barrier = Barrier(THREADS)

    def some(_):
        barrier.wait()
        return [number for _ in range(5) for number in issued(new_id(), new_id())]

    with ThreadPoolExecutor(THREADS) as threads:
        numbers = [one for each in threads.map(some, range(THREADS)) for one in each]

    assert sorted(numbers) == list(range(1, THREADS * 10 + 1))


@pytest.mark.feature("WL-21")
def test_a_cause_has_one_invoice_however_many_issue_it_at_once(issued):
    causes = [new_id() for _ in range(5)]
    barrier = Barrier(THREADS)

    def all_of_them(_):
        barrier.wait()
        return issued(*causes)

    with ThreadPoolExecutor(THREADS) as threads:
        numbers = [
            one for each in threads.map(all_of_them, range(THREADS)) for one in each
        ]

    assert sorted(numbers) == [1, 2, 3, 4, 5]


@pytest.mark.feature("WL-09")
def test_a_number_that_was_not_stored_is_given_again(issued):
    assert issued(new_id()) == [1]
    with pytest.raises(RuntimeError):
        issued(new_id(), fails=True)

    assert issued(new_id()) == [2]


def test_a_cause_that_is_told_twice_at_once_has_one(issued):
    cause = new_id()

    assert issued(cause, new_id(), cause) == [1, 2]


@pytest.mark.feature("WL-09")
def test_a_later_number_is_never_of_an_earlier_time(issued, clock, files):
    issued(new_id())
    clock.forward(seconds=-5)
    issued(new_id())

    first, second = files.seen()
    assert second.issued_at == first.issued_at


@pytest.mark.feature("WL-09", "WL-21")
def test_copies_that_look_at_once_issue_everything_once(
    database, files, shop_floor, partner
):
    for _ in range(6):
        customer = shop_floor.customer(partner, "9.00 EUR")
        plan = shop_floor.plan(partner, "9.00 EUR")
        shop_floor.stop(shop_floor.buy(shop_floor.user(customer), plan))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: issue_all(database), range(4)))

    for kind in (DocumentKind.RECEIPT, DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE):
        numbers = [int(one.number[-6:]) for one in files.seen(kind=kind)]
        assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_each_issuer_counts_for_itself(files, shop_floor, partner, neighbour, clock):
    for each in (partner, neighbour):
        shop_floor.customer(each, "1.00 EUR")
    files.issue()
    clock.set(clock.now() + timedelta(days=366))
    shop_floor.customer(partner, "1.00 EUR")

    numbers = sorted(one.number for one in files.listed())
    assert numbers == ["R-2026-000001", "R-2026-000001", "R-2027-000001"]
