"""Pages about packages, imports, guide sources and the guide."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from answers import text_of, visible_text

from lineup.context import Role
from lineup.contracts.paging import Page
from lineup.contracts.playlists.channels import ChannelDetails, ChannelView, GuideReach
from lineup.contracts.playlists.guide import (
    ChannelProgrammes,
    ChannelProposals,
    GuideChannelView,
    GuideSourceView,
    ProgrammeView,
)
from lineup.contracts.playlists.jobs import JobState, JobView
from lineup.contracts.playlists.packages import PackageView
from lineup.errors import Conflict

ID = "019d0000-0000-7000-8000-000000000001"


@pytest.fixture
def partner(browser):
    return browser(Role.PARTNER)


class TestPackages:
    path = f"/packages/{ID}"

    @pytest.fixture(autouse=True)
    def package(self, services, sample):
        view = sample(PackageView, name="Base", is_demo=False, channel_count=1)
        services.answer_with("playlists.get_package", view)
        services.answer_with(
            "playlists.add_package_channels", replace(view, channel_count=2)
        )
        details = sample(ChannelDetails, name="News")
        row = sample(ChannelView, details=details)
        services.answer_with("playlists.list_channels", Page(items=[row], total=1))

    @pytest.mark.parametrize(
        ("shown", "inside", "outside"),
        [("in", ID, None), ("out", None, ID), ("", None, None)],
    )
    def test_its_channels_and_the_others_are_listed(
        self, partner, services, shown, inside, outside
    ):
        partner.get(f"{self.path}?shown={shown}&search=x")

        [(_, rpc_request)] = services.calls_of("playlists.list_channels")
        found = (rpc_request.package_id, rpc_request.outside_package_id)
        assert tuple(id_ and str(id_) for id_ in found) == (inside, outside)
        assert rpc_request.search == "x"

    def test_all_that_match_are_put_in(self, partner, services, form_of):
        page = text_of(partner.get(f"{self.path}?shown=out"))
        address = f"{self.path}/channels?shown=out"

        answer = partner.post(
            address,
            data=form_of(page, address) | {"which": "matching", "act": "put_in"},
        )

        [(_, rpc_request)] = services.calls_of("playlists.add_package_channels")
        assert str(rpc_request.matching.outside_package_id) == ID
        assert str(rpc_request.matching.partner_id) == ID
        assert answer.location == f"{self.path}?shown=out"
        assert "Base now has 2 channels." in visible_text(partner.get(self.path))

    def test_one_is_taken_out_by_its_switch(self, partner, services, form_of):
        page = text_of(partner.get(self.path))
        address = f"{self.path}/channels?"

        partner.post(address, data=form_of(page, address) | {"act": f"take_out:{ID}"})

        [(_, rpc_request)] = services.calls_of("playlists.remove_package_channels")
        assert [str(id_) for id_ in rpc_request.channel_ids] == [ID]

    @pytest.mark.usefixtures("something_runs")
    def test_one_in_use_is_not_deleted_and_says_so(self, partner, services, form_of):
        refusal = Conflict("A subscription runs on it.", code="package_in_use")
        services.answer_with("playlists.delete_package", refusal)
        path = f"{self.path}/delete"

        answer = partner.post(path, data=form_of(text_of(partner.get(path)), path))

        assert answer.status_code == 422
        assert "A subscription runs on it." in visible_text(answer)

    def test_the_demo_set_is_marked_and_has_no_delete(self, partner, services, sample):
        demo = sample(PackageView, name="Demo", is_demo=True)
        services.answer_with("playlists.list_packages", Page(items=[demo]))

        page = text_of(partner.get("/packages"))

        assert "Demo package" in page
        assert "/delete" not in page


class TestJobs:
    @pytest.mark.feature("IE-07")
    def test_a_running_one_shows_how_far_it_is_and_refreshes(
        self, partner, services, sample
    ):
        job = sample(JobView, state=JobState.RUNNING, done=5, total=20, code="")
        services.answer_with("playlists.get_job", job)

        page = text_of(partner.get(f"/jobs/{ID}"))

        assert re.search(r'<progress[^>]*max="20" value="5"', page)
        assert "hx-trigger" in page
        assert 'http-equiv="refresh"' in page

    def test_a_guide_that_shrank_can_be_taken_by_force(
        self, partner, services, sample, form_of
    ):
        job = sample(
            JobView,
            kind="import_guide",
            state=JobState.FAILED,
            code="guide_shrunk",
            source_id=UUID(ID),
        )
        services.answer_with("playlists.get_job", job)
        address = f"/guide/sources/{ID}/fetch"

        page = text_of(partner.get(f"/jobs/{ID}"))
        partner.post(address, data=form_of(page, address))

        [(_, rpc_request)] = services.calls_of("playlists.fetch_guide")
        assert rpc_request.force is True

    def test_jobs_are_narrowed(self, partner, services):
        partner.get(f"/jobs?state=failed&kind=import_guide&source_id={ID}")

        [(_, rpc_request)] = services.calls_of("playlists.list_jobs")
        assert (rpc_request.state, rpc_request.kind) == (
            JobState.FAILED,
            "import_guide",
        )
        assert str(rpc_request.source_id) == ID


class TestSources:
    path = f"/guide/sources/{ID}"

    @pytest.fixture
    def source(self, services, sample):
        view = sample(
            GuideSourceView,
            name="Home",
            address="https://g.example/x",
            last_error="The guide is incomplete.",
            last_error_code="guide_truncated",
            header_names=["Authorization"],
        )
        services.answer_with("playlists.get_guide_source", view)
        services.answer_with("playlists.list_guide_sources", Page(items=[view]))
        return view

    def sent(self, client, form_of, **values):
        fields = {
            "name": "Home",
            "address": "https://g.example/x",
            "every_hours": "6",
            "time_zone": "UTC",
            **values,
        }
        page = text_of(client.get(self.path))
        return client.post(self.path, data=form_of(page, self.path) | fields)

    @pytest.mark.usefixtures("source")
    def test_the_last_error_stands_in_words(self, partner):
        assert "The guide is incomplete." in visible_text(partner.get("/guide/sources"))

    @pytest.mark.usefixtures("source")
    def test_header_fields_are_kept_or_replaced_and_never_shown(
        self, partner, services, form_of
    ):
        assert "Authorization" in text_of(partner.get(self.path))

        self.sent(partner, form_of, keeps_headers="y")
        self.sent(partner, form_of, headers="X-Key: abc: d\n")

        kept, replaced = (
            rpc_request.headers
            for _, rpc_request in services.calls_of("playlists.update_guide_source")
        )
        assert (kept, replaced) == (None, {"X-Key": "abc: d"})

    @pytest.mark.usefixtures("source")
    def test_what_is_no_header_field_is_told_there(self, partner, form_of):
        answer = self.sent(partner, form_of, headers="no field")

        assert answer.status_code == 422
        assert 'id="headers-errors"' in text_of(answer)

    @pytest.mark.usefixtures("source")
    def test_a_new_file_is_laid_down_and_named(self, partner, services, form_of, blobs):
        file = (io.BytesIO(b"<tv/>"), "guide.xml")
        self.sent(partner, form_of, address="", file=file)

        [(_, rpc_request)] = services.calls_of("playlists.update_guide_source")
        assert blobs.read(rpc_request.upload) == b"<tv/>"


class TestGuide:
    def test_the_day_and_hour_are_the_actor_s(self, browser, services):
        services.roles["token-of-partner"] = replace(
            services.roles["token-of-partner"], time_zone="Europe/Paris"
        )

        page = visible_text(browser(Role.PARTNER).get("/guide?day=2026-07-01&hour=20"))

        [(_, rpc_request)] = services.calls_of("playlists.list_programmes")
        assert rpc_request.from_at == datetime(2026, 7, 1, 18, tzinfo=UTC)
        assert rpc_request.until_at - rpc_request.from_at == timedelta(hours=4)
        assert "20:00 20:30 21:00" in page

    @pytest.mark.parametrize("query", ["day=x&hour=y", "day=2026-02-30&hour=99", ""])
    def test_an_address_that_says_no_time_shows_now(self, partner, services, query):
        assert partner.get(f"/guide?{query}").status_code == 200

        [(_, rpc_request)] = services.calls_of("playlists.list_programmes")
        about_now = abs(rpc_request.from_at - datetime.now(UTC))
        assert about_now < timedelta(days=1, hours=1)

    def test_programmes_stand_in_columns_and_tell_more(self, partner, services, sample):
        start = datetime(2026, 7, 1, 20, 30, tzinfo=UTC)
        shown = sample(
            ProgrammeView,
            start_at=start,
            stop_at=start + timedelta(minutes=45),
            title="A & B",
            description="About <it>",
        )
        row = sample(ChannelProgrammes, name="News", programmes=[shown])
        services.answer_with("playlists.list_programmes", Page(items=[row]))

        page = text_of(partner.get("/guide?day=2026-07-01&hour=20"))

        assert re.search(r'<td colspan="9"[^>]*><button[^>]*>A &amp; B', page)
        assert "About &lt;it&gt;" in page
        assert sum(map(int, re.findall(r'<td colspan="(\d+)"', page))) == 48

    def test_a_guide_that_is_away_leaves_the_page(self, partner, services):
        services.silent.add("playlists.list_programmes")

        answer = partner.get("/guide")

        assert answer.status_code == 200
        assert "cannot be shown right now" in visible_text(answer)

    @pytest.mark.feature("PE-13")
    def test_reach_is_counted_and_lists_are_narrowed(self, partner, services):
        partner.get("/guide/reach?guide=short")

        rpc_request = [call for _, call in services.calls_of("playlists.list_channels")]
        counted = {call.guide for call in rpc_request if call.paging.limit == 1}
        assert counted == set(GuideReach)
        [listed] = [call for call in rpc_request if call.paging.limit > 1]
        assert (listed.guide, listed.is_on) == (GuideReach.SHORT, True)

    @pytest.mark.feature("PE-13")
    @pytest.mark.parametrize(
        ("left", "coverage", "words"),
        [
            (None, GuideReach.NONE, "No guide"),
            (-1, GuideReach.NONE, "Ended"),
            (5, GuideReach.SHORT, "Ends in 5 hours"),
            (30, GuideReach.ENOUGH, "Ends in 1 day"),
        ],
    )
    def test_under_a_day_is_flagged(
        self, partner, services, sample, left, coverage, words
    ):
        now = datetime.now(UTC)
        until = None if left is None else now + timedelta(hours=left, minutes=1)
        row = sample(ChannelView, guide_until=until, guide_reach=coverage)
        services.answer_with("playlists.list_channels", Page(items=[row]))

        page = partner.get("/guide/reach")

        assert words in visible_text(page)
        tone = {"Ends in 5 hours": "yellow", "Ends in 1 day": "green"}.get(words, "red")
        assert f'status-{tone}"' in text_of(page)


class TestProposals:
    @pytest.fixture(autouse=True)
    def proposed(self, services, sample):
        like = sample(GuideChannelView, guide_id="news.uk", name="News.uk", likeness=96)
        unlike = sample(GuideChannelView, guide_id="x.uk", name="X.uk", likeness=80)
        rows = [
            sample(ChannelProposals, name="News", proposals=[like, unlike]),
            sample(ChannelProposals, name="Else", proposals=[unlike]),
        ]
        services.answer_with("playlists.list_guide_proposals", Page(items=rows))

    def test_only_the_very_alike_is_chosen_beforehand(self, partner):
        page = text_of(partner.get("/guide/proposals"))

        assert re.findall(r'value="([^"]*)" checked', page) == ["news.uk", ""]

    def test_what_is_chosen_is_kept_and_the_rest_left(self, partner, services, form_of):
        path = "/guide/proposals"
        hidden = form_of(text_of(partner.get(path)), path)
        other = ID[:-1] + "2"
        third = ID[:-1] + "3"

        partner.post(
            path,
            data=hidden
            | {f"tie-{ID}": "news.uk", f"tie-{other}": "-", f"tie-{third}": ""},
        )

        [(_, rpc_request)] = services.calls_of("playlists.tie_channels")
        mappings = {
            str(mapping.channel_id): mapping.guide_id for mapping in rpc_request.ties
        }
        assert mappings == {ID: "news.uk", other: ""}

    def test_support_sees_them_and_chooses_nothing(self, browser):
        page = text_of(browser(Role.SUPPORT).get("/guide/proposals"))

        assert 'type="radio"' not in page
        assert "News.uk" in page
