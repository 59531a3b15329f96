"""Imports: looked at first, chosen by group, told what was left out, and undone."""

import io
import re
from html import unescape
from uuid import UUID

import pytest
from lxml import html

from lineup.context import Role
from lineup.contracts.playlists.jobs import GroupFound, JobState, JobView, LeftOutLine
from lineup.contracts.playlists.packages import PackageView
from lineup.errors import Conflict, Invalid

ID = "019d0000-0000-7000-8000-000000000001"
NEWS = GroupFound(name="News", channels=3, new=2, films=0, is_adult=False)
BARE = GroupFound(name="", channels=1, new=1, films=0, is_adult=False)
FILMS = GroupFound(name="Cinema <b>", channels=0, new=0, films=40, is_adult=True)
PLAYLIST = b"#EXTM3U\n#EXTINF:-1,One\nhttp://edge.example.net/1.m3u8\n"


def text_of(answer):
    return unescape(answer.get_data(as_text=True))


@pytest.fixture
def partner(browser):
    return browser(Role.PARTNER)


@pytest.fixture
def looked_at(services, sample):
    """`looked_at(…)` is the import that every page is about."""

    def preview(**facts):
        usual = {"kind": "preview_channels", "state": JobState.DONE, "code": ""}
        services.answer_with("playlists.get_job", sample(JobView, **{**usual, **facts}))

    return preview


@pytest.fixture
def send(partner, form_of):
    """`send(path, …)` opens a page and sends its form, as a browser does."""

    def send(path, to="", **values):
        hidden = form_of(partner.get(path).get_data(as_text=True), to)
        return partner.post(to or path, data={**hidden, **values})

    return send


class TestBeginning:
    path = "/channels/import"

    def test_a_look_comes_before_an_import_where_one_wants(self, send, services):
        value = {"address": "https://lists.example/all.m3u"}
        answer = send(self.path, looks_first="y", **value)

        [(_, rpc_request)] = services.calls_of("playlists.preview_channels")
        assert rpc_request.address == value["address"]
        assert services.calls_of("playlists.import_channels") == []
        assert answer.location == f"/jobs/{ID}"

    def test_all_that_was_chosen_goes_along(self, send, services, sample):
        package = sample(PackageView, id=UUID(ID))
        services.answer_with("playlists.list_packages", lambda *_: page_of(package))
        fields = {"address": "https://lists.example/all.m3u", "package_id": ID}
        send(self.path, **fields, takes_films="y", marks_adult_groups="y")

        [(_, rpc_request)] = services.calls_of("playlists.import_channels")
        assert (
            rpc_request.takes_films,
            rpc_request.signs,
            rpc_request.marks_adult_groups,
        ) == (
            True,
            False,
            True,
        )
        assert str(rpc_request.package_id) == ID

    def test_a_file_goes_before_an_address_and_keeps_its_name(self, send, services):
        file = (io.BytesIO(PLAYLIST), "all.m3u")
        send(self.path, file=file, address="https://lists.example/all.m3u")

        [(_, rpc_request)] = services.calls_of("playlists.import_channels")
        assert (rpc_request.file_name, rpc_request.address) == ("all.m3u", "")
        assert rpc_request.upload

    def test_what_is_wrong_stands_at_its_field(self, send, services):
        wrong = Invalid(fields={"address": ["Enter a URL or upload a file."]})
        services.answer_with("playlists.import_channels", wrong)
        answer = send(self.path)

        assert answer.status_code == 422
        assert "<li>Enter a URL or upload a file.</li>" in text_of(answer)


def page_of(*items):
    from lineup.contracts.paging import Page

    return Page(items=list(items))


