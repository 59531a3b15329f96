"""player_api.php and its kin, as strict players read them."""

import base64
import gzip
import json

import pytest


def fetch(store, query="", *, credentials=None, path="/player_api.php"):
    credentials = store.xtream if credentials is None else credentials
    return store.player().get(f"{path}?{credentials}&{query}")


class TestAccount:
    def test_tells_the_truth_in_the_forms_players_want(self, filled):
        answer = fetch(filled)
        now = int(filled.spring.timestamp())

        assert answer.content_type == "application/json; charset=utf-8"
        assert answer.json == {
            "user_info": {
                "username": "alice0001",
                "password": "secret-pass",
                "message": "",
                "auth": 1,
                "status": "Active",
                "exp_date": str(now + 29 * 86400),
                "is_trial": "0",
                "active_cons": "0",
                "created_at": str(now - 40 * 86400),
                "max_connections": "2",
                "allowed_output_formats": ["m3u8", "ts"],
            },
            "server_info": {
                "url": "tv.example.net",
                "port": "443",
                "https_port": "443",
                "server_protocol": "https",
                "rtmp_port": "0",
                "timezone": "UTC",
                "timestamp_now": now,
                "time_now": "2026-03-02 09:30:00",
                "process": True,
            },
        }

    def test_tells_the_wall_clock_of_the_user(self, filled):
        filled.put_user(time_zone="Europe/Paris")

        server = fetch(filled).json["server_info"]
        rows = fetch(filled, "action=get_short_epg&stream_id=102").json["epg_listings"]

        assert server["timezone"] == "Europe/Paris"
        assert server["time_now"] == "2026-03-02 10:30:00"
        assert server["timestamp_now"] == int(filled.spring.timestamp())
        assert rows[0]["start"] == "2026-03-02 10:00:00"
        assert rows[0]["start_timestamp"] == "1772442000"

    def test_a_zone_that_this_machine_does_not_know_is_utc(self, filled):
        filled.put_user(time_zone="Mars/Base")

        assert fetch(filled).json["server_info"]["timezone"] == "UTC"

    @pytest.mark.parametrize("action", ["get_user_info", "get_server_info", "no_such"])
    def test_an_unknown_action_answers_the_account(self, filled, action):
        assert fetch(filled, f"action={action}").json["user_info"]["auth"] == 1

    def test_who_sees_demo_channels_is_let_in_and_told_why(self, filled):
        filled.clock.forward(days=30)

        user = fetch(filled).json["user_info"]

        assert (user["auth"], user["status"]) == (1, "Active")
        assert (user["is_trial"], user["exp_date"]) == ("1", "2145916800")
        assert user["message"] == (
            "Your subscription ended on 2026-03-31. These are demo channels."
        )
        streams = fetch(filled, "action=get_live_streams").json
        assert [stream["stream_id"] for stream in streams] == [901]

    def test_an_expired_user_without_demo_channels_is_told_so(self, store):
        store.put_set()
        store.put_user()
        store.clock.forward(days=30)

        user = fetch(store).json["user_info"]

        assert (user["auth"], user["status"], user["is_trial"]) == (1, "Expired", "0")
        assert int(user["exp_date"]) == int(store.spring.timestamp()) + 29 * 86400

    def test_a_user_without_any_end_has_a_date_all_the_same(self, store):
        store.put_set()
        store.put_user(ends_at=None)
        assert fetch(store).json["user_info"]["exp_date"] == "2145916800"

        store.put_user(ends_at=None, timeline=[])
        user = fetch(store).json["user_info"]
        assert user["status"] == "Expired"
        assert user["exp_date"] == user["created_at"]

    def test_a_disabled_user_sees_nothing(self, filled):
        filled.put_user(is_active=False)

        assert fetch(filled).json["user_info"]["status"] == "Disabled"
        for action in ("get_live_streams", "get_live_categories"):
            assert fetch(filled, f"action={action}").json == []

    @pytest.mark.parametrize(
        ("base", "port", "https_port", "protocol"),
        [
            ("http://tv.example:8080", "8080", "8080", "http"),
            ("https://tv.example:8443", "8443", "8443", "https"),
            ("http://tv.example", "80", "80", "http"),
        ],
    )
    def test_ports_are_those_of_the_public_address(
        self, filled, base, port, https_port, protocol
    ):
        filled.put_user(public_url=base)

        server = fetch(filled).json["server_info"]

        assert (server["port"], server["https_port"]) == (port, https_port)
        assert (server["url"], server["server_protocol"]) == ("tv.example", protocol)

    @pytest.mark.feature("PE-08")
    @pytest.mark.parametrize("credentials", ["", "username=alice0001&password=x"])
    @pytest.mark.parametrize("path", ["/player_api.php", "/panel_api.php"])
    def test_wrong_credentials_are_200_with_auth_0(self, filled, credentials, path):
        answer = fetch(filled, credentials=credentials, path=path)

        assert answer.status_code == 200
        assert answer.json["user_info"]["auth"] == 0
        known = fetch(filled).json["user_info"]
        refused = answer.json["user_info"]
        assert set(refused) == set(known)
        assert all(type(refused[name]) is type(known[name]) for name in known)

    @pytest.mark.feature("PE-08")
    def test_a_refusal_is_short_whatever_was_sent(self, filled):
        answer = fetch(filled, credentials=f"username={'x' * 900}&password={'y' * 900}")

        assert len(answer.data) < 400

    @pytest.mark.parametrize(
        "posted",
        [
            {"data": {"username": "alice0001", "password": "secret-pass"}},
            {"query_string": "username=alice0001&password=secret-pass", "json": {}},
            {"query_string": "username=alice0001&password=secret-pass"},
        ],
    )
    def test_posts_of_every_player_are_understood(self, filled, posted):
        answer = filled.player().post("/player_api.php", **posted)

        assert answer.json["user_info"]["auth"] == 1


