"""A session's address: its folder for hours, and no longer than its user may watch."""

import time
from urllib.parse import urlsplit

import msgspec
import pytest
import requests
from edges import Session, running_origin, running_servers, until
from werkzeug.test import Client, create_environ

from lineup.delivery import StreamSource

CHANNELS = {
    "101": "/hls/one/index.m3u8",
    "102": "/hls/two/index.m3u8",
    "201": "/flat/one.m3u8",
    "202": "/flat/one1.m3u8",
    "301": "/raw/77.ts",
    "302": "/raw/7.ts",
    "401": "/a b/кана́л//x/index.m3u8?tok=1&q=a%20b",
    "501": "/whole/",
}
ENDS = ({"timeline": []}, {"is_active": False}, {"password": "another-pass"})
STEMS = {"201": "one", "202": "one1"}


MORE = {number: {"stem": stem} for number, stem in STEMS.items()} | {
    "102": {"catchup_days": 7}
}


@pytest.fixture(scope="module")
def servers(tmp_path_factory, gunicorn, store_in):
    folder = tmp_path_factory.mktemp("session")
    (folder / "blobs").mkdir()
    store = store_in(folder / "blobs")
    with (
        running_origin() as (origin, targets),
        running_servers(folder, store, gunicorn, origin) as running,
    ):
        running.calls = targets
        yield running


@pytest.fixture
def session(servers):
    return open_session(servers)


def open_session(servers):
    session = Session(servers, CHANNELS, **MORE)
    session.calls = getattr(servers, "calls", [])
    return session


def beside(address, name):
    """What a playlist at that address names relatively."""
    return address.partition("?")[0].rpartition("/")[0] + "/" + name


class TestWhatAGrantOpens:
    @pytest.mark.parametrize("channel", sorted(CHANNELS))
    def test_the_source_itself_as_it_was_said(self, session, channel):
        session.calls.clear()

        answer = session.get(session.opened(channel))

        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        wanted = requests.Request("GET", session.edge + CHANNELS[channel]).prepare()
        assert session.calls == [wanted.path_url.replace("//", "/")]

    @pytest.mark.parametrize(
        "name", ["7.ts", "720p/index.m3u8", "720p/7.m4s", "a%20b.ts?x=1"]
    )
    def test_whatever_the_playlist_names_relatively(self, session, name):
        address = beside(session.opened("101"), name)

        assert session.get(address).text == f"/hls/one/{name}"

    @pytest.mark.parametrize("name", ["../two/index.m3u8", "..%2Ftwo/index.m3u8"])
    def test_nothing_outside_of_its_folder(self, session, name):
        request = requests.Request("GET", session.edge).prepare()
        request.url = beside(session.opened("101"), name)

        assert requests.Session().send(request, timeout=20).status_code == 403

    def test_one_channel_of_a_folder_that_several_share(self, session):
        address = session.opened("201")

        for name in ("one.m3u8", "one-7.ts", "one7.ts", "one_low/index.m3u8"):
            assert session.get(beside(address, name)).status_code == 200
        for name in ("two.m3u8", "two-7.ts", "one1.m3u8", "on.ts"):
            assert session.get(beside(address, name)).status_code == 403

    def test_one_stream_that_is_an_endless_file(self, session):
        address = session.opened("301")

        assert session.get(address).status_code == 200
        assert session.get(beside(address, "7.ts")).status_code == 403
        assert session.get(beside(address, "index.m3u8")).status_code == 403

    def test_nothing_without_it(self, session):
        assert session.get(session.edge + "/hls/one/index.m3u8").status_code == 403
        assert session.get(session.edge + "/_lineup/check").status_code == 404

    @pytest.mark.parametrize(
        ("old", "other"),
        [(r"one", "two"), ("~101~", "~102~"), ("~0~", "~1772440200~"), ("any", "own")],
    )
    def test_nothing_once_a_word_of_it_is_changed(self, session, old, other):
        changed = session.opened("101").replace(old, other, 1)

        for name in ("index.m3u8", "7.ts"):
            assert session.get(beside(changed, name)).status_code == 403


class TestTheArchive:
    def start(self):
        return int(time.time()) - 7200

    def test_its_time_is_the_grants_and_nobodys_else(self, session):
        start = self.start()
        session.calls.clear()

        address = session.opened("102", f"?utc={start}")

        assert session.get(address).status_code == 200
        assert f"utc={start}&lutc=" in session.calls[-1]
        later = address.replace(f"utc={start}", f"utc={start + 60}")
        assert session.get(later).status_code == 403

    def test_variants_are_of_the_same_time(self, session):
        start = self.start()
        address = session.opened("102", f"?utc={start}")

        variant = session.get(beside(address, "720p/index.m3u8"))

        assert variant.text == f"/hls/two/720p/index.m3u8?utc={start}&"
        assert session.get(beside(address, "7.ts")).text == "/hls/two/7.ts"

    def test_a_grant_for_what_is_live_opens_no_archive(self, session):
        address = session.opened("102")

        past = f"{address}?utc={self.start()}"
        assert session.get(past).status_code == 403


