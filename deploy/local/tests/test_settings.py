"""Settings of the local run, and the keys it makes once."""

from pathlib import Path

import pytest

from lineup_local.environment import installation
from lineup_local.errors import LocalError
from lineup_local.keys import keys_of
from lineup_local.settings import CHECKOUT, Settings, read


def test_nothing_needs_to_be_set():
    assert read({}) == Settings()
    assert read({}).home == CHECKOUT / ".lineup"


def test_every_field_has_a_name_in_the_environment(tmp_path):
    settings = read({"LINEUP_POSTGRES_PORT": "5000", "LINEUP_HOME": str(tmp_path)})
    assert settings.postgres_port == 5000
    assert settings.home == tmp_path


@pytest.mark.parametrize("text", ["many", "0", "70000", "-1", "٣"])
def test_what_is_no_port_is_refused_by_its_name(text):
    with pytest.raises(LocalError, match="LINEUP_GATEWAY_PORT"):
        read({"LINEUP_GATEWAY_PORT": text})


class TestKeys:
    def test_they_are_made_once_and_for_their_owner_alone(self, tmp_path):
        first = keys_of(tmp_path)

        assert keys_of(tmp_path) == first
        assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
        assert list(tmp_path.iterdir()) == [tmp_path / "keys.json"]

    def test_two_homes_share_none(self, tmp_path):
        first, second = keys_of(tmp_path / "a"), keys_of(tmp_path / "b")
        assert not set(vars(first).values()) & set(vars(second).values())


class TestInstallation:
    @pytest.mark.feature("OP-01")
    def test_each_service_gets_its_own_database_and_probe(self, tmp_path):
        place = installation(Settings(home=tmp_path))
        environments = {
            name: place.environment_for(name) for name in place.database_uris
        }

        assert len({each["DATABASE_URI"] for each in environments.values()}) == 4
        assert len({each["PROBE_PORT"] for each in environments.values()}) == 4

    @pytest.mark.feature("OP-01")
    def test_the_gateway_has_no_database(self, tmp_path):
        place = installation(Settings(home=tmp_path))
        assert "DATABASE_URI" not in place.environment_for("gateway")

    def test_addresses_follow_the_ports(self, tmp_path):
        place = installation(Settings(home=tmp_path, gateway_port=9999))
        environments = place.environment_for("gateway")
        assert environments["GATEWAY_ADDRESS"] == "127.0.0.1:9999"
        assert environments["PUBLIC_URL"] == "http://127.0.0.1:9999"
        assert (
            Path(environments["BLOB_URL"].removeprefix("file://")) == tmp_path / "blobs"
        )
