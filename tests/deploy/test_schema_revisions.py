"""What a service takes for its newest schema revision is what Alembic would migrate to."""

import pytest
from alembic.script import ScriptDirectory

from lineup.command.migrations import configuration
from lineup.database.readiness import revisions_of
from lineup_local.environment import WITH_DATABASE


@pytest.mark.parametrize("service", sorted(WITH_DATABASE))
def test_the_names_of_migrations_tell_their_revisions_in_order(service):
    scripts = ScriptDirectory.from_config(configuration(service, "postgresql://x"))
    revisions = [script.revision for script in scripts.walk_revisions()]

    assert list(revisions_of(service)) == revisions[::-1]
    assert revisions_of(service)[-1] == scripts.get_current_head()
