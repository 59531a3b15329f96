"""The fixtures other suites stand on keep their promises."""

import textwrap
from pathlib import Path

import psycopg2
import pytest
import requests
from kombu import Connection
from sqlalchemy import text

from lineup.testing.databases import Databases, is_leftover
from lineup.testing.named import named
from lineup.testing.plugin import migrated_session

SERVICE = "samplestore"
MIGRATION = """
    from alembic import op
    import sqlalchemy as sa

    revision = "0001"
    down_revision = None


    def upgrade():
        op.create_table(
            "shelf",
            sa.Column("label", sa.Text, primary_key=True),
            sa.Column("number", sa.Integer, sa.Identity()),
        )
"""


@pytest.fixture(scope="module", autouse=True)
def samplestore(tmp_path_factory):
    """A package with one migration, as a service has."""
    folder = tmp_path_factory.mktemp("samplestore")
    versions = folder / SERVICE / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / SERVICE / "__init__.py").touch()
    (folder / SERVICE / "migrations" / "__init__.py").touch()
    (versions.parent / "env.py").write_text(
        f"from lineup.command.migrations import run\nrun({SERVICE!r})\n"
    )
    (folder / SERVICE / "records.py").write_text(
        "from lineup.database import new_metadata\n"
        "class Record:\n"
        "    metadata = new_metadata()\n"
    )
    (versions / "0001_shelf.py").write_text(textwrap.dedent(MIGRATION))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield


session = migrated_session(SERVICE)


def rows_of(uri: str, column: str = "label") -> list:
    connection = psycopg2.connect(uri)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM shelf")
            return cursor.fetchall()
    finally:
        connection.close()


def insert(uri: str, label: str) -> None:
    connection = psycopg2.connect(uri)
    with connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO shelf VALUES (%s)", (label,))
    connection.close()


class TestFreshDatabase:
    def test_it_has_the_schema_and_no_rows_of_another_test(self, fresh_database):
        first, second = fresh_database(SERVICE), fresh_database(SERVICE)

        insert(first, "crime")

        assert rows_of(first) == [("crime",)]
        assert rows_of(second) == []

    def test_it_is_gone_when_dropped_though_somebody_is_connected(
        self, databases: Databases
    ):
        uri = databases.fresh(SERVICE)
        held = psycopg2.connect(uri)

        databases.drop(uri)

        held.close()
        with pytest.raises(psycopg2.OperationalError, match="does not exist"):
            psycopg2.connect(uri)


ALTERATIONS = (
    "ALTER TABLE shelf ADD COLUMN height integer",
    "ALTER TABLE shelf ADD CHECK (label <> 'horror')",
    "CREATE TABLE cellar (label text)",
    "CREATE INDEX ix_height ON shelf (upper(label))",
    "CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "UPDATE alembic_version SET version_num = '0000'",
)


class TestReturnedDatabase:
    def used(self, databases, *statements):
        uri = databases.fresh(SERVICE)
        insert(uri, "crime")
        connection = psycopg2.connect(uri)
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.close()
        return uri

    def test_is_had_again_as_good_as_new(self, databases):
        uri = self.used(databases)

        databases.give_back(uri)

        assert databases.fresh(SERVICE) == uri
        assert rows_of(uri) == []
        insert(uri, "travel")
        assert rows_of(uri, "number") == [(1,)]
        databases.give_back(uri)

    def test_is_emptied_though_somebody_holds_its_rows(self, databases):
        uri = self.used(databases)
        holder = psycopg2.connect(uri)
        holder.cursor().execute("SELECT * FROM shelf FOR UPDATE")

        databases.give_back(uri)

        assert databases.fresh(SERVICE) == uri
        assert rows_of(uri) == []
        holder.close()
        databases.give_back(uri)

    @pytest.mark.parametrize("alteration", ALTERATIONS)
    def test_is_not_had_again_once_it_is_altered(self, databases, alteration):
        uri = self.used(databases, alteration)

        databases.give_back(uri)

        with pytest.raises(psycopg2.OperationalError, match="does not exist"):
            psycopg2.connect(uri)


class TestMigratedSession:
    @pytest.mark.parametrize("round_", [1, 2])
    def test_what_a_test_commits_is_gone_in_the_next(self, session, round_):
        assert session.execute(text("SELECT count(*) FROM shelf")).scalar() == 0

        session.execute(text("INSERT INTO shelf VALUES ('crime')"))
        session.commit()

    def test_a_refused_statement_does_not_spoil_the_rest(self, session):
        session.execute(text("INSERT INTO shelf VALUES ('crime')"))
        session.commit()
        with pytest.raises(Exception, match="duplicate key"):
            session.execute(text("INSERT INTO shelf VALUES ('crime')"))
        session.rollback()

        assert session.execute(text("SELECT label FROM shelf")).scalar() == "crime"


def test_a_fresh_vhost_takes_messages_and_is_gone_when_dropped(vhosts, rabbitmq):
    uri = vhosts.fresh()
    with Connection(uri, connect_timeout=10) as connection:
        queue = connection.SimpleQueue("letters")
        queue.put("hello")
        assert queue.get(timeout=10).payload == "hello"
        queue.close()

    vhosts.drop(uri)

    hosts = requests.get(f"{rabbitmq.management}/api/vhosts", timeout=10).json()
    assert uri.rsplit("/", 1)[1] not in [host["name"] for host in hosts]


class TestNamed:
    def test_no_name_means_no_named_server(self):
        assert named({}) is None

    def test_half_of_the_names_is_refused(self):
        with pytest.raises(LookupError, match="all of"):
            named({"LINEUP_TEST_POSTGRES": "postgresql://lineup@127.0.0.1"})

    def test_a_server_without_a_database_is_asked_at_its_usual_one(self):
        servers = named(
            {
                "LINEUP_TEST_POSTGRES": "postgresql://lineup@127.0.0.1:1",
                "LINEUP_TEST_RABBITMQ": "amqp://a:b@127.0.0.1:2/",
                "LINEUP_TEST_RABBITMQ_MANAGEMENT": "http://a:b@127.0.0.1:3",
            }
        )
        assert servers.postgres == "postgresql://lineup@127.0.0.1:1/postgres"
        assert servers.rabbitmq == "amqp://a:b@127.0.0.1:2"


class TestIsLeftover:
    def test_old_names_of_tests_are_left_over(self):
        assert is_leftover("test_template_billing_2020010112_abcd1234")

    @pytest.mark.parametrize("name", ["postgres", "billing", "test_me", "/"])
    def test_names_of_others_never_are(self, name):
        assert not is_leftover(name)

    def test_names_of_this_hour_are_in_use(self, databases, fresh_database):
        assert not is_leftover(fresh_database(SERVICE).rsplit("/", 1)[1])


def test_the_clock_moves_only_by_hand(clock):
    before = clock.now()
    clock.forward(days=14)
    assert (clock.now() - before).days == 14


def test_the_header_says_where_servers_come_from():
    from lineup.testing.servers import origin

    assert "environment" in origin(
        {
            "LINEUP_TEST_POSTGRES": "postgresql://x",
            "LINEUP_TEST_RABBITMQ": "amqp://x",
            "LINEUP_TEST_RABBITMQ_MANAGEMENT": "http://x",
        }
    )


def test_this_suite_reads_its_own_checkout():
    import lineup

    assert Path(lineup.__file__).is_relative_to(Path(__file__).parents[1])
