"""A home of its own for each module: own folder, own ports, own servers."""

import os
import shutil
from contextlib import contextmanager
from dataclasses import fields

import pytest

from lineup.testing.ports import free_port, free_row
from lineup_local.environment import PROBED
from lineup_local.place import public_top
from lineup_local.servers import Servers
from lineup_local.settings import Settings


def settings_in(home) -> Settings:
    names = [field.name for field in fields(Settings) if field.name.endswith("_port")]
    ports = {name: free_port() for name in names}
    return Settings(home=home, **(ports | {"probe_port": free_row(len(PROBED))}))


def environment_of(settings: Settings) -> dict[str, str]:
    names = [name for name in vars(settings) if name.endswith("_port")]
    return {
        **os.environ,
        "LINEUP_HOME": str(settings.home),
        "LINEUP_DEMO_CUSTOMERS": "0",
        **{settings.name_of(name): str(getattr(settings, name)) for name in names},
    }


@contextmanager
def home_in(folder):
    yield settings_in(folder)
    elsewhere = public_top(folder)
    shutil.rmtree(elsewhere)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """Settings of a home that only this user can enter."""
    with home_in(tmp_path_factory.mktemp("home")) as settings:
        yield settings


@pytest.fixture
def other_settings(tmp_path):
    """Settings of a home where nothing has started yet."""
    with home_in(tmp_path) as settings:
        yield settings


@pytest.fixture(scope="module")
def servers_of_module(settings):
    made = Servers(settings)
    yield made
    made.stop()


@pytest.fixture
def servers(servers_of_module):
    """Servers that run, whatever an earlier test did to them."""
    servers_of_module.start()
    return servers_of_module
