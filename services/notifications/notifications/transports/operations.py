"""Saving, showing and resolving mail transports, and noting how their servers do."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from lineup.contracts.changes import UNSET, resets_of
from lineup.contracts.notifications import GetTransport, SaveTransport, TransportView
from lineup.contracts.notifications.refusals import MailTransportNotFound
from lineup.database import UnitOfWork
from lineup.scope import ROOT, acting_partner, below, in_scope
from lineup.secrets import Keyring
from lineup.verbs import handles
from notifications.settings import NotificationsSettings
from notifications.transports.addresses import NoAddress, NoHost, address_of, host_of
from notifications.transports.checks import refuse_impossible
from notifications.transports.models import Transport, TransportHealth
from notifications.transports.routes import MailRoute, MailServer


class RouteBroken(Exception):  # noqa: N818 - reads as a sentence
    """What is kept of a partner's transport cannot be used; says why."""


def current_transport(work: UnitOfWork, request: SaveTransport) -> TransportView:
    """The transport that a request changes, locked."""
    partner_id = acting_partner(work.actor, request.partner_id)
    work.session.get(Transport, partner_id, with_for_update=True)
    return get_transport(work, GetTransport(partner_id=partner_id))


@handles(SaveTransport, changes=current_transport)
def save_transport(
    work: UnitOfWork, request: SaveTransport, *, settings: NotificationsSettings
) -> TransportView:
    """Set what is given of how a partner's mail leaves.

    Invalid names every field that cannot be. NotFound where there is no transport yet
    and the sender is not given. What was held against the server so far is forgotten:
    it is tried at once.
    """
    refuse_impossible(request, allow_private=settings.allow_private_sources)
    partner_id = acting_partner(work.actor, request.partner_id)
    if request.sender_address and request.sender_name is not UNSET:
        _make_sure(work, partner_id)
    transport = work.session.get(Transport, partner_id, with_for_update=True)
    if transport is None:
        raise MailTransportNotFound
    transport.change(request)
    health = health_of(work, partner_id)
    health.forgive()
    health.seconds = None
    return transport.view(health)


@handles(GetTransport)
def get_transport(work: UnitOfWork, request: GetTransport) -> TransportView:
    """The partner's transport; NotFound while it uses the installation's."""
    partner_id = acting_partner(work.actor, request.partner_id)
    wanted = select(Transport).where(Transport.partner_id == partner_id)
    transport = work.session.scalar(in_scope(wanted, Transport, work.actor))
    if transport is None:
        raise MailTransportNotFound
    return transport.view(work.session.get(TransportHealth, partner_id))


def route_for(
    work: UnitOfWork, partner_id: UUID, default: MailRoute, keyring: Keyring
) -> MailRoute:
    """Where the partner's mail goes: its own server and sender, else the default.

    RouteBroken says what of the partner's transport cannot be used.
    """
    transport = work.session.get(Transport, partner_id)
    if transport is None:
        return default
    try:
        sender = address_of(transport.sender_address, transport.sender_name)
    except NoAddress:
        raise RouteBroken("The sender email address is not valid.") from None
    if not transport.host:
        return MailRoute(default.server, sender)
    return MailRoute(_server_of(transport, keyring), sender)


def health_of(work: UnitOfWork, key: UUID) -> TransportHealth:
    """How sending goes for a partner or a server, for this transaction alone."""
    known = work.session.get(TransportHealth, key, with_for_update=True)
    if known is not None:
        return known
    new = insert(TransportHealth).values(id=key).on_conflict_do_nothing()
    work.session.execute(new)
    return work.session.get_one(TransportHealth, key, with_for_update=True)


def record_claim(work: UnitOfWork, partner_id: UUID) -> None:
    """A partner's messages are being sent now: those of others come first again."""
    at = func.clock_timestamp()
    new = insert(TransportHealth).values(id=partner_id, served_at=at)
    work.session.execute(
        new.on_conflict_do_update(index_elements=["id"], set_={"served_at": at})
    )


def note_working(
    work: UnitOfWork, partner_id: UUID, server_key: UUID, seconds: float
) -> None:
    """A partner's mail left, and took so long; its server is well, whose ever it is."""
    health_of(work, partner_id).work(seconds, work.now)
    if server_key != partner_id:
        server = work.session.get(TransportHealth, server_key)
        if server is None or server.failures:
            health_of(work, server_key).work(seconds, work.now)


def note_failing(work: UnitOfWork, key: UUID, problem: str) -> None:
    """Nothing leaves for a partner, or by the installation's server, for a while."""
    health_of(work, key).fail(problem, work.now)


def _server_of(transport: Transport, keyring: Keyring) -> MailServer:
    try:
        host = host_of(transport.host)
    except NoHost:
        raise RouteBroken("The server name is not valid.") from None
    try:
        password = keyring.open(transport.password) if transport.password else ""
    except ValueError:
        raise RouteBroken("The password cannot be read; enter it again.") from None
    return MailServer(
        host=host,
        port=transport.port,
        security=transport.security,
        username=transport.username,
        password=password,
        is_partners=True,
    )


def _make_sure(work: UnitOfWork, partner_id: UUID) -> None:
    """Let there be a transport of a partner, whoever else makes it just now."""
    plain = {**resets_of(SaveTransport), "password": None}
    first = insert(Transport).values(
        partner_id=partner_id,
        scope=below(ROOT, partner_id),
        sender_address="",
        sender_name="",
        **plain,
    )
    work.session.execute(first.on_conflict_do_nothing())
