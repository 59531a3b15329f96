"""Where connections may lead whose address a tenant names."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineup.outbound import (
    AddressForbidden,
    allowed_addresses,
    connect,
    is_forbidden,
    look_up,
)

NEVER = [
    "0.0.0.0",
    "0.1.2.3",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "192.0.0.192",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fd00:42::42",
    "fd00:c1::a9fe:a9fe",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "ff02::1",
    "64:ff9b:1::a9fe:a9fe",
]
PRIVATE = [
    "127.0.0.1",
    "127.9.9.9",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "::1",
    "fc00::1",
    "fd00::1",
    "fec0::1",
]
PUBLIC = ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"]


def disguises(v4):
    """IPv6 addresses that lead to an IPv4 address."""
    number = int(ipaddress.IPv4Address(v4))
    high, low = number >> 16, number & 0xFFFF
    hidden = number ^ 0xFFFF_FFFF
    return [
        f"::ffff:{v4}",
        f"::ffff:0:{v4}",
        f"64:ff9b::{v4}",
        f"::{high or 1:x}:{low:x}",
        f"2002:{high:x}:{low:x}::1",
        f"2001:0:5db8:d822::{hidden >> 16:x}:{hidden & 0xFFFF:x}",
        f"2001:0:{high:x}:{low:x}::a247:27dd",
        f"2606:2800:220:1:0:5efe:{v4}",
        f"2606:2800:220:1:200:5efe:{v4}",
    ]


class TestTheRule:
    @pytest.mark.parametrize("allow_private", [True, False])
    @pytest.mark.parametrize("address", NEVER)
    def test_these_are_refused_always(self, address, allow_private):
        assert is_forbidden(address, allow_private=allow_private)

    @pytest.mark.parametrize("address", PRIVATE)
    def test_loopback_and_private_ones_are_for_the_switch(self, address):
        assert is_forbidden(address, allow_private=False)
        assert not is_forbidden(address, allow_private=True)

    @pytest.mark.parametrize("allow_private", [True, False])
    @pytest.mark.parametrize("address", PUBLIC)
    def test_public_ones_are_never_refused(self, address, allow_private):
        assert not is_forbidden(address, allow_private=allow_private)

    @pytest.mark.parametrize("v4", [each for each in NEVER if ":" not in each])
    def test_no_disguise_helps(self, v4):
        for disguised in disguises(v4):
            assert is_forbidden(disguised, allow_private=True), disguised

    @given(st.ip_addresses(v=4))
    def test_a_mapped_address_is_what_it_maps(self, v4):
        for allow_private in (True, False):
            plain = is_forbidden(str(v4), allow_private=allow_private)

            for mapped in (f"::ffff:{v4}", f"64:ff9b::{v4}"):
                assert is_forbidden(mapped, allow_private=allow_private) == plain

    @given(st.text(max_size=40))
    def test_what_is_no_address_is_refused(self, text):
        try:
            ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            assert is_forbidden(text, allow_private=True)


class TestNames:
    def test_one_bad_address_refuses_the_name(self):
        def both(_host, _port):
            return ["127.0.0.1", "169.254.169.254"]

        with pytest.raises(AddressForbidden):
            allowed_addresses("x.example", 80, allow_private=True, resolve=both)

    def test_a_name_without_an_address_is_not_found(self):
        with pytest.raises(OSError, match="No address"):
            allowed_addresses(
                "x.example", 80, allow_private=True, resolve=lambda *_: []
            )

    @pytest.mark.parametrize(
        ("host", "port"),
        [("a..b", 25), ("ä" * 70, 25), ("a\0b", 25), ("." * 300, 25), ("::1", 70_000)],
    )
    def test_what_cannot_be_a_host_is_not_found(self, host, port):
        with pytest.raises(OSError):
            connect(host, port, allow_private=True, seconds=1)

    @pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "localhost"])
    def test_numbers_in_other_forms_are_what_they_stand_for(self, host):
        with pytest.raises(AddressForbidden):
            connect(host, 80, allow_private=False, seconds=1)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


class TestConnecting:
    def test_it_goes_to_what_was_checked_and_looks_up_once(self, listener):
        answers = iter([["127.0.0.1"], ["169.254.169.254"]])
        port = listener.getsockname()[1]

        with connect(
            "rebinding.example",
            port,
            allow_private=True,
            seconds=5,
            resolve=lambda *_: next(answers),
        ) as connection:
            assert connection.getpeername() == ("127.0.0.1", port)
            assert connection.gettimeout() == 5
        assert next(answers) == ["169.254.169.254"]

    def test_nobody_is_asked_where_it_is_forbidden(self, listener):
        port = listener.getsockname()[1]
        listener.settimeout(0)

        with pytest.raises(AddressForbidden):
            connect("127.0.0.1", port, allow_private=False, seconds=5)

        with pytest.raises(BlockingIOError):
            listener.accept()

    def test_the_next_address_is_tried_when_one_refuses(self, listener):
        port = listener.getsockname()[1]

        with connect(
            "two.example",
            port,
            allow_private=True,
            seconds=5,
            resolve=lambda *_: ["127.0.0.2", "127.0.0.1"],
        ) as connection:
            assert connection.getpeername()[0] == "127.0.0.1"

    def test_no_time_is_too_little(self, listener):
        with pytest.raises(TimeoutError):
            connect(
                "127.0.0.1",
                listener.getsockname()[1],
                allow_private=True,
                seconds=0,
            )

    def test_loopback_is_looked_up_by_the_system(self):
        assert look_up("127.0.0.1", 80) == ["127.0.0.1"]
