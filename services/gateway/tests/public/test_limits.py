"""Players that guess are slowed down, and a home never suffers from it."""

import multiprocessing

import pytest
from werkzeug.test import Client

from gateway.public.admission import Admission
from gateway.public.limits import GuessBackoffs, PlayerLimits
from gateway.public.request_heads import environ_of
from gateway.public.shared_table import REMEMBERED_SLOTS, SharedTable, SlotHasher

HOME, ELSEWHERE = "192.0.2.1", "203.0.113.9"
USUAL = GuessBackoffs.of(10, 100, 100, 300)
CALLS = {
    "player": "/player_api.php?username={}&password={}",
    "list": "/get.php?username={}&password={}",
    "panel": "/panel_api.php?username={}&password={}",
    "guide": "/xmltv.php?username={}&password={}",
    "guide path": "/xmltv/{}/{}.xml",
    "live": "/live/{}/{}/101.ts",
    "short": "/{}/{}/101",
    "archive": "/timeshift/{}/{}/60/2026-03-02:08-30/101.ts",
}


class Home:
    """Players at an address; time goes by when a test says so."""

    def __init__(self, store, per_user=1200, per_address=12_000, proxies=0):
        self.passed = 1000.0
        self.layer = store.layer()
        self.limits = PlayerLimits.of(
            USUAL, per_user, per_address, now=lambda: self.passed
        )
        self.layer.admission = Admission(self.limits, proxies)
        self._client = Client(self.layer)

    def fetch(self, path, address=HOME, **more):
        environ = {"REMOTE_ADDR": address}
        return self._client.get(path, environ_base=environ, buffered=True, **more)

    def statuses(self, path, times=1, address=HOME):
        """The status of each answer."""
        return [self.fetch(path, address).status_code for _ in range(times)]

    def call(self, username="alice0001", password="secret-pass", address=HOME):
        return self.fetch(CALLS["live"].format(username, password), address).status_code

    def guess(self, times, username="alice0001", address=HOME):
        """As many different wrong passwords: the status of each answer."""
        return [
            self.call(username, f"wrong{number}", address) for number in range(times)
        ]

    def pause(self, path, address=HOME):
        """How long one is told to wait."""
        answer = self.fetch(path, address)
        assert answer.status_code == 429
        return int(answer.headers["Retry-After"])


@pytest.fixture
def home(filled):
    filled.put_user(username="bob00002", token="tokentoken2")
    return Home(filled)


class TestWrongPasswords:
    @pytest.mark.parametrize("kind", CALLS)
    def test_of_a_thousand_ten_are_looked_at(self, home, kind):
        path = CALLS[kind].format("alice0001", "wrong")
        first = 200 if kind in {"player", "panel"} else 401

        assert home.statuses(path, 1000) == [first] * 10 + [429] * 990

        answer = home.fetch(path)
        assert answer.headers["Retry-After"] == "1"
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.text == "Too many requests. Try again in 1 s.\n"

    def test_pauses_grow_to_five_minutes(self, home):
        home.guess(10)
        waits, wrong = [], CALLS["live"].format("alice0001", "wrong")
        for _ in range(10):
            waits.append(home.pause(wrong))
            home.passed += waits[-1]
            assert home.statuses(wrong) == [401]

        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 256]

    def test_the_right_password_is_not_looked_at_in_a_pause_by_a_stranger(self, home):
        home.guess(10)
        assert home.call() == 429
        home.passed += 1
        assert home.call() == 302
        assert home.guess(11) == [401] * 10 + [429]

    def test_unknown_names_are_answered_alike(self, home):
        statuses = []
        for username in ("alice0001", "nobody"):
            statuses.append(home.guess(12, username))
            home.passed += 1
            statuses[-1] += home.guess(2, username)
        assert statuses[0] == statuses[1]

    def test_a_name_counts_in_any_case(self, home):
        assert home.guess(5) + home.guess(6, "ALICE0001") == [401] * 10 + [429]

    def test_many_names_from_one_address_are_slowed_down_together(self, home):
        statuses = [home.call(f"nobody{number}", "wrong") for number in range(120)]
        assert statuses == [401] * 100 + [429] * 20
        assert home.call("other", "wrong", ELSEWHERE) == 401

    def test_one_name_from_many_addresses_is_slowed_down_together(self, home):
        statuses = [
            home.call(password=f"w{number}", address=f"203.0.113.{number}")
            for number in range(120)
        ]
        assert statuses == [401] * 100 + [429] * 20

    def test_an_ipv6_home_is_its_network(self, home):
        statuses = [home.guess(1, address=f"2001:db8::{n:x}")[0] for n in range(1, 12)]
        assert statuses == [401] * 10 + [429]

    def test_unknown_links_count_by_address(self, home, filled):
        statuses = [home.statuses(f"/p/unknown{n:05}.m3u8")[0] for n in range(120)]

        assert statuses == [404] * 100 + [429] * 20
        assert home.statuses(filled.link) == [200]
        assert home.statuses("/p/unknown00001.m3u8", address=ELSEWHERE) == [404]

    def test_one_old_link_counts_for_itself(self, home):
        assert home.statuses("/p/oldlinkold1.m3u8", 300) == [404] * 10 + [429] * 290
        assert home.statuses("/p/oldlinkold2.m3u8") == [404]