class TestHowLong:
    def test_it_is_hours(self, session):
        assert seconds_left(session.opened("101")) > 3.4 * 3600

    def test_or_what_the_partner_says(self, session):
        session.set(session_minutes=24 * 60)

        assert seconds_left(session.opened("101")) > 20 * 3600

    def test_for_the_network_address_it_is_bound_to(self, session):
        session.set(session_is_bound=True)
        elsewhere = requests.Session()
        elsewhere.mount("http://", From("127.0.0.9"))

        address = session.opened("101")

        for name in ("index.m3u8", "7.ts"):
            url = beside(address, name)
            assert session.get(url).status_code == 200
            assert elsewhere.get(url, timeout=20).status_code == 403


class TestItEndsWithTheRight:
    @pytest.mark.feature("DC-15", "CU-15")
    def test_stopped_disabled_or_with_a_new_password(self, servers):
        sessions = [open_session(servers) for _ in ENDS]
        addresses = [session.opened("101") for session in sessions]
        assert statuses_at(sessions, addresses) == {200}

        for session, change in zip(sessions, ENDS, strict=True):
            session.user(**change)

        until(lambda: statuses_at(sessions, addresses) == {403})

    def test_while_lineup_is_away_the_mark_alone_counts(
        self, tmp_path, store, gunicorn
    ):
        with (
            running_origin() as (origin, _),
            running_servers(tmp_path, store, gunicorn, origin) as servers,
        ):
            session = open_session(servers)
            address = session.opened("101")
            servers.process.terminate()
            servers.process.wait(timeout=20)

            assert session.get(address).status_code == 200
            wrong = address.replace("/one/", "/two/", 1)
            assert session.get(wrong).status_code == 403


class TestOnceItsTimeIsOver:
    def test_it_is_good_while_the_user_may_watch(self, session):
        session.set(session_minutes=0)
        address = session.opened("101")
        until(lambda: seconds_left(address) < -2)
        names = ("index.m3u8", "720p/index.m3u8", "7.ts")
        addresses = [beside(address, name) for name in names]
        assert {session.get(url).status_code for url in addresses} == {200}

        session.user(timeline=[])

        for url in addresses:
            until(lambda url=url: session.get(url).status_code == 403)

    def test_and_not_where_the_partner_wants_channels_opened_anew(self, session):
        session.set(session_minutes=0, session_is_renewed=False)
        address = session.opened("101")
        until(lambda: seconds_left(address) < -2)

        for name in ("index.m3u8", "7.ts"):
            assert session.get(beside(address, name)).status_code == 403

    def test_and_not_when_its_mark_is_wrong(self, session):
        address = session.opened("101")
        grant = address.split("~")
        grant[6] = str(int(time.time()) - 60)

        assert session.get("~".join(grant)).status_code == 403


class TestTheCheckItself:
    def test_who_has_no_grant_learns_nothing(self, session):
        check = f"{session.gateway}/streaming/check"
        path = urlsplit(session.opened("101")).path
        forged = path.replace("~101~", "~102~")

        def status_of(uri):
            headers = {"X-Original-URI": uri}
            return requests.get(check, headers=headers, timeout=20).status_code

        assert status_of(path) == 200
        assert {status_of(forged), status_of(forged.replace("user", "nobody"))} == {403}
        assert {status_of(""), status_of("/hls/one/index.m3u8")} == {403}

    def test_it_is_answered_from_memory(self, filled):
        channel = a_channel(filled)
        layer = filled.layer()
        reload = path_of(layer, channel)
        environ = create_environ("/streaming/check", "http://tv")
        environ["HTTP_X_ORIGINAL_URI"] = reload

        assert layer.answer_from_memory(environ).status == "200 OK"

    @pytest.mark.parametrize(
        ("query", "own"), [("", "signing"), ("?utc=1772440200", "archive_signing")]
    )
    def test_a_host_that_is_taken_away_ends_its_sessions(self, filled, query, own):
        archive = "http://dvr.example/1/{utc}.m3u8"
        channel = a_channel(filled, archive=archive)
        reload = {"X-Original-URI": path_of(filled.layer(), channel + query)}
        check = "/streaming/check"
        assert filled.player().get(check, headers=reload).status_code == 200

        for kind in ("signing", "archive_signing"):
            a_channel(
                filled, archive=archive, **{"archive_signing": "session", kind: "none"}
            )

            answer = filled.player().get(check, headers=reload)

            assert answer.status_code == (403 if kind == own else 200)


def a_channel(filled, **more):
    """The path of a channel that is the only one of its set."""
    source = StreamSource(
        **{"signing": "session", "catchup_days": 7, **more},
        address="http://edge.example/1/x.m3u8",
    )
    content = msgspec.json.encode({"101": source})
    filled.put_set(streams_digest=filled.blobs.write_content(content))
    return "/live/alice0001/secret-pass/101.m3u8"


def path_of(layer, channel):
    """The path of where a player of a channel is sent."""
    return urlsplit(Client(layer).get(channel).headers["Location"]).path


class From(requests.adapters.HTTPAdapter):
    """Asks from an address of this machine."""

    def __init__(self, address):
        self._from = address
        super().__init__()

    def init_poolmanager(self, *args, **more):
        super().init_poolmanager(*args, source_address=(self._from, 0), **more)


def statuses_at(sessions, addresses):
    """What they are told, each at its own address."""
    pairs = zip(sessions, addresses, strict=True)
    return {session.get(address).status_code for session, address in pairs}


def seconds_left(address):
    return int(address.split("~")[6]) - time.time()
