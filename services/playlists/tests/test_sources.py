"""PE-12: sources by address, scheduled, with own headers, and never into our network."""

import gzip
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lineup.context import Context
from lineup.contracts.paging import Paging
from lineup.contracts.playlists.channels import CreateChannel
from lineup.contracts.playlists.guide import (
    CreateGuideSource,
    DeleteGuideSource,
    FetchGuide,
    GetGuideSource,
    ListGuideSources,
    UpdateGuideSource,
)
from lineup.contracts.playlists.jobs import JobState, ListJobs
from lineup.contracts.playlists.refusals import FetchRefused
from lineup.errors import Invalid, NotFound
from lineup.testing.serving import serving
from playlists.addresses import Limits, Wanted
from playlists.editing.operations import create_channel
from playlists.fetching import fetch
from playlists.guide import sources
from playlists.guide.models import GuideSource
from playlists.guide.source_settings import open_headers
from playlists.guide.source_views import single_key
from playlists.jobs.operations import find_open_among, list_jobs

from .conftest import (
    NEIGHBOUR,
    PARTNER,
    a_source,
    actor_of,
    details,
    evening,
    guide,
    run_jobs,
    shown,
    source_row,
    upload,
)

GOOD = guide(*evening(40))


@pytest.fixture
def site():
    """A web server whose answer the test sets: (status, headers, body)."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append(dict(self.headers))
            status, headers, body = server.answer(self)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    server.answer = lambda _request: (200, {}, GOOD)
    server.address = f"http://127.0.0.1:{server.server_port}/guide.xml"
    with serving(server):
        yield server


@pytest.mark.feature("PE-12")
@pytest.mark.usefixtures("partner")
class TestByAddress:
    def again(self, tools, source_id):
        with tools.database.transaction() as work:
            sources.fetch_guide(work, FetchGuide(source_id=source_id))
        return run_jobs(tools)

    def test_own_headers_are_sent(self, tools, database, site):
        source_id = a_source(tools, address=site.address, headers={"X-Key": "secret"})

        assert run_jobs(tools).state == JobState.DONE
        assert site.asked[0]["X-Key"] == "secret"
        assert len(shown(database, source_id)) == 40
        assert "secret" not in source_row(database, source_id).headers

    def test_packed_with_the_wrong_name_and_type(self, tools, database, site):
        packed = gzip.compress(GOOD)
        site.answer = lambda _: (200, {"Content-Type": "text/plain"}, packed)
        source_id = a_source(tools, address=site.address)
        run_jobs(tools)

        assert len(shown(database, source_id)) == 40

    def test_unmodified_is_asked_for_and_believed(self, tools, database, site):
        site.answer = lambda request: (
            (304, {}, b"")
            if request.headers["If-None-Match"] == '"1"'
            else (200, {"ETag": '"1"'}, GOOD)
        )
        source_id = a_source(tools, address=site.address)
        run_jobs(tools)

        assert self.again(tools, source_id).message == "The guide has not changed."
        assert len(shown(database, source_id)) == 40

    @pytest.mark.parametrize(
        ("code", "answer"),
        [
            ("guide_unreachable", (404, {}, b"")),
            ("guide_unreachable", (500, {}, GOOD)),
            ("guide_truncated", (200, {"Content-Length": "99999"}, GOOD)),
            ("not_xmltv", (200, {}, b"<html></html>")),
            ("guide_empty", (200, {}, b"")),
            ("guide_unreachable", (302, {"Location": "/guide.xml"}, b"")),
        ],
    )
    def test_a_bad_answer_keeps_the_guide(self, tools, database, site, code, answer):
        source_id = a_source(tools, address=site.address)
        run_jobs(tools)
        site.answer = lambda _: answer

        job = self.again(tools, source_id)

        assert (job.state, job.code) == (JobState.FAILED, code)
        assert source_row(database, source_id).last_error_code == code
        assert len(shown(database, source_id)) == 40

    def test_nobody_at_home(self, tools, site):
        site.server_close()
        a_source(tools, address=site.address)

        assert run_jobs(tools).code == "guide_unreachable"

    def test_changing_how_times_are_read_reads_the_same_guide_anew(
        self, tools, database, site
    ):
        source_id = a_source(tools, address=site.address)
        run_jobs(tools)
        with database.transaction() as work:
            change = UpdateGuideSource(
                source_id=source_id,
                name="G",
                address=site.address,
                every_hours=6,
                headers={},
                shift_minutes=60,
                time_zone="UTC",
                is_on=True,
            )
            sources.update_guide_source(work, change, keyring=tools.keyring)

        self.again(tools, source_id)

        assert shown(database, source_id)[0][1].hour == 1


class TestPrivateAddresses:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433"])
    def test_a_private_host_is_refused_before_anything_is_sent(
        self, site, tmp_path, host
    ):
        address = f"http://{host}:{site.server_port}/"
        wanted = Wanted(what="guide", address=address, headers={})
        limits = Limits(megabytes=1, seconds=5)

        with (
            (tmp_path / "f").open("wb") as file,
            pytest.raises(FetchRefused) as refused,
        ):
            fetch(wanted, file, limits)

        assert refused.value.code == "guide_address_forbidden"
        assert site.asked == []

    @pytest.mark.parametrize(
        ("host", "is_kept"), [("127.0.0.1", True), ("localhost", False)]
    )
    def test_own_headers_do_not_follow_to_another_host(
        self, site, tmp_path, host, is_kept
    ):
        seen = []

        def answer(request):
            seen.append(request.headers.get("X-Key"))
            elsewhere = f"http://{host}:{site.server_port}/moved"
            return (
                (302, {"Location": elsewhere}, b"")
                if len(seen) == 1
                else (200, {}, b"")
            )

        site.answer = answer
        wanted = Wanted(what="guide", address=site.address, headers={"X-Key": "k"})
        with (tmp_path / "f").open("wb") as file:
            fetch(wanted, file, Limits(megabytes=1, seconds=5, allow_private=True))

        assert seen == ["k", "k" if is_kept else None]

    def test_what_is_too_long_is_not_kept(self, site, tmp_path):
        site.answer = lambda _: (200, {}, b"x" * (2 << 20))
        wanted = Wanted(what="guide", address=site.address, headers={})
        limits = Limits(megabytes=1, seconds=5, allow_private=True)

        with (
            (tmp_path / "f").open("wb") as file,
            pytest.raises(FetchRefused) as refused,
        ):
            fetch(wanted, file, limits)

        assert refused.value.code == "guide_too_large"


class TestIntervals:
    def create(self, work, keyring, **values):
        request = CreateGuideSource(
            **{"name": "G", "address": "https://g.example/x", **values}
        )
        return sources.create_guide_source(work, request, keyring=keyring)

    def same(self, view, **changed):
        """What changes a source in nothing but what is said."""
        kept = {
            name: getattr(view, name)
            for name in ("address", "every_hours", "shift_minutes", "time_zone")
        }
        values = {"source_id": view.id, "name": view.name, "is_on": view.is_on}
        return {**values, **kept, **changed}

    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("name", {"name": " "}),
            ("address", {"address": ""}),
            ("address", {"address": "ftp://g.example"}),
            ("address", {"address": "file:///etc/passwd"}),
            ("address", {"upload": "uploads/both"}),
            ("upload", {"address": "", "upload": "uploads/../secrets"}),
            ("every_hours", {"every_hours": 0}),
            ("shift_minutes", {"shift_minutes": 99999}),
            ("time_zone", {"time_zone": "Mars/Base"}),
            ("time_zone", {"time_zone": "../../etc/passwd"}),
            ("headers", {"headers": {"A": "b\r\nHost: evil"}}),
        ],
    )
    def test_what_no_source_can_be(self, work, keyring, field, values):
        with pytest.raises(Invalid) as refused:
            self.create(work, keyring, **values)
        assert list(refused.value.fields) == [field]

    def test_the_neighbour_sees_and_touches_nothing(self, work, work_of, keyring):
        made = self.create(work, keyring)
        source_id, neighbour = made.id, work_of(NEIGHBOUR)
        tries = [
            lambda: sources.get_guide_source(
                neighbour, GetGuideSource(source_id=source_id), keyring=keyring
            ),
            lambda: sources.update_guide_source(
                neighbour, UpdateGuideSource(**self.same(made)), keyring=keyring
            ),
            lambda: sources.fetch_guide(neighbour, FetchGuide(source_id=source_id)),
            lambda: sources.delete_guide_source(
                neighbour, DeleteGuideSource(source_id=source_id)
            ),
        ]
        for attempt in tries:
            with pytest.raises(NotFound):
                attempt()
        page = sources.list_guide_sources(
            neighbour, ListGuideSources(), keyring=keyring
        )
        assert page.items == []

    @pytest.mark.feature("PE-12")
    def test_the_schedule_queues_each_source_once_an_interval(
        self, work, keyring, clock
    ):
        source_id = self.create(work, keyring, every_hours=6).id
        off = self.create(work, keyring, is_on=False).id
        assert sources.enqueue_due(work) == 0

        work.now += timedelta(hours=6)

        assert sources.enqueue_due(work) == 1
        assert sources.enqueue_due(work) == 0
        keys = single_key(source_id), single_key(off)
        assert find_open_among(work, keys).keys() == {single_key(source_id)}

    def test_a_source_being_fetched_is_not_queued_twice(self, work, keyring):
        source_id = self.create(work, keyring).id
        first = sources.fetch_guide(work, FetchGuide(source_id=source_id))

        assert sources.fetch_guide(work, FetchGuide(source_id=source_id)) == first

    def listed(self, work, keyring, **values):
        paging = Paging(order=values.pop("order", ""))
        asked = ListGuideSources(paging=paging, **values)
        page = sources.list_guide_sources(work, asked, keyring=keyring)
        return [view.name for view in page.items]

    def test_lists_are_narrowed_and_sorted(self, work, keyring):
        self.create(work, keyring, name="b", address="https://one.example/x")
        self.create(work, keyring, name="A", is_on=False)
        failing = self.create(work, keyring, name="c")
        row = work.session.get_one(GuideSource, failing.id)
        row.last_error_code, row.last_fetched_at = "guide_empty", work.now
        work.session.flush()

        assert self.listed(work, keyring) == ["c", "A", "b"]
        assert self.listed(work, keyring, order="name") == ["A", "b", "c"]
        assert self.listed(work, keyring, order="-last_fetched_at")[0] == "c"
        assert self.listed(work, keyring, search="ONE.ex") == ["b"]
        assert self.listed(work, keyring, is_on=False) == ["A"]
        assert self.listed(work, keyring, is_failing=True) == ["c"]
        with pytest.raises(Invalid):
            self.listed(work, keyring, order="headers")

    def test_header_fields_stay_unless_said_and_only_their_names_are_shown(
        self, work, keyring
    ):
        made = self.create(work, keyring, headers={"Authorization": "Basic abc"})
        same = self.same(made, name="Renamed")

        kept = sources.update_guide_source(
            work, UpdateGuideSource(**same), keyring=keyring
        )
        sealed = work.session.get_one(GuideSource, made.id).headers
        cleared = sources.update_guide_source(
            work, UpdateGuideSource(**same, headers={}), keyring=keyring
        )

        assert (kept.name, kept.header_names) == ("Renamed", ["Authorization"])
        assert open_headers(keyring, sealed) == {"Authorization": "Basic abc"}
        assert "Basic abc" not in str(kept)
        assert cleared.header_names == []

    def test_a_source_keeps_an_address_or_a_file(self, work, keyring):
        made = self.create(work, keyring)

        def change(**values):
            request = UpdateGuideSource(**self.same(made, address="", **values))
            return sources.update_guide_source(work, request, keyring=keyring)

        with pytest.raises(Invalid) as refused:
            change()
        assert list(refused.value.fields) == ["address"]
        assert change(upload="uploads/new").address == ""
        assert change().address == "", "the file is still there"

    def test_what_is_queued_and_when_it_is_fetched_next_is_told(self, work, keyring):
        made = self.create(work, keyring, every_hours=6)
        job = sources.fetch_guide(work, FetchGuide(source_id=made.id))

        assert made.open_job_id == job.id
        assert made.next_fetch_at == work.now + timedelta(hours=6)
        assert (job.subject, job.source_id) == ("G", made.id)


@pytest.mark.feature("PE-12")
@pytest.mark.usefixtures("partner")
def test_a_new_file_takes_the_place_of_the_old(tools, database):
    source_id = a_source(tools, GOOD)
    run_jobs(tools)
    change = UpdateGuideSource(
        source_id=source_id,
        name="Guide",
        address="",
        every_hours=6,
        shift_minutes=0,
        time_zone="UTC",
        is_on=True,
        upload=upload(tools, guide(*evening(30))),
    )
    with database.transaction() as work:
        sources.update_guide_source(work, change, keyring=tools.keyring)

    assert run_jobs(tools).state == JobState.DONE
    assert len(shown(database, source_id)) == 30


@pytest.mark.usefixtures("partner")
def test_jobs_are_narrowed(tools, database):
    first, second = a_source(tools, GOOD), a_source(tools, b"not a guide")
    run_jobs(tools)

    def found(context=None, **values):
        with database.transaction(context) as work:
            page = list_jobs(work, ListJobs(**values))
        return [job.source_id for job in page.items]

    assert found() == [second, first]
    assert found(paging=Paging(order="newest")) == [first, second]
    assert found(state=JobState.FAILED) == [second]
    assert found(source_id=first) == [first]
    assert found(kind="import_channels") == []
    assert found(Context(actor=actor_of(PARTNER))) == [second, first]
    assert found(Context(actor=actor_of(NEIGHBOUR))) == []


@pytest.mark.feature("PE-13")
@pytest.mark.usefixtures("partner")
def test_the_overview_tells_how_it_went(tools, database):
    source_id = a_source(tools, GOOD)
    run_jobs(tools)
    with database.transaction() as work:
        values = details(1, guide_id="NEWS.one")
        create_channel(work, CreateChannel(details=values, partner_id=PARTNER))
        view = sources.get_guide_source(
            work, GetGuideSource(source_id=source_id), keyring=tools.keyring
        )
        (listed,) = sources.list_guide_sources(
            work, ListGuideSources(), keyring=tools.keyring
        ).items

    assert view == listed
    assert (view.programmes, view.channels, view.matched_channels) == (40, 1, 1)


@pytest.mark.usefixtures("partner")
def test_a_deleted_source_shows_nothing_and_fails_its_job_plainly(tools, database):
    source_id = a_source(tools, GOOD)
    with database.transaction() as work:
        request = DeleteGuideSource(source_id=source_id)
        sources.delete_guide_source(work, request)

    job = run_jobs(tools)

    assert (job.state, job.code) == (JobState.FAILED, "guide_source_not_found")
