"""The verbs of a checkout: run Lineup here, test it, check it."""

import sys

import click

from lineup_local.settings import read


@click.group()
def verbs() -> None:
    """What one does with a checkout."""


@verbs.command()
def up() -> None:
    """Run everything here, with a demo partner; Ctrl-C ends it."""
    from lineup_local.up import Supervisor

    sys.exit(Supervisor(read()).up())


@verbs.command()
def down() -> None:
    """End what `up` started."""
    from lineup_local.up import Supervisor

    click.echo(Supervisor(read()).down())


@verbs.command(context_settings={"ignore_unknown_options": True})
@click.argument("what", nargs=-1, type=click.UNPROCESSED)
def test(what: tuple[str, ...]) -> None:
    """Run the tests: all, a suite (billing), or paths and pytest's options."""
    from lineup_local.suites import run_tests

    sys.exit(run_tests(what))


@verbs.command()
def check() -> None:
    """Check format, types and the rules of the house."""
    from lineup_local.checks import run_checks

    sys.exit(run_checks())


@verbs.command()
def servers() -> None:
    """Run PostgreSQL and RabbitMQ alone; prints their names for tests."""
    from lineup_local.servers import hold

    hold(read())


@verbs.command()
@click.argument("service")
@click.argument("message")
def revision(service: str, message: str) -> None:
    """Draft a migration of a service from what its models say."""
    from lineup_local.revisions import draft

    click.echo(draft(service, message))
