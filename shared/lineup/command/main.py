"""The `lineup` program."""

import os
import warnings
from collections.abc import Mapping
from importlib.metadata import entry_points

import click

from lineup.command import backups, jobs, keys, tasks
from lineup.command.installed import environment_of, find, names
from lineup.command.messages import messages

SECTIONS = {
    "verbs": "Development",
    "operator": "Operation",
}


class LineupCommands(click.Group):
    """Commands of this installation; a service's own are loaded when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name one may say."""
        return [
            *self._verbs(),
            *super().list_commands(ctx),
            *names("lineup.commands"),
        ]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name."""
        own = super().get_command(ctx, cmd_name) or self._verbs().get(cmd_name)
        if own is not None:
            return own
        entry = find("lineup.commands", cmd_name)
        return entry.load() if entry else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command to run; a service's comes with that service's settings."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in names("lineup.commands"):
            os.environ.update(environment_of(name))
        return name, command, rest

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click hands it over
        formatter: click.HelpFormatter,
    ) -> None:
        """All on one screen, grouped by who asks."""
        self._write(formatter, SECTIONS["verbs"], self._verbs())
        self._write(formatter, SECTIONS["operator"], self.commands)
        with formatter.section("Service tasks"):
            tasks_of = " | ".join(names("lineup.commands"))
            formatter.write_dl([("lineup SERVICE", tasks_of)])

    def _verbs(self) -> dict[str, click.Command]:
        verbs: dict[str, click.Command] = {}
        for entry in entry_points(group="lineup.verbs"):
            verbs.update(entry.load().commands)
        return verbs

    def _write(
        self,
        formatter: click.HelpFormatter,
        title: str,
        commands: Mapping[str, click.Command],
    ) -> None:
        shown = [
            (name, command.get_short_help_str(66))
            for name, command in commands.items()
            if not command.hidden
        ]
        if shown:
            with formatter.section(title):
                formatter.write_dl(shown)


@click.group(
    cls=LineupCommands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Lineup: billing and operations platform for IPTV/OTT operators."""
    warnings.filterwarnings("ignore", message="(?s).*Eventlet is deprecated")
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


main.add_command(tasks.run)
main.add_command(tasks.probe)
main.add_command(tasks.migrate)
main.add_command(tasks.resync)
main.add_command(messages)
main.add_command(jobs.job)
main.add_command(keys.rotate_keys)
main.add_command(backups.backup)
main.add_command(backups.restore)
