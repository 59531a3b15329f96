"""Pages about channels: the list, acts on many, one channel, its guide and logo."""

import io
import re

import pytest
from answers import text_of, visible_text

from gateway import logos
from lineup.context import Role
from lineup.contracts.paging import Page
from lineup.contracts.playlists.channels import (
    ChannelDetails,
    ChannelView,
    Groups,
    GroupView,
    GuideReach,
)
from lineup.contracts.playlists.guide import GuideChannelsFound, GuideChannelView
from lineup.contracts.playlists.packages import PackageView
from lineup.errors import Conflict, Invalid

ID = "019d0000-0000-7000-8000-000000000001"
OTHER = "019d0000-0000-7000-8000-000000000002"
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


def a_channel(sample, id_=ID, **direction):
    usual = {"name": "News", "number": 7, "logo": ""}
    details = sample(ChannelDetails, **usual | direction)
    return sample(ChannelView, id=id_, details=details, guide_until=None)


@pytest.fixture
def channels(services, sample):
    """Two channels on the page, a package, a group."""
    rows = [a_channel(sample), a_channel(sample, OTHER, name="Sport", number=9)]
    services.answer_with("playlists.list_channels", Page(items=rows, total=2))
    services.answer_with("playlists.get_channel", rows[0])
    package = sample(PackageView, name="Base", is_demo=False)
    services.answer_with("playlists.list_packages", Page(items=[package]))
    groups = Groups(items=[GroupView(name="Info", channel_count=2)])
    services.answer_with("playlists.list_groups", groups)


@pytest.fixture
def partner(browser, channels):
    return browser(Role.PARTNER)


def act(client, form_of, path, page="/channels", **values):
    hidden = form_of(text_of(client.get(page)), path)
    return client.post(path, data=hidden | values)


class TestList:
    def test_it_asks_for_what_the_address_says(self, partner, services):
        partner.get(
            f"/channels?search=ana&group=Info&package_id={ID}&guide=lacking"
            "&is_on=yes&is_adult=no&order=-guide_until"
        )

        [(_, rpc_request)] = services.calls_of("playlists.list_channels")
        assert (rpc_request.search, rpc_request.group, str(rpc_request.package_id)) == (
            "ana",
            "Info",
            ID,
        )
        assert (rpc_request.guide, rpc_request.is_on, rpc_request.is_adult) == (
            GuideReach.LACKING,
            True,
            False,
        )
        assert rpc_request.paging.order == "-guide_until"

    def test_channels_stand_by_number_and_can_be_moved(self, partner):
        page = text_of(partner.get("/channels"))

        assert f'value="{ID}:after:{OTHER}"' in page
        assert f'value="{OTHER}:before:{ID}"' in page
        assert 'class="handle"' in page

    @pytest.mark.parametrize(
        "address", ["/channels?order=name", "/channels?order=-number"]
    )
    def test_in_another_order_nothing_is_moved(self, partner, address):
        assert 'class="handle"' not in text_of(partner.get(address))

    def test_the_operator_moves_within_one_partner_only(self, browser, channels, app):
        operator = browser(Role.OPERATOR)

        assert 'class="handle"' not in text_of(operator.get("/channels"))
        assert 'class="handle"' in text_of(operator.get(f"/channels?partner_id={ID}"))

    def test_support_looks_and_changes_nothing(self, browser, channels):
        page = text_of(browser(Role.SUPPORT).get("/channels"))

        assert 'name="channel_ids"' not in page
        assert "/channels/new" not in page

    def test_it_stands_without_groups_and_packages(self, partner, services):
        services.silent |= {"playlists.list_groups", "playlists.list_packages"}

        assert "News" in visible_text(partner.get("/channels"))