class TestHouseholds:
    def test_where_it_worked_lately_the_right_password_always_passes(self, home):
        assert home.call() == 302
        assert home.guess(1000)[10:] == [429] * 990
        assert home.call() == 302

    def test_nor_does_it_suffer_from_strangers_elsewhere(self, home):
        home.call()
        for number in range(150):
            home.guess(2, address=f"203.0.113.{number}")
        assert home.call() == 302
        assert home.call(address="198.51.100.1") == 429

    def test_what_one_user_guesses_does_not_touch_another(self, home):
        home.guess(1000)
        assert home.call("bob00002") == 302

    def test_many_with_old_passwords_do_not_touch_the_others(self, home):
        for number in range(15):
            statuses = [home.call(f"old{number}", "old") for _ in range(20)]
            assert statuses == [401] * 10 + [429] * 10
        assert home.call("bob00002") == 302

    def test_twenty_players_that_zap_are_never_held_up(self, filled):
        home = Home(filled)
        names = [f"user{number:04}" for number in range(20)]
        for number, name in enumerate(names):
            filled.put_user(username=name, token=f"hometoken{number:02}")
        statuses = set()
        for _ in range(25):
            home.passed += 0.2
            statuses |= {home.call(name) for name in names}
        assert statuses == {302}

    def test_what_worked_is_known_for_thirty_days(self, home):
        home.call()
        home.passed += 29 * 86_400
        home.guess(10)
        assert home.call() == 302
        home.passed += 31 * 86_400
        home.guess(10)
        assert home.call() == 429


class TestRates:
    @pytest.mark.parametrize(
        "path",
        [
            "/p/tokentoken1.m3u8",
            "/p/tokentoken1.xml",
            *[call.format("alice0001", "secret-pass") for call in CALLS.values()],
        ],
    )
    def test_a_user_has_a_quarter_minutes_at_once_and_then_evenly(self, filled, path):
        home = Home(filled, per_user=120)
        statuses = home.statuses(path, 31)

        assert 429 not in statuses[:30]
        assert statuses[30] == 429
        assert home.pause(path) == 1
        home.passed += 0.5
        assert [status == 429 for status in home.statuses(path, 2)] == [False, True]
        home.passed += 600
        assert [status == 429 for status in home.statuses(path, 31)] == [False] * 30 + [
            True
        ]

    def test_all_ways_of_a_user_count_together_and_no_other_users(self, filled):
        filled.put_user(username="bob00002", token="tokentoken2")
        home = Home(filled, per_user=24)
        assert home.statuses(filled.link, 3) + [home.call() for _ in range(4)] == (
            [200] * 3 + [302] * 3 + [429]
        )
        assert home.call("bob00002") == 302

    def test_an_address_has_its_own(self, filled):
        filled.put_user(username="bob00002", token="tokentoken2")
        home = Home(filled, per_user=400, per_address=40)
        assert home.statuses(filled.link, 9) == [200] * 9
        assert home.call("bob00002") == 302
        assert home.call("bob00002") == 429
        assert home.call("bob00002", address=ELSEWHERE) == 302

    def test_none_is_no_limit(self, filled):
        home = Home(filled, per_user=0, per_address=0)
        assert home.statuses(filled.link, 700) == [200] * 700

    def test_wrong_passwords_use_nothing_up(self, filled):
        home = Home(filled, per_user=8)
        home.guess(50)
        home.passed += 300
        assert [home.call() for _ in range(3)] == [302, 302, 429]


