"""What is remembered, for how long, and what makes it forgotten."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from werkzeug.test import Client

from gateway.public.content_cache import ContentCache, NotInMemory
from lineup.delivery import manifest_name, token_name


def status_of(player, store):
    return player.get(store.link).status_code


class TestFacts:
    def test_a_change_is_seen_after_fifteen_seconds_without_any_event(
        self, filled, seconds
    ):
        player = filled.player()
        assert status_of(player, filled) == 200
        filled.put_user(is_active=False)
        assert status_of(player, filled) == 200

        seconds.by = 16

        assert status_of(player, filled) == 403

    def test_an_event_makes_it_seen_at_once(self, filled):
        layer = filled.layer()
        player = Client(layer)
        assert status_of(player, filled) == 200
        fact = filled.put_user(is_active=False)

        layer.content_store.evict_access([token_name(fact.token)])

        assert status_of(player, filled) == 403

    def test_a_removed_user_is_unknown_soon(self, filled, seconds):
        player = filled.player()
        assert status_of(player, filled) == 200
        filled.remove_user(filled.put_user())

        seconds.by = 16

        assert status_of(player, filled) == 404

    def test_a_new_user_is_known_a_second_after_it_was_not(self, store, seconds):
        player = store.player()
        assert status_of(player, store) == 404
        store.put_user()

        seconds.by = 1.1

        assert status_of(player, store) == 200


class TestManifests:
    def test_new_content_is_seen_within_five_seconds(self, filled, seconds):
        player = filled.player()
        before = player.get(filled.link).headers["ETag"]
        filled.put_set(numbers=(101, 102, 103, 104))

        seconds.by = 5.1

        assert player.get(filled.link).headers["ETag"] != before

    def test_a_store_that_is_away_goes_unnoticed(self, filled, seconds):
        player = filled.player()
        assert status_of(player, filled) == 200

        for folder in ("access", "sets"):
            path = Path(filled.blobs._path(folder))
            path.rename(path.with_name(f"{folder}-away"))
            path.write_text("not a folder: every read below it fails")
        seconds.by = 60

        assert status_of(player, filled) == 200


class TestContentCache:
    def test_it_keeps_no_more_than_it_may(self):
        content_cache = ContentCache(100, 60, size_of=len)
        for n in range(50):
            content_cache.get(n, lambda: b"x" * 10)

        kept = []
        for n in range(50):
            try:
                kept.append(content_cache.get_cached(n))
            except NotInMemory:
                continue

        assert len(kept) == 10

    def test_what_is_too_large_is_used_but_not_kept(self):
        content_cache = ContentCache(5, 60, size_of=len)

        assert content_cache.get("a", lambda: b"x" * 10) == b"x" * 10
        with pytest.raises(NotInMemory):
            content_cache.get_cached("a")

    def test_absence_in_the_store_is_no_reason_to_keep_the_old(self):
        content_cache = ContentCache(5, 0)
        content_cache.get("a", lambda: b"x")

        def gone():
            raise FileNotFoundError

        with pytest.raises(FileNotFoundError):
            content_cache.get("a", gone)

    def test_one_loads_for_all_who_ask_at_the_same_time(self):
        content_cache, loads, begun = ContentCache(5, 60), [], threading.Event()

        def slow():
            loads.append(1)
            begun.wait(5)
            return b"x"

        with ThreadPoolExecutor(4) as pool:
            rpc_request = [pool.submit(content_cache.get, "a", slow) for _ in range(4)]
            begun.set()
            assert [answer.result(5) for answer in rpc_request] == [b"x"] * 4

        assert len(loads) == 1

    def test_loading_one_may_need_many_others(self):
        content_cache = ContentCache(1000, 60)

        def load(n):
            return n if n == 0 else content_cache.get(n - 1, lambda: load(n - 1)) + 1

        assert content_cache.get(200, lambda: load(200)) == 200


class TestAtOnce:
    def test_answers_only_what_memory_knows(self, filled):
        layer = filled.layer()
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": filled.link}
        assert layer.answer_from_memory(dict(environ)) is None

        Client(layer).get(filled.link)

        assert layer.answer_from_memory(dict(environ)).status == "200 OK"
        filled.blobs.remove(manifest_name(filled.set_id))
        assert layer.answer_from_memory(dict(environ)).status == "200 OK"

    def test_leaves_pages_posts_and_files_alone(self, filled):
        layer = filled.layer()
        for method, path in (
            ("GET", "/admin"),
            ("POST", "/player_api.php"),
            ("GET", "/xmltv/alice0001/secret-pass.xml"),
        ):
            assert (
                layer.answer_from_memory({"REQUEST_METHOD": method, "PATH_INFO": path})
                is None
            )
