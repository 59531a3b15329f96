"""Channel sets: rendered once per change, whole, and never seen half done."""

import json
import os
from datetime import timedelta

import pytest
from sqlalchemy import text

from lineup.contracts.playlists.channels import DeleteChannel
from lineup.contracts.playlists.refusals import DaysOutOfRange
from lineup.contracts.playlists.streams import (
    GetStreamSettings,
    StreamSettings,
    UpdateStreamSettings,
)
from lineup.delivery import content_name, manifest_name
from lineup.errors import NotFound
from lineup.ids import new_id
from lineup.values import checked
from playlists.editing.operations import delete_channel
from playlists.entitlements.operations import refresh_everybody
from playlists.pending.operations import mark_changed
from playlists.rendering import renderer
from playlists.rendering.access import write_due
from playlists.rendering.garbage import GRACE, UNUSED_FOR, collect
from playlists.rendering.outputs import (
    get_stream_settings,
    set_guide_days,
    update_stream_settings,
)
from playlists.rendering.renderer import AGAIN_AFTER, render_due
from playlists.rendering.round_robin import RoundRobin

from .conftest import PARTNER

TODAY = "20260302"
GUIDE = f"""<tv><channel id="news.one"><display-name>News One</display-name></channel>
<channel id="other"><display-name>Other</display-name></channel>
<programme start="{TODAY}100000 +0100" stop="{TODAY}110000 +0100" channel="news.one">
<title lang="en">Morning &amp; more</title><desc>Text</desc><category>News</category>
<episode-num system="xmltv_ns">1.4.0/2</episode-num><new/></programme>
<programme start="20260201100000 +0000" stop="20260201110000 +0000" channel="news.one">
<title>Long ago</title></programme>
<programme start="20260312100000 +0000" stop="20260312110000 +0000" channel="news.one">
<title>Far ahead</title></programme>
<programme start="{TODAY}100000 +0000" stop="{TODAY}110000 +0000" channel="other">
<title>Elsewhere</title></programme></tv>""".encode()


@pytest.fixture
def subscriber(platform):
    """A user who sees one channel with a guide."""
    package = platform.package(platform.channel(guide_id="news.one"))
    user = platform.user()
    platform.subscription(user, package)
    platform.guide(GUIDE)
    platform.render()
    return user


def settings(platform, **fields):
    """Say something of sessions; what is shown of them then, rendered."""
    request = checked(UpdateStreamSettings(**fields))
    with platform.transaction() as work:
        made = update_stream_settings(work, request, keyring=platform.keyring)
    platform.render()
    return made


def shown(platform):
    with platform.transaction() as work:
        return get_stream_settings(work, GetStreamSettings())


def test_what_was_imported_before_anybody_checked_is_rendered(platform, subscriber):
    with platform.database.transaction() as work:
        work.session.execute(
            text(
                "UPDATE programmes SET stop_at = '9999-12-31 23:59:59+00',"
                " episode = repeat('9', 5000), title = repeat('t', 100000)"
                " WHERE start_at >= '2026-03-02' AND start_at < '2026-03-03'"
            )
        )
        work.session.execute(
            text("UPDATE channels SET guide_shift_minutes = 2147483647")
        )
        mark_changed(work, platform.partner_id)
    platform.render()

    told = platform.guide_of(subscriber)

    assert 'start="20260303090000 +0000" stop="20260310090000 +0000"' in told
    assert f"<title>{'t' * 2000}</title>" in told.replace(' lang="en"', "")


