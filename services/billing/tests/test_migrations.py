import ast
from pathlib import Path

from lineup.command.migrations import drift


def test_the_migrations_make_exactly_the_mapped_tables(engine):
    assert drift(engine, "billing") == []


def test_no_extension_of_postgresql_is_needed():
    import billing

    folder = Path(billing.__file__).parent / "migrations"
    scripts = [*folder.rglob("*.py"), *folder.rglob("*.sql")]

    assert scripts
    assert all("CREATE EXTENSION" not in script.read_text() for script in scripts)
    assert all(ast.parse(s.read_text()) for s in scripts if s.suffix == ".py")