class TestChoosing:
    path = f"/jobs/{ID}/choose"

    def test_groups_are_told_apart_and_those_with_channels_chosen(
        self, partner, looked_at
    ):
        looked_at(groups=[NEWS, BARE, FILMS])
        page = text_of(partner.get(self.path))

        assert re.findall(r'checked[^>]*value="(g:[^"]*)"', page) == ["g:News", "g:"]
        assert "News: 3 channels" in page
        assert "No group: 1 channel, 1 new" in page
        assert "Cinema <b>" in page
        assert "<b>" not in partner.get(self.path).get_data(as_text=True)

    @pytest.mark.parametrize(
        ("ticked", "groups"),
        [
            (["g:News"], ["News"]),
            (["g:"], [""]),
            (["g:News", "g:", "g:Cinema <b>"], None),
        ],
    )
    def test_what_is_chosen_comes_in(self, send, services, looked_at, ticked, groups):
        looked_at(id=UUID(ID), groups=[NEWS, BARE, FILMS])
        answer = send(self.path, groups=ticked, signs="y")

        [(_, rpc_request)] = services.calls_of("playlists.import_channels")
        assert (rpc_request.groups, str(rpc_request.preview_id)) == (groups, ID)
        assert rpc_request.signs is True
        assert answer.location == f"/jobs/{ID}"

    def test_a_group_that_was_not_found_is_refused(self, send, services, looked_at):
        looked_at(groups=[NEWS])
        assert send(self.path, groups=["g:Sport"]).status_code == 422
        assert services.calls_of("playlists.import_channels") == []


class TestTelling:
    path = f"/jobs/{ID}"

    def test_what_was_left_out_stands_with_its_line_and_reason(
        self, partner, looked_at
    ):
        line = LeftOutLine(line=1207, text="Odd & even", reason="it has no address")
        looked_at(kind="import_channels", left_out=[line], vanished=["Old One"])
        page = text_of(partner.get(self.path))

        assert "Line 1,207, Odd & even: it has no address" in page
        assert "Old One" in page
        assert 'href="/channels?is_vanished=yes"' in page

    def test_all_of_it_comes_by_itself_once_it_is_over(self, partner, looked_at):
        """The page that waits takes this part, and nothing else, of the one after it."""
        line = LeftOutLine(line=7, text="Odd", reason="no address")
        looked_at(groups=[NEWS], left_out=[line], may_be_undone=True)
        page = html.fromstring(text_of(partner.get(self.path)))
        part = page.get_element_by_id("progress").text_content()

        for words in ("Choose and import", "Line 7, Odd", "Undo this import"):
            assert words in part

    def test_a_look_leads_to_choosing_and_support_only_reads(self, browser, looked_at):
        looked_at(groups=[NEWS])
        onward = f'href="{self.path}/choose"'
        assert onward in text_of(browser(Role.PARTNER).get(self.path))
        assert onward not in text_of(browser(Role.SUPPORT).get(self.path))


class TestUndoing:
    path = f"/jobs/{ID}"

    def test_the_last_import_is_undone(self, send, services, looked_at):
        looked_at(kind="import_channels", may_be_undone=True)
        answer = send(self.path, to=f"{self.path}/undo")

        [(_, rpc_request)] = services.calls_of("playlists.undo_import")
        assert str(rpc_request.job_id) == ID
        assert (answer.status_code, answer.location) == (303, f"/jobs/{ID}")

    @pytest.mark.parametrize(
        ("role", "may_be_undone"), [(Role.PARTNER, False), (Role.SUPPORT, True)]
    )
    def test_an_earlier_one_is_not_nor_by_support(
        self, browser, looked_at, role, may_be_undone
    ):
        looked_at(kind="import_channels", may_be_undone=may_be_undone)
        assert f"{self.path}/undo" not in text_of(browser(role).get(self.path))

    def test_what_cannot_be_undone_any_more_says_so(self, send, services, looked_at):
        looked_at(kind="import_channels", may_be_undone=True)
        services.answer_with(
            "playlists.undo_import", Conflict("Another import came later.")
        )
        answer = send(self.path, to=f"{self.path}/undo")

        assert answer.status_code == 409
        assert "Another import came later." in text_of(answer)


class TestManyAtOnce:
    def sent(self, send, act="delete", **values):
        many = {"which": "ticked", "channel_ids": [ID], "act": act, **values}
        return send("/channels", to="/channels/many?", **many)

    def test_it_asks_whether_one_is_sure(self, send, services, partner):
        self.sent(send)
        assert services.calls_of("playlists.delete_channels") == []
        assert 'role="alert"' in text_of(partner.get("/channels"))

    def test_the_ticked_ones_go_for_good(self, send, services):
        self.sent(send, sure="yes")
        [(_, rpc_request)] = services.calls_of("playlists.delete_channels")
        assert [str(one) for one in rpc_request.channel_ids] == [ID]

    def test_what_was_said_by_hand_is_left_to_the_list_again(self, send, services):
        self.sent(send, act="follow")
        [(_, rpc_request)] = services.calls_of("playlists.follow_list")
        assert [str(one) for one in rpc_request.channel_ids] == [ID]