class TestGuide:
    @pytest.mark.feature("PE-11")
    def test_holds_the_sets_channels_in_the_window_with_times_in_utc(
        self, platform, subscriber
    ):
        told = platform.guide_of(subscriber)

        assert '<channel id="news.one">' in told
        assert 'start="20260302090000 +0000"' in told
        assert "Morning &amp; more" in told
        for left_out in ("other", "Elsewhere", "Long ago", "Far ahead"):
            assert left_out not in told

    def test_numbers_leave_the_third_part_empty_and_are_shown_too(
        self, platform, subscriber
    ):
        told = platform.guide_of(subscriber)

        assert '<episode-num system="xmltv_ns">1.4.</episode-num>' in told
        assert '<episode-num system="onscreen">S02E05</episode-num>' in told

    def test_the_playlist_names_the_same_channel_id(self, platform, subscriber):
        assert 'tvg-id="news.one"' in platform.playlist(subscriber)

    def test_listings_lie_where_the_index_says(self, platform, subscriber):
        content = platform.content(platform.seen_by(subscriber).listings_digest)
        index, _, body = content.partition(b"\n")

        ((begin, length),) = json.loads(index)["slices"].values()

        ((_, start, stop, title, text, language, channel),) = json.loads(
            body[begin : begin + length]
        )
        assert (title, text, language, channel) == (
            "Morning & more",
            "Text",
            "en",
            "news.one",
        )
        assert stop - start == 3600

    def test_its_window_is_what_the_partner_says(self, platform, subscriber):
        with platform.transaction() as work:
            set_guide_days(
                work, platform.keyring, platform.partner_id, back=30, ahead=12
            )
        platform.render()

        assert "Long ago" in platform.guide_of(subscriber)
        assert "Far ahead" in platform.guide_of(subscriber)
        with platform.transaction() as work, pytest.raises(DaysOutOfRange):
            set_guide_days(
                work, platform.keyring, platform.partner_id, back=0, ahead=31
            )

    def test_how_long_a_session_is_is_what_the_partner_says(self, platform, subscriber):
        assert platform.seen_by(subscriber).session_minutes is None

        settings(platform, session_minutes=30, session_is_bound=True)
        settings(platform, session_is_renewed=False)

        manifest = platform.seen_by(subscriber)
        assert (manifest.session_minutes, manifest.session_is_bound) == (30, True)
        assert not manifest.session_is_renewed

    def test_what_is_said_of_sessions_is_shown(self, platform):
        usual = StreamSettings(partner_id=PARTNER)
        assert shown(platform) == usual

        made = settings(platform, stream_hosts=["b.example", "*.a.example"])

        assert made == shown(platform)
        assert made.stream_hosts == ["*.a.example", "b.example"]
        assert made.updated_at is not None

    def test_another_partners_are_no_ones_to_see(self, platform):
        with platform.transaction() as work, pytest.raises(NotFound) as refused:
            get_stream_settings(work, GetStreamSettings(partner_id=new_id()))
        assert refused.value.code == "partner_not_found"

    def test_catch_up_reaches_as_far_back_as_the_guide(self, platform):
        package = platform.package(
            platform.channel(guide_id="news.one", catchup_days=30)
        )
        user = platform.user()
        platform.subscription(user, package)
        platform.guide(GUIDE)
        platform.render()

        assert "Long ago" in platform.guide_of(user)

    def test_its_window_moves_with_time(self, platform, subscriber):
        platform.clock.forward(days=5)
        platform.render()

        assert "Far ahead" in platform.guide_of(subscriber)
        assert "Morning" not in platform.guide_of(subscriber)

    @pytest.mark.feature("PE-17")
    def test_a_channels_shift_moves_its_programmes(self, platform):
        package = platform.package(
            platform.channel(guide_id="news.one", guide_shift_minutes=-60)
        )
        user = platform.user()
        platform.subscription(user, package)
        platform.guide(GUIDE)
        platform.render()

        assert 'start="20260302080000 +0000"' in platform.guide_of(user)


class TestRendering:
    def test_unchanged_content_keeps_its_name_and_times(self, platform, subscriber):
        before = platform.seen_by(subscriber)
        told = len(platform.announced("channel_set_rendered"))
        platform.clock.forward(hours=4)

        platform.render()

        assert platform.seen_by(subscriber) == before
        assert len(platform.announced("channel_set_rendered")) == told

    def test_a_change_gives_a_new_revision_and_is_announced(self, platform, subscriber):
        before = platform.seen_by(subscriber)
        platform.clock.forward(minutes=1)
        package = platform.package(platform.channel(2, "Second"))
        platform.subscription(subscriber, package)

        platform.render()

        after = platform.seen_by(subscriber)
        assert after.set_id != before.set_id
        fields = platform.announced("channel_set_rendered")
        assert (after.set_id, after.revision) in [
            (state["set_id"], state["version"]) for state in fields
        ]

    def test_only_what_changed_gets_a_new_time(self, platform, subscriber):
        before = platform.seen_by(subscriber)
        platform.clock.forward(minutes=1)
        platform.guide(GUIDE.replace(b"Morning", b"Evening"))
        with platform.transaction() as work:
            mark_changed(work, platform.partner_id)
        platform.render()

        after = platform.seen_by(subscriber)
        assert after.changed_at == before.changed_at

    def test_a_removed_channel_leaves_the_playlist(self, platform):
        channel = platform.channel()
        user = platform.user()
        platform.subscription(user, platform.package(channel))
        platform.render()
        assert "News One" in platform.playlist(user)

        with platform.transaction() as work:
            delete_channel(work, DeleteChannel(channel_id=channel.id))
        platform.render()

        assert "News One" not in platform.playlist(user)

    def test_a_mark_during_a_rendering_is_not_lost(self, platform, subscriber):
        del subscriber
        platform.clock.forward(seconds=AGAIN_AFTER.total_seconds())
        claim = renderer._claim(platform.database, RoundRobin())
        with platform.transaction() as work:
            mark_changed(work, platform.partner_id)
        renderer._render(platform.database, platform.blobs, claim)

        claimed = []
        while (again := renderer._claim(platform.database, RoundRobin())) is not None:
            claimed.append(again.set_id)
        assert claim.set_id in claimed

    def test_a_dead_workers_claim_lapses(self, platform):
        platform.user()
        write_due(platform.database, platform.blobs)
        assert renderer._claim(platform.database, RoundRobin()) is not None
        assert render_due(platform.database, platform.blobs, platform.keyring) == 0

        platform.clock.forward(minutes=11)

        assert render_due(platform.database, platform.blobs, platform.keyring) == 1

    def test_a_lost_manifest_is_written_again(self, platform, subscriber):
        manifest = platform.seen_by(subscriber)
        platform.blobs.remove(manifest_name(manifest.set_id))
        platform.clock.forward(seconds=AGAIN_AFTER.total_seconds())

        platform.render()

        assert platform.seen_by(subscriber) == manifest