@pytest.mark.feature("PE-06")
class TestLists:
    def test_streams_can_be_narrowed_to_a_category(self, filled):
        all_ = fetch(filled, "action=get_live_streams").json
        own = fetch(filled, "action=get_live_streams&category_id=7").json

        assert [stream["stream_id"] for stream in all_] == [101, 102, 103]
        assert own == all_
        assert fetch(filled, "action=get_live_streams&category_id=99").json == []

    def test_lists_are_packed_where_that_is_welcome(self, filled):
        plain = fetch(filled, "action=get_live_streams")
        packed = filled.player().get(
            f"/player_api.php?{filled.xtream}&action=get_live_streams",
            headers={"Accept-Encoding": "gzip"},
        )

        assert packed.headers["Content-Encoding"] == "gzip"
        assert json.loads(gzip.decompress(packed.data)) == plain.json

    @pytest.mark.parametrize(
        ("action", "nothing"),
        [
            ("get_vod_categories", []),
            ("get_vod_streams", []),
            ("get_series_categories", []),
            ("get_series", []),
            ("get_vod_info&vod_id=1", {"info": [], "movie_data": {}}),
            (
                "get_series_info&series_id=1",
                {"seasons": [], "info": {}, "episodes": {}},
            ),
        ],
    )
    def test_films_and_series_are_empty_in_the_right_shape(
        self, filled, action, nothing
    ):
        assert fetch(filled, f"action={action}").json == nothing

    def test_the_panel_call_holds_account_categories_and_channels(self, filled):
        answer = fetch(filled, path="/panel_api.php").json

        assert answer["user_info"]["auth"] == 1
        assert set(answer["available_channels"]) == {"101", "102", "103"}
        assert answer["categories"]["live"][0]["category_id"] == "7"


@pytest.mark.feature("PE-06")
class TestGuide:
    def test_the_short_guide_begins_with_what_runs(self, filled):
        rows = fetch(filled, "action=get_short_epg&stream_id=102").json["epg_listings"]

        now = int(filled.spring.timestamp())
        assert len(rows) == 4
        assert int(rows[0]["start_timestamp"]) <= now < int(rows[0]["stop_timestamp"])
        first = rows[0]
        assert base64.b64decode(first["title"]).decode() == "Show 2 é"
        assert base64.b64decode(first["description"]).decode() == "Text"
        assert (first["start"], first["end"]) == (
            "2026-03-02 09:00:00",
            "2026-03-02 10:00:00",
        )
        assert all(isinstance(value, str) for value in first.values())

    def test_its_length_can_be_said(self, filled):
        query = "action=get_short_epg&stream_id=102&limit=2"

        assert len(fetch(filled, query).json["epg_listings"]) == 2

    def test_the_table_holds_the_past_and_says_what_is_kept(self, filled):
        query = "action=get_simple_data_table&stream_id="

        rows = fetch(filled, f"{query}102").json["epg_listings"]

        assert [row["now_playing"] for row in rows] == [0, 0, 1, 0, 0, 0, 0, 0]
        assert [row["has_archive"] for row in rows] == [1, 1, 0, 0, 0, 0, 0, 0]
        live_only = fetch(filled, f"{query}101").json["epg_listings"]
        assert not any(row["has_archive"] for row in live_only)

    @pytest.mark.parametrize("stream_id", ["999", "x", "", "../../etc"])
    def test_an_unknown_stream_has_an_empty_guide(self, filled, stream_id):
        for action in ("get_short_epg", "get_simple_data_table"):
            query = f"action={action}&stream_id={stream_id}"
            assert fetch(filled, query).json == {"epg_listings": []}
