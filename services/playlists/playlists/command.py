"""The operator's tasks of playlists."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click
from sqlalchemy import select

from lineup.contracts.playlists.guide import CreateGuideSource, FetchGuide
from lineup.contracts.playlists.jobs import ImportChannels, JobState
from lineup.contracts.playlists.streams import UpdateStreamSettings
from lineup.database import UnitOfWork
from lineup.errors import Refusal
from lineup.ids import new_id
from lineup.settings import read
from lineup.values import checked
from playlists.channels.imports import import_channels
from playlists.channels.models import Package
from playlists.entitlements.models import Partner
from playlists.guide.models import GuideSource
from playlists.guide.sources import create_guide_source, fetch_guide
from playlists.jobs.models import Job
from playlists.rendering.outputs import (
    output_of,
    set_guide_days,
    update_stream_settings,
)
from playlists.resync import resync
from playlists.settings import PlaylistsSettings
from playlists.uploads import FOLDER
from playlists.worker.tasks import run_next
from playlists.worker.tools import Tools, tools_for

T = TypeVar("T")
LOOK_SECONDS = 0.5
OVER = (JobState.DONE, JobState.FAILED)


@click.group()
def commands() -> None:
    """Playlists: import channels and guides, configure streams."""


@commands.command("import-channels")
@click.argument("file_or_address")
@click.option("--partner", required=True, help="Name or ID of the partner.")
@click.option("--package", default="", help="Also add the channels to this package.")
def import_channels_task(file_or_address: str, partner: str, package: str) -> None:
    """Import an M3U playlist from a file or URL."""
    tools = _tools()
    upload, address = _origin(tools, file_or_address)
    with tools.database.transaction() as work:
        partner_id = _partner(work, partner)
        request = ImportChannels(
            upload=upload,
            address=address,
            partner_id=partner_id,
            package_id=_package(work, partner_id, package) if package else None,
        )
        job_id = _refusable(lambda: import_channels(work, checked(request)).id)
    _do(tools, job_id)


@commands.command("import-guide")
@click.argument("file_or_address")
@click.option("--partner", required=True, help="Name or ID of the partner.")
@click.option("--force", is_flag=True, help="Accept a much smaller guide.")
def import_guide_task(file_or_address: str, partner: str, force: bool) -> None:  # noqa: FBT001
    """Import an XMLTV guide (plain or gzip) from a file or URL."""
    tools = _tools()
    name = file_or_address.rstrip("/").rsplit("/", 1)[-1][:100]
    upload, address = _origin(tools, file_or_address)
    with tools.database.transaction() as work:
        partner_id = _partner(work, partner)
        source_id = _source(
            work,
            tools,
            partner_id,
            CreateGuideSource(
                name=name, upload=upload, address=address, partner_id=partner_id
            ),
        )
        request = FetchGuide(source_id=source_id, force=force)
        job_id = _refusable(lambda: fetch_guide(work, request).id)
    _do(tools, job_id)


@commands.command("resync")
def resync_all() -> None:
    """Republish all packages and render all playlists and guides."""
    settings = read(PlaylistsSettings, os.environ)
    tools = tools_for(settings)
    click.echo(f"{resync(tools.database)} republished.")


@commands.command("stream-secret")
@click.option("--partner", required=True, help="Name or ID of the partner.")
def stream_secret_task(partner: str) -> None:
    """Show the secret that streaming servers use to verify signed links."""
    tools = _tools()
    with tools.database.transaction() as work:
        output = output_of(work, tools.keyring, _partner(work, partner))
        click.echo(tools.keyring.open(output.stream_secret))


@commands.command("guide-days")
@click.option("--partner", required=True, help="Name or ID of the partner.")
@click.option(
    "--back", type=int, help="Days of the past; default: as needed for catch-up."
)
@click.option("--ahead", type=int, default=7, show_default=True)
def guide_days_task(partner: str, back: int | None, ahead: int) -> None:
    """Set how many days the guides of a partner contain."""
    tools = _tools()
    with tools.database.transaction() as work:
        id_ = _partner(work, partner)
        _refusable(
            lambda: set_guide_days(work, tools.keyring, id_, back=back, ahead=ahead)
        )


@commands.command("stream-sessions")
@click.option("--partner", required=True, help="Name or ID of the partner.")
@click.option("--minutes", "session_minutes", type=int)
@click.option(
    "--one-address/--any-address",
    "session_is_bound",
    default=None,
    help="Restrict links to the IP address that opened the channel.",
)
@click.option(
    "--renewed/--no-longer",
    "session_is_renewed",
    default=None,
    help="Keep playing while the subscription is active.",
)
@click.option(
    "--host",
    "stream_hosts",
    multiple=True,
    help="Host whose links are signed; can be given several times.",
)
def stream_sessions_task(partner: str, **options: Any) -> None:
    """Configure signed stream links of a partner.

    What is left out stays as it is.
    """
    tools = _tools()
    changes: dict[str, Any] = {
        name: list(value) if name == "stream_hosts" else value
        for name, value in options.items()
        if value not in (None, ())
    }
    with tools.database.transaction() as work:
        request = UpdateStreamSettings(partner_id=_partner(work, partner), **changes)
        _refusable(
            lambda: update_stream_settings(
                work, checked(request), keyring=tools.keyring
            )
        )


def _tools() -> Tools:
    return tools_for(read(PlaylistsSettings, os.environ))


def _origin(tools: Tools, file_or_address: str) -> tuple[str, str]:
    """Put a file where the worker finds it: an upload's name, or an address."""
    if file_or_address.startswith(("http://", "https://")):
        return "", file_or_address
    path = Path(file_or_address)
    if not path.is_file():
        raise click.ClickException(f"File not found: {file_or_address}.")
    name = f"{FOLDER}{new_id().hex}"
    with path.open("rb") as file:
        tools.blobs.write_from(name, file)
    return name, ""


