"""The operator's tasks of accounts."""

import os
import sys
from contextlib import AbstractContextManager

import click

from accounts.dependencies import Dependencies
from accounts.logins.operations import reset_password
from accounts.logins.passwords import hash_password
from accounts.resync import resync
from accounts.sellers.operations import create_operator
from accounts.settings import AccountsSettings
from accounts.staff.second_factor import remove_by_name
from lineup.clock import clock_for
from lineup.context import Call
from lineup.contracts.accounts.tree import LoginDetails
from lineup.database import Database, UnitOfWork, connect
from lineup.errors import Refusal
from lineup.secrets import Keyring
from lineup.settings import read
from lineup.tracing import system_context
from lineup.validation import TakenCode


@click.group()
def commands() -> None:
    """Accounts: create operators, reset passwords, republish events."""


@commands.command("create-operator")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
@click.option(
    "--unless-there", is_flag=True, help="Do nothing if the username already exists."
)
def create_operator_login(
    username: str,
    password_stdin: bool,  # noqa: FBT001
    unless_there: bool,  # noqa: FBT001
) -> None:
    """Create a login for the operator."""
    password = _password(from_stdin=password_stdin)
    settings = read(AccountsSettings, os.environ)
    details = LoginDetails(username=username, password=password)
    try:
        with _recorded(settings, "create_operator", details) as work:
            create_operator(work, details, dependencies=_dependencies(settings))
    except Refusal as refusal:
        if not unless_there or refusal.code != TakenCode.USERNAME_TAKEN:
            raise click.ClickException(_error_text(refusal)) from None
        click.echo(f"{username} already exists.")
        return
    click.echo(f"Operator {username} was created.")


@commands.command("reset-password")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
@click.option("--service", default="", help="The service ID of its partner.")
def reset_a_password(
    username: str,
    password_stdin: bool,  # noqa: FBT001
    service: str,
) -> None:
    """Reset the password of a login; all its sessions end."""
    password = _password(from_stdin=password_stdin)
    settings = read(AccountsSettings, os.environ)
    details = LoginDetails(username=username, password=password)
    try:
        with _recorded(settings, "reset_password", details) as work:
            reset_password(work, _dependencies(settings), username, password, service)
    except Refusal as refusal:
        raise click.ClickException(_error_text(refusal)) from None
    click.echo(f"The password of {username} was reset.")


@commands.command("disable-second-factor")
@click.argument("username")
@click.option("--service", default="", help="The service ID of its partner.")
def disable_second_factor(username: str, service: str) -> None:
    """Disable the second factor of a login; all its sessions end."""
    settings = read(AccountsSettings, os.environ)
    details = LoginDetails(username=username, password="")
    try:
        with _recorded(settings, "disable_second_factor", details) as work:
            remove_by_name(work, username, service)
    except Refusal as refusal:
        raise click.ClickException(_error_text(refusal)) from None
    click.echo(f"The second factor of {username} was disabled.")


@commands.command("resync")
def resync_all() -> None:
    """Republish all accounts, customers and users."""
    settings = read(AccountsSettings, os.environ)
    announced = resync(_database(settings), settings.public_url)
    click.echo(f"{announced} republished.")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _error_text(refusal: Refusal) -> str:
    codes = refusal.details.get("codes", {})
    lines = [
        f"{field}: {' '.join(refusal.fields[field])} ({', '.join(codes[field])})"
        for field in codes
    ]
    return "\n".join(lines) or f"{refusal.message} ({refusal.code})"


def _dependencies(settings: AccountsSettings) -> Dependencies:
    return Dependencies(
        keyring=Keyring.of(settings.lineup_secret_keys),
        hash_password=hash_password,
        public_url=settings.public_url,
    )


def _recorded(
    settings: AccountsSettings, action: str, details: LoginDetails
) -> AbstractContextManager[UnitOfWork]:
    """A transaction that is written in the audit log."""
    call = Call(name=action, request=details, context=system_context())
    return _database(settings).recorded(call)


def _database(settings: AccountsSettings) -> Database:
    clock = clock_for(settings.clock_offset_file)
    return Database(connect(settings.database_uri, pool_size=2), clock)
