"""What keeps the audit log as it was written.

A service owns its database, so its role cannot be kept from altering tables. Two things
stand in the way of changing rows:

- The role takes from itself the right to update, delete and truncate.
- A trigger refuses it to everybody, superusers included, but for deletion by the two
  functions below, which it knows by its own call stack, in the server's language: no
  setting opens it.

The functions give the right to delete to their own transaction alone. One removes the
rows of a partner that is purged, the other rows that are older than 90 days at least. A
third takes from rows what they say of a customer that is erased: that a change was made
stays, by whom and when, but for the customer's own name, address and values.
"""

from typing import Any

LEAST_DAYS = 90

REFUSE = r"""
CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stack text;
BEGIN
    GET DIAGNOSTICS stack = PG_CONTEXT;
    IF TG_OP = 'DELETE'
        AND stack ~ '(?n)^[^"]*PL/pgSQL[^"]*purge_audit_(of|before)\(' THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE'
        AND stack ~ '(?n)^[^"]*PL/pgSQL[^"]*erase_audit_of\(' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The audit log is append-only.' USING ERRCODE = '42501';
END $$;
"""
GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM CURRENT_USER, PUBLIC;
"""
PURGE = """
CREATE FUNCTION {head} RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    removed integer;
BEGIN
    {check}
    PERFORM pg_advisory_xact_lock(hashtext('audit_log'));
    GRANT DELETE ON audit_log TO CURRENT_USER;
    DELETE FROM audit_log
    WHERE id IN (SELECT id FROM audit_log WHERE {doomed} LIMIT most);
    GET DIAGNOSTICS removed = ROW_COUNT;
    REVOKE DELETE ON audit_log FROM CURRENT_USER;
    RETURN removed;
END $$;
"""
PURGE_OF = PURGE.format(
    head="purge_audit_of(partner uuid, most integer)",
    check="",
    doomed="partner_id = partner",
)
PURGE_BEFORE = PURGE.format(
    head="purge_audit_before(moment timestamptz, most integer)",
    check=f"""IF moment > now() - interval '{LEAST_DAYS} days' THEN
        RAISE EXCEPTION 'The audit log is kept for {LEAST_DAYS} days at least.';
    END IF;""",
    doomed="""id < (
        lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0')
        || '70008000000000000000'
    )::uuid""",
)
ERASE_OF = """
CREATE OR REPLACE FUNCTION erase_audit_of(person uuid, number text, most integer)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    step text := '/' || replace(person::text, '-', '') || '/';
    erased integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit_log'));
    GRANT UPDATE ON audit_log TO CURRENT_USER;
    WITH found AS (
        SELECT id, position(step IN actor_scope) > 0 AS is_by_them,
            position(step IN scope || actor_scope) > 0 AS is_theirs
        FROM audit_log
        WHERE things @> ARRAY[person]
            AND position(number IN coalesce(request ->> 'erased', '')) = 0
        LIMIT most
    )
    UPDATE audit_log AS log SET
        actor = CASE WHEN is_by_them AND on_behalf_of = '' THEN number ELSE actor END,
        address = CASE WHEN is_by_them AND on_behalf_of = '' THEN '' ELSE address END,
        user_agent =
            CASE WHEN is_by_them AND on_behalf_of = '' THEN '' ELSE user_agent END,
        on_behalf_of = CASE WHEN is_by_them AND on_behalf_of <> '' THEN number
            ELSE on_behalf_of END,
        name = CASE WHEN is_theirs THEN number ELSE name END,
        request = CASE WHEN is_theirs AND action <> 'erase_customer' THEN '{}'
            ELSE request END || jsonb_build_object(
                'erased', trim(coalesce(request ->> 'erased', '') || ' ' || number)),
        changes = (
            SELECT coalesce(jsonb_agg(
                CASE WHEN is_theirs OR one.value ->> 'id' = person::text
                THEN one.value || jsonb_build_object(
                    'before', CASE WHEN one.value ->> 'before' <> '' THEN 'erased' END,
                    'after', CASE WHEN one.value ->> 'after' <> '' THEN 'erased' END)
                ELSE one.value END ORDER BY one.ordinality), '[]')
            FROM jsonb_array_elements(log.changes) WITH ORDINALITY AS one)
    FROM found WHERE found.id = log.id;
    GET DIAGNOSTICS erased = ROW_COUNT;
    REVOKE UPDATE ON audit_log FROM CURRENT_USER;
    RETURN erased;
END $$;
"""
PROTECT = REFUSE + GUARD + PURGE_OF + PURGE_BEFORE + ERASE_OF
UNPROTECT = """
DROP FUNCTION refuse_audit_change();
DROP FUNCTION purge_audit_of(uuid, integer);
DROP FUNCTION purge_audit_before(timestamptz, integer);
DROP FUNCTION IF EXISTS erase_audit_of(uuid, text, integer);
"""


def protect(_table: Any, connection: Any, **_: Any) -> None:
    """Let nobody change the table, which has just been made."""
    connection.exec_driver_sql(PROTECT)


def create_audit_log(op: Any) -> None:
    """Let there be an audit log from now on; for a migration."""
    from lineup.database.audit.models import AUDIT_LOG

    AUDIT_LOG.create(op.get_bind())


def let_customers_be_erased(op: Any) -> None:
    """Let what is said of a customer be erased, and nothing else; for a migration."""
    op.execute(REFUSE + ERASE_OF)


def drop_audit_log(op: Any) -> None:
    """Let there be none; for a migration taken back."""
    op.drop_table("audit_log")
    op.execute(UNPROTECT)