class TestGarbage:
    def test_old_content_goes_after_a_grace_time_and_named_content_stays(
        self, platform, subscriber
    ):
        old = platform.seen_by(subscriber)
        platform.clock.forward(days=2)
        platform.render()
        new = platform.seen_by(subscriber)
        gone = old.digests() - new.digests()
        long_ago = (platform.clock.now() - GRACE * 2).timestamp()
        for name, _ in list(platform.blobs.names("content")):
            os.utime(platform.blobs._path(name), (long_ago, long_ago))

        collect(platform.database, platform.blobs)

        assert gone
        assert not any(platform.blobs.has(content_name(d)) for d in gone)
        assert all(platform.blobs.has(content_name(d)) for d in new.digests())

    def test_young_content_stays_though_nobody_names_it_yet(self, platform):
        digest = platform.blobs.write_content(b"about to be named")

        collect(platform.database, platform.blobs)

        assert platform.blobs.has(content_name(digest))

    def test_an_upload_that_was_never_read_goes_after_a_grace_time(self, platform):
        long_ago = (platform.clock.now() - GRACE * 2).timestamp()
        for name in ("uploads/old", "uploads/young"):
            platform.blobs.write(name, b"#EXTM3U")
        os.utime(platform.blobs._path("uploads/old"), (long_ago, long_ago))

        collect(platform.database, platform.blobs)

        assert not platform.blobs.has("uploads/old")
        assert platform.blobs.has("uploads/young")

    def test_a_set_nobody_sees_any_more_is_dropped(self, platform, subscriber):
        set_id = platform.seen_by(subscriber).set_id
        platform.clock.forward(days=31)
        platform.render()
        with platform.transaction() as work:
            refresh_everybody(work)
        platform.render()
        platform.clock.forward(seconds=UNUSED_FOR.total_seconds() + 1)

        collect(platform.database, platform.blobs)

        assert platform.manifest(set_id) is None

    def test_a_set_in_use_is_never_dropped(self, platform, subscriber):
        set_id = platform.seen_by(subscriber).set_id
        platform.clock.forward(days=20)

        collect(platform.database, platform.blobs)

        assert platform.manifest(set_id) is not None
        assert (
            platform.clock.now() - timedelta(days=20)
            < platform.fact(subscriber).ends_at
        )


@pytest.mark.feature("CU-14")
class TestAdultChannels:
    @pytest.fixture
    def package(self, platform):
        """News and an adult channel, each with a programme."""
        adult = platform.channel(2, "Late Night", guide_id="other", is_adult=True)
        package = platform.package(platform.channel(guide_id="news.one"), adult)
        platform.demo(adult)
        platform.guide(GUIDE)
        return package

    def forms(self, platform, user):
        """All that a player is told: M3U plain and full, Xtream, guide, streams."""
        seen = platform.seen_by(user)
        listed = [
            platform.content(getattr(seen, f"{name}_digest")).decode()
            for name in ("m3u", "m3u_plus", "live_streams", "streams")
        ]
        return [*listed, platform.guide_of(user)]

    def test_are_in_no_form_for_who_does_not_allow_them(self, platform, package):
        user, other = platform.user(), platform.user(customer_id=new_id())
        for one, allows in ((user, False), (other, True)):
            platform.subscription(one, package)
            platform.customer(one, version=1, shows_adult=allows)
        platform.render()

        marks = ("Late Night", "Late Night", "Late Night", "/2/index.m3u8", "Elsewhere")
        shown = [
            [mark in form for mark, form in zip(marks, forms, strict=True)]
            for forms in (self.forms(platform, user), self.forms(platform, other))
        ]
        assert shown == [[False] * 5, [True] * 5]
        assert "News One" in platform.playlist(user)

    def test_come_and_go_as_the_customer_says(self, platform, package):
        user = platform.user()
        platform.subscription(user, package)
        seen = []
        for version, allows in ((1, False), (2, True), (3, False)):
            platform.customer(user, version=version, shows_adult=allows)
            platform.render()
            seen.append("Late Night" in platform.playlist(user))
        assert seen == [False, True, False]

    def test_are_in_no_demo_either(self, platform, package):
        user = platform.user()
        platform.render()
        assert "Late Night" not in platform.playlist(user)
        platform.customer(user, version=1, shows_adult=True)
        platform.render()
        assert "Late Night" in platform.playlist(user)