class TestOne:
    @pytest.mark.parametrize(
        ("direction", "field"), [("before", "before_id"), ("after", "after_id")]
    )
    def test_it_is_moved_and_the_list_stays_as_it_was(
        self, partner, services, form_of, direction, field
    ):
        page = "/channels?group=Info"
        answer = act(
            partner,
            form_of,
            "/channels/move?group=Info",
            page,
            move=f"{ID}:{direction}:{OTHER}",
        )

        [(_, rpc_request)] = services.calls_of("playlists.move_channels")
        assert [str(id_) for id_ in rpc_request.channel_ids] == [ID]
        assert str(getattr(rpc_request, field)) == OTHER
        assert (answer.status_code, answer.location) == (303, page)

    @pytest.mark.parametrize("move", ["", "x", f"{ID}:before:undefined", "a:b:c:d"])
    def test_what_is_no_move_is_refused(self, partner, services, form_of, move):
        assert act(partner, form_of, "/channels/move?", move=move).status_code == 422
        assert services.calls_of("playlists.move_channels") == []

    def test_it_is_switched_at_once(self, partner, services, form_of):
        act(partner, form_of, "/channels/switch?", switch=f"{ID}:off")

        [(_, rpc_request)] = services.calls_of("playlists.switch_channels")
        assert ([str(id_) for id_ in rpc_request.channel_ids], rpc_request.is_on) == (
            [ID],
            False,
        )


class TestMany:
    def sent(self, client, form_of, query="", **values):
        values = {"which": "ticked", "channel_ids": [ID, OTHER], **values}
        return act(
            client, form_of, f"/channels/many?{query}", f"/channels?{query}", **values
        )

    def test_the_ticked_are_switched(self, partner, services, form_of):
        self.sent(partner, form_of, act="off")

        [(_, rpc_request)] = services.calls_of("playlists.switch_channels")
        assert [str(id_) for id_ in rpc_request.channel_ids] == [ID, OTHER]
        assert (rpc_request.is_on, rpc_request.matching) == (False, None)

    def test_all_that_match_are_put_into_a_package(self, partner, services, form_of):
        self.sent(
            partner,
            form_of,
            "group=Info",
            which="matching",
            act="put_in",
            package_id=ID,
        )

        [(_, rpc_request)] = services.calls_of("playlists.add_package_channels")
        assert (rpc_request.channel_ids, rpc_request.matching.group) == ([], "Info")
        assert str(rpc_request.package_id) == ID

    def test_they_are_grouped_and_moved_to_a_number(self, partner, services, form_of):
        self.sent(partner, form_of, act="group", group=" News ")
        self.sent(partner, form_of, act="move", to_number="12")

        [(_, grouped)] = services.calls_of("playlists.group_channels")
        [(_, moved)] = services.calls_of("playlists.move_channels")
        assert (grouped.group, moved.to_number) == ("News", 12)

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"act": "off", "channel_ids": []}, "Select channels first"),
            ({"act": "put_in"}, "Choose a package"),
            ({"act": "move", "to_number": "x"}, "enter a number"),
            ({"act": "explode"}, "Choose an action"),
        ],
    )
    def test_what_is_missing_is_said(self, partner, services, form_of, values, words):
        self.sent(partner, form_of, **values)

        page = partner.get("/channels")
        assert words in visible_text(page)
        assert 'role="alert"' in text_of(page)

    def test_a_refusal_is_told_on_the_list(self, partner, services, form_of):
        services.answer_with("playlists.switch_channels", Invalid("Too many."))

        answer = self.sent(partner, form_of, act="on")

        assert answer.status_code == 303
        assert "Too many." in visible_text(partner.get("/channels"))


class TestForm:
    def sent(self, client, form_of, path, **values):
        page = text_of(client.get(path))
        direction = {
            "number": "7",
            "name": "News",
            "address": "http://x/1.m3u8",
            "signing": "none",
            "catchup": "shift",
            "is_on": "y",
            **values,
        }
        return client.post(path, data=form_of(page, path) | direction)

    def test_a_new_one_gets_the_number_above_the_last(self, partner, services, sample):
        services.answer_with(
            "playlists.list_channels", Page(items=[a_channel(sample, number=41)])
        )

        page = text_of(partner.get("/channels/new"))

        assert re.search(r'name="number"[^>]*value="42"', page)

    def test_a_taken_number_is_told_at_its_field(self, partner, services, form_of):
        taken = Conflict(
            "Another channel has this number.",
            code="number_taken",
            fields={"number": ["Another channel has this number."]},
        )
        services.answer_with("playlists.create_channel", taken)

        answer = self.sent(partner, form_of, "/channels/new", name="Kept")

        page = text_of(answer)
        assert answer.status_code == 422
        assert 'id="number-errors"' in page
        assert 'value="Kept"' in page

    def test_all_details_and_packages_are_said_in_one_call(
        self, partner, services, form_of
    ):
        self.sent(
            partner,
            form_of,
            f"/channels/{ID}",
            group="Info",
            catchup_days="3",
            guide_id="news.id",
            guide_shift_minutes="-60",
            package_ids=[ID],
        )

        [(_, rpc_request)] = services.calls_of("playlists.update_channel")
        details = rpc_request.details
        assert (details.group, details.catchup_days) == ("Info", 3)
        assert (details.guide_id, details.guide_shift_minutes) == ("news.id", -60)
        assert [str(id_) for id_ in rpc_request.package_ids] == [ID]

    def test_delete_says_what_goes_and_asks(self, partner, services, form_of):
        path = f"/channels/{ID}/delete"
        page = text_of(partner.get(path))
        assert services.calls_of("playlists.delete_channel") == []
        assert "every playlist" in page

        partner.post(path, data=form_of(page, path))

        assert len(services.calls_of("playlists.delete_channel")) == 1


