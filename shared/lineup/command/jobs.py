"""Jobs: what a service does by its timers, done by hand."""

import click

from lineup.command.installed import environment_of, find, selected_services


@click.command()
@click.argument("service")
@click.argument("name", required=False)
def job(service: str, name: str | None) -> None:
    """Run a scheduled job of SERVICE once, or list its jobs."""
    from lineup.bus.run_once import run, timers

    selected_services(service)
    entry = find("lineup.services", service)
    assert entry is not None  # noqa: S101 - asked for above
    known = timers(entry.load())
    if name is None:
        for one, says in known.items():
            click.echo(f"{one}: {says}")
    elif name not in known:
        raise click.BadParameter(f"Unknown job. Jobs of {service}: {', '.join(known)}.")
    else:
        run(entry.load(), name, environment_of(service))
        click.echo(f"{service}: {name} finished")
