"""Pages of the directory, of link requests and of links, for both sides."""

import io
import zipfile
from dataclasses import replace
from uuid import UUID

import pytest

from gateway.panel.guard import TOKEN
from lineup.access import PartnerUnavailable
from lineup.context import Actor, LinkStanding, Role
from lineup.contracts.accounts.partner_directory import DirectoryEntry, PartnerListing
from lineup.contracts.accounts.partner_packages import OfferedPackage, OfferedPackages
from lineup.contracts.accounts.partnerships import PartnershipDetails
from lineup.contracts.accounts.refusals import RequestClosed, RequestOpen
from lineup.contracts.accounts.reseller_links import (
    LinkRequestState,
    LinkRequestView,
    ResellerLinkState,
    ResellerLinkView,
)
from lineup.contracts.accounts.sessions import SignedIn
from lineup.contracts.accounts.tree import AccountKind, AccountView
from lineup.contracts.paging import Page
from lineup.money import Money
from lineup.scope import ROOT, below

from .test_sellers import ID, OTHER, sent, text_of, visible_text

HERE = "/reselling"


@pytest.fixture
def company(browser):
    """A reseller company's browser."""
    return browser(Role.RESELLER_COMPANY)


@pytest.mark.parametrize("is_locked", [True, False])
def test_a_company_is_told_how_it_stands_and_pays(
    company, services, sample, form_of, is_locked
):
    own = services.roles["token-of-reseller_company"]
    services.roles["token-of-reseller_company"] = replace(own, is_locked=is_locked)
    standing = sample(
        PartnershipDetails,
        kind=AccountKind.RESELLER_COMPANY,
        amount=Money.of("20.00 EUR"),
        reference="R-7",
    )
    services.answer_with("accounts.get_partnership", standing)
    offered = OfferedPackages(packages=[sample(OfferedPackage, id=UUID(OTHER))])
    services.answer_with("accounts.list_offered_packages", offered)
    landing = "/package" if is_locked else f"{HERE}/links"
    assert company.get("/").location == landing
    assert 'href="/package"' in text_of(company.get("/help/"))
    page = visible_text(company.get("/package"))
    assert ("locked because payment is due" in page) is is_locked
    assert "R-7" in page
    assert "your customers, users, subscriptions and sales at every partner" in page
    assert "Sellers" not in page
    answer = sent(company, form_of, f"/package/{OTHER}/choose")
    assert answer.location == "/package"
    [(_, asked)] = services.calls_of("accounts.choose_package")
    assert str(asked.package_id) == OTHER


@pytest.mark.feature("PL-14", "PL-18")
def test_a_company_exports_what_it_has_at_all_its_partners(company, services, sample):
    account = sample(AccountView, kind=AccountKind.RESELLER_COMPANY)
    link = sample(ResellerLinkView, id=UUID(OTHER), partner_id=UUID(ID))
    services.answer_with("accounts.get_account", account)
    services.answer_with("accounts.list_reseller_links", Page(items=[link]))
    archive = company.get("/package/export.zip")
    names = zipfile.ZipFile(io.BytesIO(archive.data)).namelist()
    assert {"links.csv", "customers.csv", "sales.csv"} <= set(names)
    assert "channels.csv" not in names
    own, its_link = below(ROOT, UUID(ID)), below(below(ROOT, UUID(ID)), UUID(OTHER))
    asked = services.calls_of("accounts.list_customers")
    assert {context.actor.scopes for context, _ in asked} == {(own, its_link)}


def test_a_company_changes_its_own_details(company, form_of, services):
    given = {"name": "Resale", "email": "", "time_zone": "UTC", "country": ""}
    answer = sent(company, form_of, "/settings", **given)
    assert answer.location == "/settings", visible_text(answer)
    [(_, asked)] = services.calls_of("accounts.update_account")
    assert (asked.name, str(asked.account_id)) == ("Resale", ID)


@pytest.mark.feature("AH-07")
def test_a_partner_chooses_what_resellers_see(browser, form_of, services, sample):
    listing = sample(PartnerListing, visible_fields=["email"], offers_to_resellers=True)
    services.answer_with("accounts.get_partner_listing", listing)
    client = browser(Role.PARTNER)
    page = text_of(client.get(f"{HERE}/listing"))
    assert page.count("checked") >= 2
    sent(client, form_of, f"{HERE}/listing", visible_fields=["phone", "contact"])
    [(_, asked)] = services.calls_of("accounts.update_partner_listing")
    assert asked.visible_fields == ["phone", "contact"]
    assert asked.offers_to_resellers is False


@pytest.mark.feature("AH-06")
def test_a_reseller_finds_partners_and_asks_one(company, form_of, services, sample):
    entry = sample(DirectoryEntry, name="Nova TV", email="sales@nova.example", phone="")
    services.answer_with("accounts.list_partner_directory", Page(items=[entry]))
    page = text_of(company.get(f"{HERE}/partners"))
    assert "mailto:sales@nova.example" in page
    path = f"{HERE}/partners/{ID}/request"
    assert path in page
    answer = sent(company, form_of, path, message="Hello")
    assert answer.location == f"{HERE}/requests"
    [(_, asked)] = services.calls_of("accounts.send_link_request")
    assert (str(asked.partner_id), asked.message) == (ID, "Hello")


