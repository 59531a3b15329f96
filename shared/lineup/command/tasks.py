"""Tasks that every service has: run, probe, migrate, resync."""

import http.client
import os
import subprocess
import sys

import click

from lineup.command.installed import (
    environment_of,
    find,
    names,
    selected_services,
)

RESYNC_SECONDS = 3600
PROBE_SECONDS = 3
LOOPBACK = "127.0.0.1"


@click.command()
@click.argument("service")
def run(service: str) -> None:
    """Run a service in the foreground."""
    known = sorted({*names("lineup.services"), *names("lineup.runners")})
    if service not in known:
        raise click.BadParameter(
            f"{service!r} is not installed. Available: {', '.join(known)}."
        )
    os.environ.update(environment_of(service))
    runner = find("lineup.runners", service)
    if runner is not None:
        from lineup import lean  # noqa: F401 - before what it loads

        runner.load()()
    else:
        command = [sys.executable, "-m", "lineup.bus.run", service]
        os.execv(command[0], command)  # noqa: S606 - that is the task


@click.command()
@click.argument("service")
@click.option("--ready", is_flag=True, help="Check readiness instead of liveness.")
def probe(service: str, ready: bool) -> None:  # noqa: FBT001
    """Check a running service; exits with 1 if unhealthy."""
    settings = environment_of(service)
    port = int(settings.get("PROBE_PORT", "0"))
    if not port:
        raise click.ClickException(f"PROBE_PORT of {service} is not set.")
    path = "/readyz" if ready else "/livez"
    host = probe_host(settings.get("PROBE_ADDRESS", LOOPBACK))
    connection = http.client.HTTPConnection(host, port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        click.echo(f"{answer.status} {answer.read().decode()}")
    except OSError as error:
        raise click.ClickException(f"{service} does not respond: {error}") from None
    finally:
        connection.close()
    sys.exit(answer.status != http.client.OK)


def probe_host(listening: str) -> str:
    """Where a service that listens there is found from this machine."""
    return {"0.0.0.0": LOOPBACK, "": LOOPBACK, "::": "::1"}.get(listening, listening)  # noqa: S104


@click.command()
@click.argument("service", required=False)
def migrate(service: str | None) -> None:
    """Migrate databases to the latest schema; safe to repeat."""
    from lineup.command import migrations

    for name in selected_services(service):
        uri = environment_of(name).get("DATABASE_URI")
        if uri is None:
            raise click.ClickException(f"DATABASE_URI of {name} is not set.")
        migrations.migrate(name, uri)
        click.echo(f"{name}: schema is up to date")


@click.command()
@click.argument("service", required=False)
def resync(service: str | None) -> None:
    """Republish all events to rebuild copies in other services."""
    for name in selected_services(service):
        if _has_resync(name):
            subprocess.run(  # noqa: S603 - a process a service: each has its settings
                [sys.executable, "-m", "lineup.command", name, "resync"],
                check=True,
                timeout=RESYNC_SECONDS,
            )


def _has_resync(service: str) -> bool:
    entry = find("lineup.commands", service)
    group = entry.load() if entry else None
    return isinstance(group, click.Group) and "resync" in group.commands