class TestLogo:
    def uploaded(self, client, form_of, content):
        file = (io.BytesIO(content), "logo.png")
        answer = TestForm().sent(client, form_of, f"/channels/{ID}", logo_file=file)
        # The test client leaves the file it packs a large form in to the collector.
        answer.request.environ["wsgi.input"].close()
        return answer

    def test_an_upload_gets_an_address_of_our_own_that_serves_it(
        self, partner, services, form_of, client
    ):
        self.uploaded(partner, form_of, PNG)

        [(_, rpc_request)] = services.calls_of("playlists.update_channel")
        path = rpc_request.details.logo.removeprefix("http://lineup.example")
        answer = client.get(path)
        assert (answer.data, answer.mimetype) == (PNG, "image/png")
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(
        "content",
        [
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
            b"<html>",
            PNG + b"x" * logos.MOST_BYTES,
        ],
    )
    def test_nothing_but_a_small_picture_is_taken(
        self, partner, services, form_of, content
    ):
        answer = self.uploaded(partner, form_of, content)

        assert answer.status_code == 422
        assert 'id="logo_file-errors"' in text_of(answer)
        assert services.calls_of("playlists.update_channel") == []

    @pytest.mark.parametrize("name", ["x.png", "../uploads/a", "a" * 64 + ".svg"])
    def test_nothing_else_of_the_store_is_served(self, client, blobs, name):
        blobs.write("logos/x.png", PNG)
        assert client.get(f"/logos/{name}").status_code == 404

    def test_pages_show_only_logos_of_our_own(self, partner, services, sample):
        own = f"/logos/{'a' * 64}.png"
        rows = [
            a_channel(sample, logo=f"http://lineup.example{own}"),
            a_channel(sample, OTHER, logo="http://elsewhere.example/l.png"),
        ]
        services.answer_with("playlists.list_channels", Page(items=rows))

        page = text_of(partner.get("/channels"))

        assert re.findall(r'<img src="([^"]+)"', page) == [own]


class TestGuideOfOne:
    @pytest.fixture
    def found(self, services, sample):
        row = sample(GuideChannelView, name="News.uk", guide_id="news.uk", likeness=91)
        services.answer_with(
            "playlists.find_guide_channels", GuideChannelsFound(items=[row])
        )

    @pytest.mark.usefixtures("found")
    def test_it_is_looked_for_by_name_and_chosen(self, partner, services, form_of):
        path = f"/channels/{ID}/guide"
        page = text_of(partner.get(f"{path}?search=news"))
        assert services.calls_of("playlists.find_guide_channels")[0][1].search == "news"

        partner.post(path, data=form_of(page, "/sign-out") | {"guide_id": "news.uk"})

        [(_, rpc_request)] = services.calls_of("playlists.tie_channels")
        assert [(str(t.channel_id), t.guide_id) for t in rpc_request.ties] == [
            (ID, "news.uk")
        ]

    @pytest.mark.parametrize(("act", "guide_id"), [("none", ""), ("find", None)])
    def test_none_and_finding_again_are_choices_too(
        self, partner, services, form_of, act, guide_id
    ):
        path = f"/channels/{ID}/guide"
        page = text_of(partner.get(path))

        partner.post(path, data=form_of(page, "/sign-out") | {"act": act})

        [(_, rpc_request)] = services.calls_of("playlists.tie_channels")
        assert rpc_request.ties[0].guide_id == guide_id