@pytest.mark.feature("AH-09")
def test_why_a_request_is_refused_is_said_above_the_form(company, form_of, services):
    services.answer_with("accounts.send_link_request", RequestOpen())
    answer = sent(company, form_of, f"{HERE}/partners/{ID}/request", message="Hi")
    assert answer.status_code == 422
    assert "There is an open request" in text_of(answer)


@pytest.mark.feature("UI-04")
@pytest.mark.parametrize(
    ("role", "state", "acts"),
    [
        (Role.PARTNER, LinkRequestState.REQUESTED, {"accept", "reject"}),
        (Role.PARTNER, LinkRequestState.REJECTED, {"invite"}),
        (Role.PARTNER, LinkRequestState.ACCEPTED, set()),
        (Role.RESELLER_COMPANY, LinkRequestState.REQUESTED, {"withdraw"}),
        (Role.RESELLER_COMPANY, LinkRequestState.REJECTED, set()),
    ],
)
def test_both_sides_see_the_same_state_and_what_they_can_do(
    browser, services, sample, clock, role, state, acts
):
    one = sample(LinkRequestView, state=state, may_repeat_at=clock.now())
    services.answer_with("accounts.list_link_requests", Page(items=[one]))
    page = text_of(browser(role).get(f"{HERE}/requests"))
    offered = {
        what
        for what in ("accept", "reject", "invite", "withdraw")
        if f"{HERE}/requests/{one.id}/{what}" in page
    }
    assert offered == acts
    assert state.value.capitalize() in page


@pytest.mark.feature("UI-04")
@pytest.mark.parametrize(
    ("role", "what", "verb"),
    [
        (Role.PARTNER, "accept", "accept_link_request"),
        (Role.PARTNER, "reject", "reject_link_request"),
        (Role.PARTNER, "invite", "invite_reseller"),
        (Role.RESELLER_COMPANY, "withdraw", "withdraw_link_request"),
    ],
)
def test_a_request_is_answered_by_its_page(
    browser, form_of, services, role, what, verb
):
    client = browser(role)
    path = f"{HERE}/requests/{ID}/{what}"
    assert sent(client, form_of, path).location == f"{HERE}/requests"
    assert len(services.calls_of(f"accounts.{verb}")) == 1
    services.answer_with(f"accounts.{verb}", RequestClosed())
    answer = sent(client, form_of, path)
    assert answer.status_code == 422
    assert "already answered" in text_of(answer)


@pytest.mark.parametrize(
    ("role", "leads_to"),
    [(Role.RESELLER_COMPANY, f"{HERE}/partners"), (Role.PARTNER, f"{HERE}/listing")],
)
def test_who_has_no_links_is_led_to_where_they_begin(browser, services, role, leads_to):
    services.answer_with("accounts.list_reseller_links", Page(items=[]))
    page = text_of(browser(role).get(f"{HERE}/links"))
    assert '<div class="empty-action"><a class="btn' in page
    assert page.count(f'href="{leads_to}"') == 2


def test_who_can_request_no_link_finds_no_directory_in_the_menu(browser):
    client = browser(Role.RESELLER)
    assert f'href="{HERE}/partners"' not in text_of(client.get("/dashboard"))


@pytest.mark.feature("AH-13")
def test_a_cooperation_ends_on_a_day_or_now(browser, form_of, services):
    client = browser(Role.PARTNER)
    path = f"{HERE}/links/{ID}/end"
    assert sent(client, form_of, path, ends_on="soon").status_code == 422
    sent(client, form_of, path, ends_on="2026-05-01", reason="We close.")
    sent(client, form_of, path, ends_on="")
    on_a_day, now = (one for _, one in services.calls_of("accounts.end_reseller_link"))
    assert (str(on_a_day.ends_on), on_a_day.reason) == ("2026-05-01", "We close.")
    assert now.ends_on is None


