"""The verbs of a checkout: run Lineup here, test it, check it."""

import shlex
import sys

import click

from lineup_local.errors import LocalError
from lineup_local.settings import read


@click.group()
def verbs() -> None:
    """What one does with a checkout."""


@verbs.command()
def up() -> None:
    """Start all services with a demo partner; stop with Ctrl-C."""
    from lineup_local.up import Supervisor

    sys.exit(Supervisor(read()).up())


@verbs.command()
def down() -> None:
    """Stop what `up` started."""
    from lineup_local.up import Supervisor

    click.echo(Supervisor(read()).down())


@verbs.command(context_settings={"ignore_unknown_options": True})
@click.argument("what", nargs=-1, type=click.UNPROCESSED)
def test(what: tuple[str, ...]) -> None:
    """Run all tests, a suite, or tests by path; --quick: without servers."""
    from lineup_local.suites import run_tests

    sys.exit(run_tests(what))


@verbs.command()
def demo() -> None:
    """Print URLs and logins of the demo as shell variables."""
    from lineup_local.demo.here import demo_installation
    from lineup_local.demo.logins import find_demo
    from lineup_local.environment import installation
    from lineup_local.port_choice import as_running

    site = demo_installation(installation(as_running(read())))
    found = find_demo(site)
    if found is None:
        raise LocalError("There is no demo yet. Run ./lineup up first.")
    for name, value in found.variables(site).items():
        click.echo(f"{name}={shlex.quote(value)}")


@verbs.command()
def check() -> None:
    """Check format, lint, types and architecture rules."""
    from lineup_local.checks import run_checks

    sys.exit(run_checks())


@verbs.command()
@click.argument("area", required=False)
@click.option("--write", is_flag=True, help="Regenerate docs/features.md.")
def features(area: str | None, *, write: bool) -> None:
    """Show which features have tests, or those of an AREA (SU)."""
    from lineup_local.features import PAGE, describe_area, describe_areas, page

    if write:
        PAGE.write_text(page())
    home = read().home
    click.echo(describe_area(home, area.upper()) if area else describe_areas(home))


@verbs.command("verbs")
@click.option("--write", is_flag=True, help="Regenerate docs/verbs.md.")
def verb_table(*, write: bool) -> None:
    """List RPCs with roles and REST routes."""
    from lineup_local.verb_table import PAGE, page

    if write:
        PAGE.write_text(page())
    else:
        click.echo(page())


@verbs.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", required=False)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def bench(name: str | None, options: tuple[str, ...]) -> None:
    """Run a benchmark, or list all benchmarks."""
    from lineup_local.benchmarks import describe, run_benchmark

    if name is None:
        click.echo(describe())
    else:
        sys.exit(run_benchmark(name, options))


@verbs.command()
def servers() -> None:
    """Start PostgreSQL and RabbitMQ only, to run tests manually."""
    from lineup_local.servers import hold

    hold(read())


@verbs.command()
@click.argument("service")
@click.argument("message")
def revision(service: str, message: str) -> None:
    """Generate a database migration from the models of a service."""
    from lineup_local.revisions import draft

    click.echo(draft(service, message))


@verbs.command()
@click.argument("service")
def environment(service: str) -> None:
    """Print the environment of a service (contains secrets)."""
    from lineup_local.environment import environment_for

    for name, value in environment_for(service).items():
        click.echo(f"{name}={value}")


@verbs.command()
def assets() -> None:
    """Install the panel's frontend assets and print their folder."""
    from lineup_local.assets import install

    click.echo(install())


@verbs.command()
def screenshots() -> None:
    """Update the screenshots in README.md from the running demo."""
    from lineup_local.demo.here import demo_installation
    from lineup_local.environment import installation
    from lineup_local.port_choice import as_running
    from lineup_local.screenshots import take

    for file in take(demo_installation(installation(as_running(read())))):
        click.echo(file)


@verbs.command()
def forget() -> None:
    """Stop everything and delete all local data."""
    from lineup_local.up import Supervisor

    click.echo(Supervisor(read()).forget())
