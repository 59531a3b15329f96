"""Playlists: the user's own, by link and by get.php."""

import gzip

import pytest


def text_of(response):
    body = response.data
    packed = response.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(body) if packed else body).decode()


def channels_in(response):
    return [line for line in text_of(response).splitlines() if "/live/" in line]


class TestByLink:
    def test_holds_the_users_own_addresses_under_the_public_address(self, filled):
        answer = filled.player().get(filled.link)

        assert answer.status_code == 200
        assert answer.content_type == "audio/x-mpegurl"
        assert channels_in(answer) == [
            f"https://tv.example.net/live/alice0001/secret-pass/{n}.m3u8"
            for n in (101, 102, 103)
        ]
        assert "https://tv.example.net/xmltv/alice0001/secret-pass.xml.gz" in text_of(
            answer
        )

    def test_the_host_header_leads_nobody_astray(self, filled):
        answer = filled.player().get(filled.link, headers={"Host": "evil.example"})

        assert "evil.example" not in text_of(answer)

    def test_a_partners_own_address_is_used(self, filled):
        player = filled.player()
        player.get(filled.link, headers={"Accept-Encoding": "gzip"})
        filled.put_user(
            token="tokentoken2", username="bob", public_url="https://b.example/"
        )

        answer = player.get("/p/tokentoken2.m3u8", headers={"Accept-Encoding": "gzip"})

        assert text_of(answer).count("https://b.example/live/bob/") == 3
        assert "tv.example.net" not in text_of(answer)

    def test_credentials_are_percent_encoded(self, filled):
        filled.put_user(password="a/b c?é")

        answer = filled.player().get(filled.link)

        assert "/live/alice0001/a%2Fb%20c%3F%C3%A9/101.m3u8" in text_of(answer)

    @pytest.mark.parametrize("ending", [".m3u", ".m3u8"])
    def test_both_endings_are_right(self, filled, ending):
        assert filled.player().get(f"/p/tokentoken1{ending}").status_code == 200

    def test_gzip_unpacks_to_the_same_text(self, filled):
        player = filled.player()

        packed = player.get(filled.link, headers={"Accept-Encoding": "deflate, gzip"})

        assert packed.headers["Content-Encoding"] == "gzip"
        assert text_of(packed) == text_of(player.get(filled.link))

    @pytest.mark.parametrize(
        "accepted", ["identity", "gzip;q=0", "br, gzip; q=0.0", ""]
    )
    def test_gzip_is_sent_to_nobody_who_refuses_it(self, filled, accepted):
        answer = filled.player().get(filled.link, headers={"Accept-Encoding": accepted})

        assert "Content-Encoding" not in answer.headers

    def test_an_unknown_link_is_404_with_a_short_text(self, filled):
        answer = filled.player().get("/p/nobodynobody.m3u8")

        assert answer.status_code == 404
        assert answer.content_type.startswith("text/plain")
        assert len(answer.data) < 200

    def test_a_disabled_user_is_refused(self, filled):
        filled.put_user(is_active=False)

        assert filled.player().get(filled.link).status_code == 403


class TestWhatIsSeen:
    @pytest.mark.feature("PE-02", "PR-16")
    def test_without_a_subscription_exactly_the_demo_channels(self, filled):
        filled.put_user(timeline=[], ends_at=None)

        assert channels_in(filled.player().get(filled.link)) == [
            "https://tv.example.net/live/alice0001/secret-pass/901.m3u8"
        ]

    @pytest.mark.feature("SU-20")
    def test_the_end_holds_though_nobody_announces_it(self, filled):
        player = filled.player()
        assert len(channels_in(player.get(filled.link))) == 3

        filled.clock.forward(days=29)

        assert len(channels_in(player.get(filled.link))) == 1

    def test_a_coming_subscription_begins_by_itself(self, filled):
        player = filled.player()
        filled.clock.forward(days=-2)
        assert len(channels_in(player.get(filled.link))) == 1

        filled.clock.forward(days=2)

        assert len(channels_in(player.get(filled.link))) == 3

    def test_a_set_not_rendered_yet_shows_the_demo_channels(self, store):
        store.put_user()
        store.put_demo()

        assert len(channels_in(store.player().get(store.link))) == 1

    def test_nothing_rendered_at_all_is_an_empty_playlist(self, store):
        store.put_user()

        for headers in ({}, {"Accept-Encoding": "gzip"}):
            answer = store.player().get(store.link, headers=headers)
            assert (answer.status_code, channels_in(answer)) == (200, [])
            assert text_of(answer).startswith("#EXTM3U x-tvg-url=")