class TestActingThroughALink:
    @pytest.fixture
    def links(self, services, sample):
        """The partner's link, through which the company sells."""
        one = sample(
            ResellerLinkView,
            id=OTHER,
            partner_name="Nova TV",
            state=ResellerLinkState.ACTIVE,
            partner_is_available=True,
        )
        services.answer_with("accounts.get_reseller_link", one)
        services.answer_with("accounts.list_reseller_links", Page(items=[one]))
        own = services.roles["token-of-reseller_company"]
        through = replace(own, role=Role.RESELLER, account_id=one.id)

        def identify(_, request):
            is_own = request.token == "token-of-reseller_company"
            return services.acts if is_own and request.link_id else own

        services.acts = through
        services.answer_with("accounts.identify", identify)
        return one

    @pytest.mark.feature("AH-12")
    def test_is_chosen_and_left(self, company, links, form_of):
        page = text_of(company.get(f"{HERE}/links"))
        assert "Sell for" in page
        assert company.get("/customers").status_code == 403
        path = f"{HERE}/links/{links.id}/open"
        assert company.post(path, data=form_of(page)).location == "/"
        assert company.get("/customers").status_code == 200
        page = text_of(company.get("/dashboard"))
        assert "Selling for <strong>Nova TV</strong>" in page
        answer = company.post(f"{HERE}/close", data=form_of(page))
        assert answer.location == f"{HERE}/links"
        assert company.get("/customers").status_code == 403
        assert "Selling for" not in text_of(company.get(f"{HERE}/links"))

    def test_sends_no_form_that_was_opened_for_another_partner(
        self, company, links, form_of, services
    ):
        opening = f"{HERE}/links/{links.id}/open"
        page = text_of(company.get(f"{HERE}/links"))
        company.post(opening, data=form_of(page, opening))
        old = form_of(text_of(company.get("/customers/new")))
        page = text_of(company.get("/dashboard"))
        company.post(f"{HERE}/close", data=form_of(page, f"{HERE}/close"))
        page = text_of(company.get(f"{HERE}/links"))
        company.post(opening, data=form_of(page, opening))

        answer = company.post("/customers/new", data=old | {"first_name": "Mila"})

        assert (answer.status_code, "form has expired" in text_of(answer)) == (
            403,
            True,
        )
        assert not services.calls_of("accounts.create_customer")

    def test_is_not_said_of_a_company_that_must_pay_first(
        self, company, links, form_of, services
    ):
        page = text_of(company.get(f"{HERE}/links"))
        own = services.roles["token-of-reseller_company"]
        services.acts = replace(own, is_locked=True)
        company.post(f"{HERE}/links/{links.id}/open", data=form_of(page))
        page = visible_text(company.get("/package"))
        assert "locked because payment is due" in page
        assert "Selling for" not in page

    def test_is_not_done_by_who_is_logged_in_as_the_company(
        self, company, links, form_of, services
    ):
        page = text_of(company.get(f"{HERE}/links"))
        own = services.roles["token-of-reseller_company"]
        visitor = replace(own, on_behalf_of="anna", login_id=None)
        services.answer_with("accounts.identify", visitor)
        with company.session_transaction() as session:
            session[TOKEN] = "token-of-a-visitor"
        path = f"{HERE}/links/{links.id}/open"
        assert path not in text_of(company.get(f"{HERE}/links"))
        assert company.post(path, data=form_of(page)).status_code == 403

    def test_goes_no_further_than_the_company_s_own_pages(
        self, company, links, form_of, services, sample
    ):
        page = text_of(company.get(f"{HERE}/links"))
        company.post(f"{HERE}/links/{links.id}/open", data=form_of(page))
        visit = sample(SignedIn, token="token-of-customer")
        services.answer_with("accounts.enter_account", visit)
        page = text_of(company.get("/dashboard"))
        company.post(f"/accounts/{ID}/enter", data=form_of(page))
        services.calls.clear()
        company.get("/my")
        asked = [one for _, one in services.calls_of("accounts.identify")]
        assert {(one.token, one.link_id) for one in asked} == {
            ("token-of-customer", None)
        }

    @pytest.mark.feature("AH-15")
    def test_is_left_by_itself_when_it_has_ended(
        self, company, links, form_of, services
    ):
        page = text_of(company.get(f"{HERE}/links"))
        company.post(f"{HERE}/links/{links.id}/open", data=form_of(page))
        services.acts = replace(services.acts, link=LinkStanding.ENDED)
        answer = company.get("/customers")
        assert answer.status_code == 403
        assert "no longer sell for this partner" in visible_text(answer)
        assert "Sell for" in text_of(company.get(f"{HERE}/links"))

    def test_of_a_locked_partner_says_that_it_is_not_available(
        self, company, links, form_of, services
    ):
        page = text_of(company.get(f"{HERE}/links"))
        services.acts = replace(services.acts, link=LinkStanding.LOCKED)
        company.post(f"{HERE}/links/{links.id}/open", data=form_of(page))
        answer = company.get("/customers")
        assert answer.status_code == PartnerUnavailable.status
        assert "not available" in visible_text(answer)
        assert "not available" in visible_text(company.get("/package"))


@pytest.mark.feature("AH-12")
def test_programs_name_the_link_by_a_header(client, services):
    asked = []

    def identify(_, request):
        asked.append(request.link_id)
        acts = Actor(role=Role.RESELLER, scopes=("/a/b/",), name="resale")
        return replace(acts, account_id=request.link_id)

    services.answer_with("accounts.identify", identify)
    bearer = {"Authorization": "Bearer key"}
    for link in (None, ID, OTHER, ID):
        named = {"Lineup-Link": link} if link else {}
        assert (
            client.get("/api/v1/customers", headers=bearer | named).status_code == 200
        )
    assert [str(one) for one in asked] == ["None", ID, OTHER]
    answer = client.get("/api/v1/customers", headers=bearer | {"Lineup-Link": "north"})
    assert answer.status_code == 422
    assert list(answer.get_json()["fields"]) == ["Lineup-Link"]
