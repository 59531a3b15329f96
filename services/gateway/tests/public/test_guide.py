"""The guide: one shared file, in every form players ask for."""

import gzip

import pytest

PATH = "/xmltv/alice0001/secret-pass.xml"


def plain_of(store):
    return store.player().get(PATH).data


class TestGuide:
    def test_is_xml_and_packed_only_where_welcome(self, filled):
        player = filled.player()
        plain = player.get(f"/xmltv.php?{filled.xtream}")
        packed = player.get(
            f"/xmltv.php?{filled.xtream}", headers={"Accept-Encoding": "gzip"}
        )

        assert plain.content_type == "application/xml; charset=utf-8"
        assert plain.data.startswith(b"<tv><channel")
        assert int(plain.headers["Content-Length"]) == len(plain.data)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data

    @pytest.mark.feature("PE-10")
    def test_a_path_that_ends_in_gz_is_a_gzip_file_and_packed_once(self, filled):
        answer = filled.player().get(f"{PATH}.gz", headers={"Accept-Encoding": "gzip"})

        assert answer.content_type == "application/gzip"
        assert "Content-Encoding" not in answer.headers
        assert gzip.decompress(answer.data) == plain_of(filled)

    def test_has_a_link_of_its_own_beside_the_playlist_s(self, filled):
        player, link = filled.player(), filled.link.removesuffix(".m3u8")

        assert player.get(f"{link}.xml").data == plain_of(filled)
        assert gzip.decompress(player.get(f"{link}.xml.gz").data) == plain_of(filled)
        assert player.get("/p/unknowntoken.xml").status_code == 404

    @pytest.mark.feature("PE-10")
    def test_holds_the_channels_the_user_sees_now(self, filled):
        assert b"ch101" in plain_of(filled)
        filled.clock.forward(days=30)

        assert b"ch101" not in plain_of(filled)
        assert b"ch901" in plain_of(filled)

    @pytest.mark.feature("PE-10")
    @pytest.mark.parametrize("path", [PATH, f"{PATH}.gz"])
    @pytest.mark.parametrize("coding", ["identity", "gzip"])
    def test_a_repeat_is_304_and_head_tells_what_get_does(self, filled, path, coding):
        player, headers = filled.player(), {"Accept-Encoding": coding}
        got = player.get(path, headers=headers)

        again = player.get(
            path, headers={**headers, "If-None-Match": got.headers["ETag"]}
        )
        head = player.head(path, headers=headers)

        assert (again.status_code, again.data) == (304, b"")
        assert (head.status_code, head.data) == (200, b"")
        assert list(head.headers) == list(got.headers)

    def test_is_the_same_for_all_who_see_the_set(self, filled):
        filled.put_user(username="bob", token="tokentoken2")
        player = filled.player()

        tags = {
            player.get(f"/xmltv/{name}/secret-pass.xml").headers["ETag"]
            for name in ("alice0001", "bob")
        }

        assert len(tags) == 1

    @pytest.mark.feature("PE-08")
    @pytest.mark.parametrize(
        "path", ["/xmltv/alice0001/wrong.xml", "/xmltv/nobody/x.xml.gz", "/xmltv.php"]
    )
    def test_an_unknown_login_gets_a_short_401(self, filled, path):
        answer = filled.player().get(path)

        assert answer.status_code == 401
        assert len(answer.data) < 200

    def test_nothing_rendered_yet_is_an_empty_guide(self, store):
        store.put_user()

        for path, coding in ((PATH, ""), (PATH, "gzip"), (f"{PATH}.gz", "")):
            answer = store.player().get(path, headers={"Accept-Encoding": coding})
            body = answer.data
            text = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
            assert b"<tv></tv>" in text

    def test_nginx_is_told_which_file_to_send(self, filled):
        player = filled.player(accel_prefix="/_blobs/")

        answer = player.get(PATH, headers={"Accept-Encoding": "gzip"})

        named = answer.headers["X-Accel-Redirect"].removeprefix("/_blobs/")
        assert answer.data == b""
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(filled.blobs.read(named)).startswith(b"<tv>")
