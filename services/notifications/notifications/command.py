"""Operator's tasks of notifications."""

import os

import click

from lineup.clock import clock_for
from lineup.database import Database, connect
from lineup.secrets import Keyring
from lineup.settings import read
from notifications.deliveries.connections import MOST
from notifications.deliveries.routing import sender_for
from notifications.settings import NotificationsSettings


@click.group()
def commands() -> None:
    """Notifications: send due messages."""


@commands.command("send-due")
def send_due() -> None:
    """Send due messages now."""
    settings = read(NotificationsSettings, os.environ)
    database = Database(
        connect(settings.database_uri, pool_size=MOST + 1),
        clock_for(settings.clock_offset_file),
    )
    keyring = Keyring.of(settings.lineup_secret_keys)
    sender = sender_for(settings, database, keyring)
    click.echo(f"{sender.send_due()} messages attempted.")
