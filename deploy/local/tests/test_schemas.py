"""Whether a database is behind is known without Alembic, and as Alembic knows it."""

import psycopg2
import pytest
from alembic.script import ScriptDirectory

from lineup.command.migrations import configuration
from lineup_local.environment import WITH_DATABASE
from lineup_local.schemas import bring_up, heads_of, is_current


@pytest.mark.parametrize("service", WITH_DATABASE)
def test_the_newest_revision_is_the_one_that_alembic_finds(service):
    scripts = ScriptDirectory.from_config(configuration(service, ""))
    assert heads_of(service) == set(scripts.get_heads())


def test_a_database_is_migrated_only_when_it_is_behind(empty_database, postgres):
    assert not is_current("notifications", empty_database)

    bring_up(postgres, {"notifications": empty_database})

    assert is_current("notifications", empty_database)
    with psycopg2.connect(empty_database) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    assert not is_current("notifications", empty_database)
