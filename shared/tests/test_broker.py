"""Addresses of the broker: one host or several, of which any will do."""

import socket

import pytest

from lineup import broker
from lineup.broker import Address
from lineup.call_queues import QUORUM, TRANSIENT, kind_for


class TestAddress:
    def test_several_hosts_stand_side_by_side(self):
        address = Address.of("amqp://ann%40:s%2Fcret@one:5673,two,[::1]:7/a%2Fb")

        assert address.hosts == ("one:5673", "two:5672", "[::1]:7")
        assert (address.user, address.password) == ("ann@", "s/cret")
        assert (address.vhost, address.has_tls) == ("a/b", False)

    def test_what_is_not_said_is_usual(self):
        assert Address.of("amqps://one") == Address(
            hosts=("one:5671",), user="guest", password="guest", vhost="/", has_tls=True
        )


def nowhere():
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"127.0.0.1:{probe.getsockname()[1]}"


class TestConnect:
    def test_a_host_that_is_away_is_passed_over(self, broker_uri):
        login, _, here = broker_uri.rpartition("@")
        host, _, vhost = here.partition("/")
        uri = f"{login}@{nowhere()},{nowhere()},{host}/{vhost}"

        for _ in range(5):
            connection = broker.connect(uri, name="test")
            assert connection.connected
            broker.close(connection)

    def test_nobody_there_is_an_error(self):
        uri = f"amqp://guest:guest@{nowhere()},{nowhere()}/"

        with pytest.raises(broker.LOST):
            broker.connect(uri, name="test")

    def test_a_refused_login_is_not_tried_elsewhere(self, broker_uri):
        login, _, here = broker_uri.rpartition("@")
        host, _, vhost = here.partition("/")
        wrong = login.rpartition(":")[0] + ":wrong"

        with pytest.raises(broker.AccessRefused):
            broker.connect(f"{wrong}@{host},{host}/{vhost}", name="test")


class TestKinds:
    @pytest.mark.parametrize("version", ["3.10.8", "3.13.7", "4.0.1", "4.2.3"])
    def test_before_4_3_queues_of_calls_are_transient(self, version):
        assert kind_for(version) is TRANSIENT

    @pytest.mark.parametrize("version", ["4.3.0", "4.10.0", "5.0.0-beta.1"])
    def test_since_4_3_they_are_quorum_queues(self, version):
        assert kind_for(version) is QUORUM

    def test_a_wanted_kind_is_taken(self):
        assert kind_for("3.10.8", "quorum") is QUORUM
        assert kind_for("4.3.0", "transient") is TRANSIENT
