"""Let there be the audit log, which nobody can edit."""

from alembic import op

from lineup.database.audit.protection import create_audit_log, drop_audit_log

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    create_audit_log(op)


def downgrade() -> None:
    drop_audit_log(op)