class TestGetPhp:
    @pytest.mark.feature("PE-22")
    @pytest.mark.parametrize(
        ("params", "ending"),
        [
            ("ts", "ts"),
            ("mpegts", "ts"),
            ("m3u8", "m3u8"),
            ("hls", "m3u8"),
            ("", "m3u8"),
        ],
    )
    def test_output_names_the_form_of_streams(self, filled, params, ending):
        address = f"/get.php?{filled.xtream}&type=m3u_plus&output={params}"

        answer = filled.player().get(address)

        assert all(line.endswith(f".{ending}") for line in channels_in(answer))
        assert len(channels_in(answer)) == 3

    @pytest.mark.feature("PE-22")
    def test_type_m3u_is_bare(self, filled):
        player = filled.player()

        bare = player.get(f"/get.php?{filled.xtream}&type=m3u")
        plus = player.get(f"/get.php?{filled.xtream}&type=m3u_plus")

        assert "#EXTINF:-1,Channel 101" in text_of(bare)
        assert 'tvg-id="x"' in text_of(plus)

    def test_a_posted_form_does_as_well(self, filled):
        answer = filled.player().post(
            "/get.php", data={"username": "ALICE0001", "password": "secret-pass"}
        )

        assert len(channels_in(answer)) == 3

    @pytest.mark.feature("PE-08")
    @pytest.mark.parametrize(
        "query",
        [
            "",
            "username=alice0001",
            "username=alice0001&password=",
            "username=alice0001&password=Secret-pass",
            "username=nobody&password=secret-pass",
        ],
    )
    def test_wrong_credentials_are_401(self, filled, query):
        answer = filled.player().get(f"/get.php?{query}")

        assert answer.status_code == 401
        assert len(answer.data) < 200
        assert "Location" not in answer.headers


class TestConditions:
    def test_the_same_tag_is_304_without_a_body(self, filled):
        player = filled.player()
        for coding in ("identity", "gzip"):
            headers = {"Accept-Encoding": coding}
            tag = player.get(filled.link, headers=headers).headers["ETag"]

            again = player.get(filled.link, headers={**headers, "If-None-Match": tag})

            assert (again.status_code, again.data) == (304, b"")
            assert again.headers["ETag"] == tag
            assert again.headers["Vary"] == "Accept-Encoding"

    def test_each_coding_has_its_tag(self, filled):
        player = filled.player()

        tags = {
            player.get(filled.link, headers={"Accept-Encoding": c}).headers["ETag"]
            for c in ("gzip", "identity")
        }

        assert len(tags) == 2

    def test_a_weak_tag_in_a_list_counts(self, filled):
        player = filled.player()
        tag = player.get(filled.link).headers["ETag"]

        again = player.get(filled.link, headers={"If-None-Match": f'"x", W/{tag}'})

        assert again.status_code == 304

    def test_modified_since_counts_unless_a_tag_is_given(self, filled):
        player = filled.player()
        since = player.get(filled.link).headers["Last-Modified"]

        assert (
            player.get(filled.link, headers={"If-Modified-Since": since}).status_code
            == 304
        )
        assert (
            player.get(
                filled.link,
                headers={"If-Modified-Since": since, "If-None-Match": '"old"'},
            ).status_code
            == 200
        )
        assert (
            player.get(
                filled.link, headers={"If-Modified-Since": "yesterday"}
            ).status_code
            == 200
        )

    def test_what_changes_the_text_changes_tag_and_time(self, filled):
        player = filled.player()
        first = player.get(filled.link)
        filled.clock.forward(days=29)

        later = player.get(filled.link)

        assert later.headers["ETag"] != first.headers["ETag"]
        assert later.headers["Last-Modified"] > first.headers["Last-Modified"]

    def test_head_has_the_headers_of_get_and_no_body(self, filled):
        player = filled.player()
        for headers in ({}, {"Accept-Encoding": "gzip"}):
            got = player.get(filled.link, headers=headers)
            head = player.head(filled.link, headers=headers)
            assert head.data == b""
            assert list(head.headers) == list(got.headers)

    def test_a_range_from_the_start_gets_the_whole(self, filled):
        answer = filled.player().get(filled.link, headers={"Range": "bytes=0-"})

        assert answer.status_code == 200
        assert int(answer.headers["Content-Length"]) == len(answer.data)


class TestOtherPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/admin/users/12",
            "/api/v1/12",
            "/p/",
            "/p/x",
            "/live/a/b/c",
            "/a/b/c/d",
        ],
    )
    def test_pages_are_left_to_the_pages(self, filled, path):
        assert filled.player().get(path).data == b"a page"

    def test_only_calls_may_be_posted(self, filled):
        assert filled.player().post(filled.link).status_code == 405