def _partner(work: UnitOfWork, name_or_id: str) -> UUID:
    partners = work.session.scalars(select(Partner)).all()
    found = [p.id for p in partners if name_or_id in (p.name, str(p.id), p.id.hex)]
    if len(found) != 1:
        known = ", ".join(sorted(p.name for p in partners)[:20]) or "nobody"
        raise click.ClickException(f"Unknown partner. Available: {known}.")
    return found[0]


def _package(work: UnitOfWork, partner_id: UUID, name: str) -> UUID:
    own = select(Package).where(Package.partner_id == partner_id)
    packages = work.session.scalars(own).all()
    found = [package.id for package in packages if package.name == name]
    if len(found) != 1:
        known = ", ".join(sorted(package.name for package in packages)[:20])
        raise click.ClickException(f"Unknown package. Available: {known}.")
    return found[0]


def _source(
    work: UnitOfWork, tools: Tools, partner_id: UUID, request: CreateGuideSource
) -> UUID:
    """The partner's source of that name, reading the new upload; made if need be."""
    wanted = _refusable(lambda: checked(request))
    known = work.session.scalars(
        select(GuideSource).where(
            GuideSource.partner_id == partner_id, GuideSource.name == wanted.name
        )
    ).first()
    if known is None:
        made = _refusable(
            lambda: create_guide_source(work, wanted, keyring=tools.keyring)
        )
        return made.id
    known.upload, known.address = wanted.upload, wanted.address
    work.session.flush()
    return known.id


def _refusable(act: Callable[[], T]) -> T:
    try:
        return act()
    except Refusal as refusal:
        faults = "; ".join(" ".join(words) for words in refusal.fields.values())
        raise click.ClickException(faults or refusal.message) from None


def _do(tools: Tools, job_id: UUID) -> None:
    """Do a job here, unless a worker is quicker, and show how it goes."""
    doing = threading.Thread(target=run_next, args=(tools,), kwargs={"only": job_id})
    doing.start()
    with click.progressbar(length=1000, label="Importing") as bar:
        while (job := _current_job(tools, job_id)).state not in OVER:
            if job.total:
                bar.update(max(job.done * 1000 // job.total - bar.pos, 0))
            doing.join(LOOK_SECONDS)
            if not doing.is_alive():
                threading.Event().wait(LOOK_SECONDS)
        bar.update(1000 - bar.pos)
    doing.join()
    if job.state == JobState.FAILED:
        raise click.ClickException(f"{job.message} ({job.code})")
    click.echo(job.message)


def _current_job(tools: Tools, job_id: UUID) -> Job:
    with tools.database.transaction() as work:
        return work.session.get_one(Job, job_id)
