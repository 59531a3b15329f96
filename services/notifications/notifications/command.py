"""Operator's tasks of notifications."""

import os

import click

from lineup.clock import clock_for
from lineup.database import Database, connect
from lineup.secrets import Keyring
from lineup.settings import read
from notifications.deliveries.sender import Sender
from notifications.settings import NotificationsSettings
from notifications.transports.routes import Route, sender_from, server_from


@click.group()
def commands() -> None:
    """Messages: send what is due."""


@commands.command("send-due")
def send_due() -> None:
    """Send the messages that are due now, without waiting for the service."""
    settings = read(NotificationsSettings, os.environ)
    database = Database(
        connect(settings.database_uri, pool_size=2),
        clock_for(settings.clock_offset_file),
    )
    route = Route(server_from(settings.smtp_url), sender_from(settings.mail_sender))
    keyring = Keyring.of(settings.lineup_secret_keys)
    sender = Sender(database, keyring, route, settings.smtp_timeout_seconds)
    click.echo(f"{sender.send_due()} messages tried.")
