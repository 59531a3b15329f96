"""Messages that were set aside: which there are, and sending them again."""

import click

from lineup.command.installed import environment_of, find, selected_services

MOST_SHOWN = 50


@click.group()
def messages() -> None:
    """List failed messages and send them again."""


@messages.command("list")
@click.argument("service", required=False)
def list_messages(service: str | None) -> None:
    """List failed messages and errors, without their content."""
    from lineup.bus import dead_letters as aside

    total = 0
    for name in selected_services(service):
        uri = _broker_of(name)
        for found in aside.counted(uri, _queues_of(name)):
            total += found.messages
            if found.messages:
                click.echo(f"{found.queue}: {found.messages}")
                _show(uri, found.queue)
    if not total:
        click.echo("There are no failed messages.")


@messages.command()
@click.argument("queue")
def resend(queue: str) -> None:
    """Send the failed messages of QUEUE again."""
    from lineup.bus import dead_letters as aside

    count = aside.resend(_broker_of(_owner_of(queue)), queue)
    click.echo(f"{count} sent again to {queue}.")


def _show(uri: str, queue: str) -> None:
    from lineup.bus import dead_letters as aside

    for message in aside.listed(uri, queue, limit=MOST_SHOWN):
        click.echo(
            f"  {message.type or 'not an event'} {message.event_id}: {message.reason},"
            f" {message.tries} tries, request {message.request_id or 'unknown'}"
        )


def _owner_of(queue: str) -> str:
    for name in selected_services(None):
        if queue in _queues_of(name):
            return name
    raise click.BadParameter(
        f"There is no queue {queue!r}. Run `lineup messages list` to see queues"
        " with failed messages."
    )


def _queues_of(service: str) -> list[str]:
    from lineup.bus import dead_letters as aside

    entry = find("lineup.services", service)
    return aside.queues_of(entry.load()) if entry is not None else []


def _broker_of(service: str) -> str:
    uri = environment_of(service).get("AMQP_URI")
    if uri is None:
        raise click.ClickException(f"AMQP_URI of {service} is not set.")
    return uri
