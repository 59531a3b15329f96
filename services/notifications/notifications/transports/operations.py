"""Saving, showing and resolving mail transports."""

from email.headerregistry import Address
from uuid import UUID

from sqlalchemy import select

from lineup.contracts.notifications import GetTransport, SaveTransport, TransportView
from lineup.database import Work
from lineup.errors import Invalid, NotFound
from lineup.scope import ROOT, below, covers, in_scope
from lineup.secrets import Keyring
from notifications.transports.models import Transport
from notifications.transports.routes import PORTS, Route, Server


def save_transport(work: Work, request: SaveTransport) -> TransportView:
    """Set how a partner's mail leaves. Invalid names every field that cannot be."""
    _refuse_impossible(request)
    partner_id = _partner_of(work, request.partner_id)
    transport = work.session.get(Transport, partner_id, with_for_update=True)
    if transport is None:
        transport = Transport(partner_id=partner_id, scope=below(ROOT, partner_id))
        work.session.add(transport)
        transport.password = None
    transport.change(request)
    return transport.view()


def get_transport(work: Work, request: GetTransport) -> TransportView:
    """The partner's transport; NotFound while it uses the installation's."""
    partner_id = _partner_of(work, request.partner_id)
    wanted = select(Transport).where(Transport.partner_id == partner_id)
    transport = work.session.scalar(in_scope(wanted, Transport, work.actor))
    if transport is None:
        raise NotFound
    return transport.view()


def route_for(work: Work, partner_id: UUID, default: Route, keyring: Keyring) -> Route:
    """Where the partner's mail goes: its own server and sender, else the default."""
    transport = work.session.get(Transport, partner_id)
    if transport is None:
        return default
    sender = Address(transport.sender_name, addr_spec=transport.sender_address)
    if not transport.host:
        return Route(default.server, sender)
    password = keyring.open(transport.password) if transport.password else ""
    server = Server(
        transport.host,
        transport.port,
        transport.security,
        transport.username,
        password,
    )
    return Route(server, sender)


def _partner_of(work: Work, named: UUID | None) -> UUID:
    partner_id = named or work.actor.partner_id
    if partner_id is None:
        raise Invalid(fields={"partner_id": ["Name the partner."]})
    if not covers(work.actor, below(ROOT, partner_id)):
        raise NotFound
    return partner_id


def _refuse_impossible(request: SaveTransport) -> None:
    fields: dict[str, list[str]] = {}
    if request.security not in PORTS:
        fields["security"] = ["One of none, starttls, tls."]
    if not 1 <= request.port <= 65535:
        fields["port"] = ["A port is a number from 1 to 65535."]
    if not is_address(request.sender_address):
        fields["sender_address"] = ["Not a mail address."]
    if any(c in request.sender_name for c in "\r\n"):
        fields["sender_name"] = ["A name is one line."]
    if fields:
        raise Invalid(fields=fields)


def is_address(text: str) -> bool:
    """Whether `text` is a single mail address (RFC 5322 addr-spec)."""
    try:
        return bool(Address(addr_spec=text).domain)
    except (ValueError, IndexError):
        return False