class TestAddresses:
    @pytest.mark.feature("DC-09")
    @pytest.mark.parametrize(
        ("proxies", "counted"), [(0, HOME), (1, ELSEWHERE), (2, "198.51.100.1")]
    )
    def test_only_trusted_proxies_tell_them(self, filled, proxies, counted):
        home = Home(filled, proxies=proxies)
        forwarded = {"X-Forwarded-For": f"198.51.100.1, {ELSEWHERE}"}
        wrong = CALLS["live"].format("alice0001", "wrong")
        for _ in range(11):
            statuses = home.fetch(wrong, headers=forwarded).status_code
        assert statuses == 429

        fresh = {"X-Forwarded-For": ", ".join([counted] * proxies)}
        direct = home.fetch(wrong, address=counted, headers=fresh if proxies else {})
        assert direct.status_code == 429
        other = {"X-Forwarded-For": "192.0.2.200, 192.0.2.200"}
        assert home.fetch(wrong, "192.0.2.200", headers=other).status_code == 401

    def test_the_quick_way_reads_the_forwarded_one_too(self):
        head = b"GET /p/x.m3u8 HTTP/1.1\r\nHost: tv\r\nX-Forwarded-For: 192.0.2.7\r\n"
        assert environ_of(head + b"\r\n")["HTTP_X_FORWARDED_FOR"] == "192.0.2.7"
        twice = head + b"X-Forwarded-For: 192.0.2.8\r\n\r\n"
        assert environ_of(twice) is None

    def test_without_one_each_name_counts_for_itself(self, home):
        statuses = [home.call(f"nobody{number}", "x", "") for number in range(150)]
        assert statuses == [401] * 150
        assert home.guess(11, address="") == [401] * 10 + [429]


class TestAtOnce:
    def environ(self, path):
        return {"REQUEST_METHOD": "GET", "PATH_INFO": path, "REMOTE_ADDR": HOME}

    def test_the_poller_limits_as_threads_do(self, filled):
        home = Home(filled, per_user=20)
        home.fetch(filled.link)
        statuses = [
            home.layer.answer_from_memory(self.environ(filled.link)).status[:3]
            for _ in range(6)
        ]
        assert statuses == ["200"] * 4 + ["429"] * 2

        wrong = CALLS["live"].format("alice0001", "wrong")
        home.fetch(wrong)
        statuses = [
            home.layer.answer_from_memory(self.environ(wrong)).status[:3]
            for _ in range(11)
        ]
        assert statuses == ["401"] * 9 + ["429"] * 2

    def test_what_goes_on_to_a_thread_is_counted_once(self, filled):
        home = Home(filled, per_user=16)
        path = "/xmltv/alice0001/secret-pass.xml"
        statuses = []
        for _ in range(4):
            assert home.layer.answer_from_memory(self.environ(path)) is None
            statuses += home.statuses(path)
        assert statuses == [200] * 4
        assert home.layer.answer_from_memory(self.environ(path)).status[:3] == "429"


class TestSharedTable:
    def table(self, path=None, entries=64):
        return SharedTable(SlotHasher("secret"), path, "dd", entries)

    def test_what_is_written_reads_back(self):
        table = self.table()
        assert table.read("a") is None
        table.write("a", 1.0, 2.0)
        table.write("a", 3.0, 4.0)
        assert table.read("a") == (3.0, 4.0)
        assert table.read("b") is None

    def test_it_never_grows_and_forgets_what_was_longest_without_use(self):
        table = self.table(entries=4)
        size = len(table._memory)
        for number in range(1000):
            table.write(f"key{number}", float(number), 0.0)
        kept = [n for n in range(1000) if table.read(f"key{n}") is not None]
        assert kept == [996, 997, 998, 999]
        assert len(table._memory) == size
        assert table._slots.of.cache_info().maxsize == REMEMBERED_SLOTS

    def test_floods_of_strangers_take_a_bounded_place(self, filled):
        home = Home(filled)
        guesses = home.limits.guesses
        size = len(guesses._failures._memory)
        for number in range(2000):
            home.call(f"nobody{number}", "x", f"2001:db8:{number:x}::1")
        assert len(guesses._failures._memory) == size < 4 << 20
        assert home.call() == 302

    def test_processes_share_it_by_its_file(self, tmp_path):
        path = tmp_path / "table"
        ours = self.table(path)
        spawn = multiprocessing.get_context("fork")
        other = spawn.Process(
            target=lambda: self.table(path).write("from there", 5.0, 6.0)
        )
        other.start()
        other.join(20)
        assert ours.read("from there") == (5.0, 6.0)

    def test_another_secret_finds_nothing(self, tmp_path):
        path = tmp_path / "table"
        self.table(path).write("a", 1.0, 2.0)
        assert SharedTable(SlotHasher("other"), path, "dd", 64).read("a") is None
