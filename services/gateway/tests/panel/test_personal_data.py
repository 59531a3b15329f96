"""The export of a person's data: a link for a week, and an archive with an index."""

import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from lineup.context import Role
from lineup.contracts.accounts.customers import CustomerView, PersonDetails
from lineup.contracts.accounts.personal_data import PersonalExport, PersonalRows
from lineup.errors import NotFound, Unavailable

from .test_customers import CUSTOMER, ID, sent, text_of

pytestmark = pytest.mark.feature("CU-39")
SERVICES = ("accounts", "billing", "playlists", "notifications")


@pytest.fixture
def kept(services, sample):
    """Each service keeps two rows of Ana, on two pages."""
    person = PersonDetails(first_name="Ana", last_name="Ruiz", email="a@example.org")
    view = sample(CustomerView, id=UUID(ID), person=person, scope="/a/b/")
    services.answer_with("accounts.get_customer", view)
    for service in SERVICES:
        services.answer_with(f"{service}.read_personal_rows", _page)
    return view


def _page(_context, request):
    is_first = not request.after
    email = b"a@example.org" if is_first else b"second"
    return PersonalRows(
        table="customers",
        title="Who you are",
        rows=[msgspec.Raw(b'{"email": "%s"}' % email)],
        next_table=0 if is_first else None,
        next_after="x" if is_first else "",
    )


def expiring(in_time):
    until = datetime.now(UTC) + in_time
    return PersonalExport(customer_id=UUID(ID), expires_at=until)


@pytest.mark.parametrize(
    ("role", "path"),
    [(Role.PARTNER, f"{CUSTOMER}/personal-data"), (Role.CUSTOMER, "/my/personal-data")],
)
def test_seller_and_customer_get_a_link_that_opens_the_archive(
    browser, form_of, services, kept, app, role, path
):
    made = expiring(timedelta(days=7))
    services.answer_with("accounts.export_customer", made)
    client = browser(role)

    page = text_of(sent(client, form_of, path))

    link = re.search(r"/personal-data/[\w=-]{40,}", page)[0]
    answer = app.test_client().get(link)
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        index = archive.read("index.txt").decode()
        assert index.startswith("The data that your provider keeps about you, as of ")
        for service in SERVICES:
            rows = json.loads(archive.read(f"{service}/customers.json"))
            assert [one["email"] for one in rows] == ["a@example.org", "second"]
            assert f"{service}/customers.json: Who you are, 2 rows" in index
    read = services.calls_of("billing.read_personal_rows")
    assert {context.actor.scopes for context, _ in read} == {("/a/b/",)}


def test_a_link_that_is_over_or_wrong_opens_nothing(
    browser, form_of, services, kept, app
):
    services.answer_with("accounts.export_customer", expiring(-timedelta(minutes=1)))
    page = text_of(sent(browser(Role.CUSTOMER), form_of, "/my/personal-data"))
    link = re.search(r"/personal-data/[\w=-]{40,}", page)[0]

    assert app.test_client().get(link).status_code == 404
    assert app.test_client().get("/personal-data/nonsense").status_code == 404
    assert services.calls_of("billing.read_personal_rows") == []


def test_a_service_that_is_away_is_told_before_it_begins(
    browser, form_of, services, kept, app
):
    services.answer_with("accounts.export_customer", expiring(timedelta(days=7)))
    services.answer_with("accounts.read_personal_rows", Unavailable())
    page = text_of(sent(browser(Role.CUSTOMER), form_of, "/my/personal-data"))
    link = re.search(r"/personal-data/[\w=-]{40,}", page)[0]
    assert app.test_client().get(link).status_code == 503
    for service in SERVICES:  # all are asked at once
        assert len(services.calls_of(f"{service}.read_personal_rows")) == 1

    services.answer_with("accounts.get_customer", NotFound())
    assert app.test_client().get(link).status_code == 404
