"""The command that rotates keys."""

from collections import Counter

import click

from lineup.command.installed import environment_of, selected_services


@click.command("rotate-keys")
@click.argument("service", required=False)
@click.option(
    "--check", is_flag=True, help="Only count secrets encrypted with older keys."
)
def rotate_keys(service: str | None, check: bool) -> None:  # noqa: FBT001
    """Re-encrypt all secrets with the first of LINEUP_SECRET_KEYS.

    Exits with 1 if a secret is encrypted with an unknown key or, with --check, with
    another key than the first.
    """
    is_done = True
    for name in selected_services(service):
        met = _rotated(name, dry_run=check)
        told = "encrypted with older keys" if check else "re-encrypted"
        click.echo(
            f"{name}: {met['older']} {told}, {met['newest']} with the first key,"
            f" {met['unknown']} with unknown keys"
        )
        is_done = is_done and not met["unknown"] and not (check and met["older"])
    if not is_done:
        raise click.exceptions.Exit(1)


def _rotated(service: str, *, dry_run: bool) -> Counter[str]:
    from sqlalchemy import create_engine

    from lineup.command.rotation import Rotation
    from lineup.secrets import keys_in

    told = environment_of(service)
    if not {"DATABASE_URI", "LINEUP_SECRET_KEYS"} <= told.keys():
        raise click.ClickException(
            f"DATABASE_URI or LINEUP_SECRET_KEYS of {service} is not set."
        )
    keys = keys_in(told["LINEUP_SECRET_KEYS"])
    uri = told["DATABASE_URI"].replace("postgresql://", "postgresql+psycopg2://", 1)
    engine = create_engine(uri, hide_parameters=True)
    try:
        rotation = Rotation(engine, keys, write=not dry_run)
        rotation.run(service)
    finally:
        engine.dispose()
    return rotation.met
