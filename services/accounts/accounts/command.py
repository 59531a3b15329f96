"""The operator's tasks of accounts."""

import os
import sys

import click

from accounts.logins.operations import reset_password
from accounts.logins.passwords import hash_password
from accounts.means import Means
from accounts.resync import resync
from accounts.sellers.operations import create_operator
from accounts.settings import AccountsSettings
from lineup.clock import clock_for
from lineup.contracts.accounts.tree import LoginDetails
from lineup.database import Database, connect
from lineup.errors import Refusal
from lineup.secrets import Keyring
from lineup.settings import read
from lineup.validation import TakenCode


@click.group()
def commands() -> None:
    """Who there is: make an operator, announce everything again."""


@commands.command("create-operator")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
@click.option("--unless-there", is_flag=True, help="Be content if the name is taken.")
def create_operator_login(
    username: str,
    password_stdin: bool,  # noqa: FBT001
    unless_there: bool,  # noqa: FBT001
) -> None:
    """Make a login of the installation's operator."""
    password = _password(from_stdin=password_stdin)
    settings = read(AccountsSettings, os.environ)
    details = LoginDetails(username=username, password=password)
    with _database(settings).transaction() as work:
        try:
            create_operator(work, details, means=_means(settings))
        except Refusal as refusal:
            if not unless_there or refusal.code != TakenCode.USERNAME_TAKEN:
                raise click.ClickException(_told(refusal)) from None
            click.echo(f"{username} is there already.")
            return
    click.echo(f"{username} may sign in as operator.")


@commands.command("reset-password")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
def reset_a_password(username: str, password_stdin: bool) -> None:  # noqa: FBT001
    """Give a login a new password; whoever is signed in by it no longer is."""
    password = _password(from_stdin=password_stdin)
    settings = read(AccountsSettings, os.environ)
    with _database(settings).transaction() as work:
        try:
            reset_password(work, _means(settings), username, password)
        except Refusal as refusal:
            raise click.ClickException(_told(refusal)) from None
    click.echo(f"{username} has a new password.")


@commands.command("resync")
def resync_all() -> None:
    """Announce every account, customer and user again."""
    settings = read(AccountsSettings, os.environ)
    announced = resync(_database(settings), settings.public_url)
    click.echo(f"{announced} announced again.")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _told(refusal: Refusal) -> str:
    codes = refusal.details.get("codes", {})
    lines = [
        f"{field}: {' '.join(refusal.fields[field])} ({', '.join(codes[field])})"
        for field in codes
    ]
    return "\n".join(lines) or f"{refusal.message} ({refusal.code})"


def _means(settings: AccountsSettings) -> Means:
    return Means(
        keyring=Keyring.of(settings.lineup_secret_keys),
        hash_password=hash_password,
        public_url=settings.public_url,
    )


def _database(settings: AccountsSettings) -> Database:
    clock = clock_for(settings.clock_offset_file)
    return Database(connect(settings.database_uri, pool_size=2), clock)
