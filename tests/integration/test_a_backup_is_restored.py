"""A restore is rehearsed: saved while it runs, filled into empty databases, opened by a
new key, and then it must serve, sell and mail (OP-10, OP-12).
"""

import json
import subprocess

import pytest
import requests
from running import CHECKOUT, Running, a_woo_order, free_ports, make_databases, until

from lineup.blobs import BlobStore
from lineup.command.backups import find_program
from lineup.command.rotation import SEALED
from lineup.secrets import Keyring
from lineup_local.environment import WITH_DATABASE
from lineup_local.servers import Servers
from lineup_local.settings import read


def run_command(system, *words, **environment):
    """What a command says in another environment, and how it ended."""
    done = subprocess.run(
        [CHECKOUT / "lineup", *words],
        env={**system.environment, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def saved(lineup, tmp_path_factory):
    """A backup of a running Lineup in which somebody just bought something."""
    lineup.order(a_woo_order(62_001, "before@example.org"), delivery="saved-1")
    until(lambda: "before@example.org" in lineup.receivers(), "the first mail")
    until(lineup.is_settled, "all events to be consumed")
    folder = tmp_path_factory.mktemp("backups") / "today"
    lineup.command("backup", str(folder))
    return folder


@pytest.fixture
def another(lineup, tmp_path_factory):
    """Another, empty Lineup: its servers run, its databases are bare, its keys its own."""
    home = tmp_path_factory.mktemp("another") / ".lineup"
    home.mkdir()
    system = Running(home, free_ports())
    servers = Servers(read(system.environment))
    with servers.in_use():
        make_databases(servers.postgres.uri)
        yield system
        system.down()


def key_of(system):
    return json.loads((system.home / "keys.json").read_text())["sealing"]


@pytest.mark.feature("OP-12")
def test_a_backup_shows_no_secret_in_the_clear(lineup, saved):
    user = buyer(lineup)
    secrets = [
        user["xtream"]["password"],
        *(v for n, v in lineup.demo.items() if "_secret" in n),
    ]
    secrets += [v for n, v in lineup.demo.items() if n.endswith("_password")]

    dumps = sorted(saved.glob("*.dump"))
    backed_up = "".join(map(text_of, dumps)) + (saved / "blobs.tar").read_text(
        "latin-1"
    )

    assert [dump.stem for dump in dumps] == sorted(WITH_DATABASE)
    assert user["xtream"]["username"] in backed_up, "it is the right place to look"
    assert [secret for secret in secrets if secret in backed_up] == []


def text_of(dump):
    """A dump as the statements that would restore it."""
    words = [find_program("pg_restore"), "--file=-", str(dump)]
    return subprocess.run(
        words, capture_output=True, text=True, check=True, timeout=60
    ).stdout


def test_a_backup_that_is_not_whole_or_not_ours_is_refused(saved, another, tmp_path):
    (tmp_path / "half").mkdir()
    assert (
        "no complete backup"
        in run_command(another, "restore", str(tmp_path / "half"))[1]
    )

    code, output = run_command(another, "restore", str(saved))
    assert code == 1
    assert "none of the keys" in output
    tables = "SELECT 1 FROM pg_tables WHERE schemaname = 'public'"
    assert another.rows("billing", tables) == []


@pytest.mark.feature("OP-10")
@pytest.mark.timeout(400)
def test_what_was_restored_serves_sells_and_mails_under_a_new_key(
    lineup, saved, another
):
    new, old = key_of(another), key_of(lineup)
    both = {"LINEUP_SECRET_KEYS": f"{new},{old}"}

    code, output = run_command(another, "restore", str(saved), **both)
    assert code == 0, output
    code, output = run_command(another, "restore", str(saved), **both)
    assert code == 1
    assert "is not empty" in output

    assert run_command(another, "rotate-keys", "--check", **both)[0] == 1
    code, output = run_command(another, "rotate-keys", **both)
    assert code == 0, output
    assert (
        run_command(another, "rotate-keys", "--check", LINEUP_SECRET_KEYS=new)[0] == 0
    )

    demo = json.loads((lineup.home / "demo.json").read_text())
    (another.home / "demo.json").write_text(json.dumps(demo))
    another.up()  # by the new key alone
    another.command("resync")
    until(another.is_settled, "everything to be announced and heard", 180)

    serves(another, lineup)
    sells_and_mails(another)
    report = another.partner().get("/ledger/check")
    assert (report["unbalanced_transfers"], report["wrong_wallets"]) == ([], [])
    until(lambda: blobs_are_opened_by(another, new), "every blob under the new key")


def buyer(system):
    """The user of who bought before the backup, as the API of a system knows it."""
    api = system.partner()
    (customer,) = api.get("/customers", search="before@example.org")["items"]
    (user,) = api.get("/users", customer_id=customer["id"])["items"]
    return api.get(f"/users/{user['id']}")


def playlist(system, user):
    """The names of channels behind a user's link, at this system's own address."""
    link = user["playlist_url"].split("/p/")[1]
    answer = requests.get(f"{system.url('GATEWAY')}/p/{link}", timeout=10)
    lines = answer.text.splitlines()
    return [line.rpartition(",")[2] for line in lines if line.startswith("#EXTINF")]


def serves(system, before):
    """The playlist and the guide of who bought before, by link and by password."""
    user = buyer(system)
    bought = playlist(before, buyer(before))
    until(lambda: playlist(system, user) == bought, "the bought channels", 120)
    assert len(bought) > 8, "more than the demo's"
    login = {name: user["xtream"][name] for name in ("username", "password")}
    guide = requests.get(f"{system.url('GATEWAY')}/xmltv.php", login, timeout=10)
    assert guide.text.count("<programme") > 0
    called = requests.get(f"{system.url('GATEWAY')}/player_api.php", login, timeout=10)
    assert called.json()["user_info"]["status"] == "Active"


def sells_and_mails(system):
    """The shop's secret still opens, an order becomes a customer and a mail."""
    answer = system.order(a_woo_order(62_002, "after@example.org"), delivery="saved-2")
    assert answer.status_code == 200
    until(lambda: "after@example.org" in system.receivers(), "the mail")
    known = system.partner().get("/customers", search="after@example.org")["items"]
    assert len(known) == 1


def blobs_are_opened_by(system, key):
    """Nothing that lies in the blob store needs the older key."""
    keyring = Keyring([key])
    store = BlobStore((system.home / "blobs").as_uri())
    for name, _ in store.names(""):
        for token in SEALED.findall((store.read(name) or b"").decode("latin-1")):
            try:
                keyring.open(token)
            except ValueError:
                return False
    return True
