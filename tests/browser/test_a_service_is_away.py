"""A service that stands still takes its part of every page with it, waited for once."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from page_routes import page_routes

from gateway.panel.optional_results import PAGE_SECONDS

SERVICES = ("accounts", "billing", "playlists", "notifications")
MOST_SECONDS = 2 * PAGE_SECONDS
"""Less than two waits: the rest is what the machine takes for four pages at once."""
AT_ONCE = 4
NOTHING_FOUND = {404, 500}


class Reader:
    """Somebody who has signed in and loads pages."""

    def __init__(self, address, username, password):
        self.address = address
        self.session = requests.Session()
        page = self.session.get(f"{address}/sign-in", timeout=10).text
        fields = dict(re.findall(r'name="(csrf_token|key)"[^>]* value="([^"]*)"', page))
        fields |= {"username": username, "password": password}
        answer = self.session.post(f"{address}/sign-in", data=fields, timeout=10)
        assert "Sign out" in answer.text

    def load(self, path):
        """How long it took, what was answered, and the page."""
        began = time.monotonic()
        answer = self.session.get(self.address + path, timeout=30)
        return time.monotonic() - began, answer.status_code, answer.text


@pytest.fixture(scope="session")
def readers(lineup, fixtures):
    """A reader for each role."""
    address = lineup.url("GATEWAY")
    return {role: Reader(address, *login) for role, login in fixtures.logins.items()}


@pytest.fixture
def load_all(readers, fixtures):
    """Loads every page that wants a sign-in; what each answered, by its rule."""
    wanted = [page_route for page_route in page_routes() if page_route.viewer]

    def load(page_route):
        return readers[page_route.viewer].load(page_route.path(fixtures.things))

    def load_all():
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return {
                page_route.rule: answer
                for page_route, answer in zip(
                    wanted, pool.map(load, wanted), strict=True
                )
            }

    return load_all


@pytest.mark.feature("UI-15")
@pytest.mark.parametrize("service", SERVICES)
def test_the_rest_of_every_page_works(lineup, load_all, service):
    load_all()
    lineup.freeze(service)
    try:
        answers = load_all()
    finally:
        lineup.thaw(service)

    late = {rule: took for rule, (took, *_) in answers.items() if took > MOST_SECONDS}
    assert late == {}
    broken = {
        r: status for r, (_, status, _) in answers.items() if status in NOTHING_FOUND
    }
    assert broken == {}
    silent = [
        rule
        for rule, (_, status, page) in answers.items()
        if status >= 500 and "unavailable" not in page
    ]
    assert silent == []
    whole = [rule for rule, (_, status, _) in answers.items() if status == 200]
    assert len(whole) > len(answers) / 3
    assert any("a service is unavailable" in page for _, _, page in answers.values())
