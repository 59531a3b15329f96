"""Pictures are taken of a demo that runs; where none does, that is said."""

import json
from dataclasses import asdict

import pytest

from lineup_local.demo.here import demo_installation
from lineup_local.demo.logins import Demo
from lineup_local.environment import installation
from lineup_local.errors import LocalError
from lineup_local.screenshots import take


def test_without_a_demo_it_says_what_to_run_first(other_settings):
    with pytest.raises(LocalError, match=r"no demo yet\. Run \./lineup up first\."):
        take(demo_installation(installation(other_settings)))


def test_with_a_demo_that_does_not_run_as_well(other_settings):
    site = demo_installation(installation(other_settings))
    demo = Demo(
        operator_username="operator",
        operator_password="kept",
        partner_username="demo",
        partner_password="kept",
    )
    site.demo_file.write_text(json.dumps(asdict(demo)))

    with pytest.raises(LocalError, match=r"not running\. Run \./lineup up first\."):
        take(site)
