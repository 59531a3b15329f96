"""Where connections may lead whose address a tenant names: guides, playlists, mail.

A name is looked up once, everything it stands for is checked, and the connection goes
to exactly what was checked, so that no name changes its mind in between. Some addresses
are refused always: the machine's own link, the metadata services of clouds (they give
the machine's credentials to whoever asks), and what is no host at all. Loopback and
private networks are for whoever runs the installation to allow.
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Iterator

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]
"""Looks a host up for a port: its IP addresses, or OSError."""

NEVER = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",  # "this host": Linux takes it for loopback
        "100.100.100.200/32",  # metadata of Alibaba Cloud
        "168.63.129.16/32",  # metadata of Azure
        "169.254.0.0/16",  # link-local, and the metadata of most clouds
        "192.0.0.192/32",  # metadata of Oracle Cloud, the old address
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "::/128",
        "64:ff9b:1::/48",  # translated by a rule of the local network
        "fd00:42::42/128",  # metadata of Scaleway
        "fd00:c1::/32",  # metadata of Oracle Cloud
        "fd00:ec2::/32",  # metadata, names and time of AWS
        "fd20:ce::/32",  # metadata of Google Cloud
        "fe80::/10",  # link-local
        "ff00::/8",  # multicast
    )
]
SITE_LOCAL = ipaddress.ip_network("fec0::/10")
"""Private by RFC 3879, which `is_global` does not know."""
LAST_32_BITS = [
    ipaddress.ip_network(network)
    for network in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")
]
"""IPv4 in IPv6: compatible, mapped, translated (RFC 2765), NAT64 (RFC 6052)."""
LOOPBACK = ipaddress.IPv6Address("::1")
ISATAP = (0x0000_5EFE, 0x0200_5EFE)
"""What stands before an IPv4 address in the host part (RFC 5214)."""
MOST_TRIED = 4


class AddressForbidden(Exception):  # noqa: N818 - reads as a sentence
    """The host lies where connections of tenants may not lead."""


def is_forbidden(address: str, *, allow_private: bool) -> bool:
    """Whether no connection may lead to an IP address, however it is disguised.

    What is no IP address is forbidden.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    return any(
        _is_never(reached) or not (allow_private or _is_public(reached))
        for reached in _reached(ip)
    )


def look_up(host: str, port: int) -> list[str]:
    """The IP addresses of a host, as the system knows them; OSError without one."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (ValueError, OverflowError) as error:
        # Labels that are empty or too long, a NUL, a port beyond 65,535.
        raise socket.gaierror(socket.EAI_NONAME, str(error)) from None
    return [str(place[0]) for *_, place in found]


def allowed_addresses(
    host: str, port: int, *, allow_private: bool, resolve: Resolve = look_up
) -> list[str]:
    """What a host stands for, looked up once.

    AddressForbidden when any of it may not be reached, OSError when there is none.
    """
    addresses = resolve(host, port)
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "No address of that name.")
    if any(is_forbidden(each, allow_private=allow_private) for each in addresses):
        raise AddressForbidden
    return addresses


def connect(
    host: str,
    port: int,
    *,
    allow_private: bool,
    seconds: float,
    resolve: Resolve = look_up,
) -> socket.socket:
    """A connection to a host, at an address that was checked, within `seconds`.

    AddressForbidden or OSError otherwise. The socket has `seconds` as its time limit.
    """
    end = time.monotonic() + seconds
    addresses = allowed_addresses(
        host, port, allow_private=allow_private, resolve=resolve
    )
    failed: OSError = TimeoutError("No answer in time.")
    for address in addresses[:MOST_TRIED]:
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            connection = socket.create_connection((address, port), left)
        except OSError as error:
            failed = error
        else:
            connection.settimeout(seconds)
            return connection
    raise failed


def _is_never(ip: Address) -> bool:
    return any(ip in network for network in NEVER)


def _is_public(ip: Address) -> bool:
    return ip.is_global and ip not in SITE_LOCAL


def _reached(ip: Address) -> Iterator[Address]:
    """The address itself, unless it only carries another, and those it carries."""
    if isinstance(ip, ipaddress.IPv4Address):
        yield ip
    elif ip != LOOPBACK and int(ip) and any(ip in net for net in LAST_32_BITS):
        yield _last_32_bits(ip)
    else:
        yield from (ip, *_carried(ip))


def _carried(ip: ipaddress.IPv6Address) -> Iterator[Address]:
    if ip.sixtofour is not None:
        yield ip.sixtofour
    if ip.teredo is not None:
        yield from ip.teredo
    if (int(ip) >> 32) & 0xFFFF_FFFF in ISATAP:
        yield _last_32_bits(ip)


def _last_32_bits(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
