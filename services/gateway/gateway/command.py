"""The gateway's part of the `lineup` command: serve, and show what it serves."""

import json
import os
import sys

import click

CONFIGURATION = "python:gateway.gunicorn_conf"


def serve() -> None:
    """Become gunicorn with the gateway's configuration (`lineup run gateway`)."""
    command = [sys.executable, "-m", "gunicorn", "--config", CONFIGURATION]
    os.execv(command[0], command)  # noqa: S606 - that is the task


@click.group()
def commands() -> None:
    """Gateway: print the API specification or error codes."""


@commands.command("specification")
def specification() -> None:
    """Print the OpenAPI document of the API."""
    from gateway.start import pages

    with pages().test_client() as client:
        document = client.get("/api/v1/openapi.json").get_json()
    click.echo(json.dumps(document, indent=2))


@commands.command("codes")
def codes() -> None:
    """List all error codes of the API."""
    from gateway.api.codes import CODES

    for code in CODES:
        click.echo(f"{code.code}\t{code.status}\t{code.meaning}")
