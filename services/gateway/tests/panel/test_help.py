"""Help: every page has its topic, every topic its readers, every link its end."""

import re

import pytest

from gateway.help import page_topics
from gateway.help.topics import GROUPS, topics, topics_for
from gateway.panel.guard import PAGES, access_to
from lineup.access import OPEN
from lineup.context import Role

ROLES = sorted(set(Role) - {Role.SYSTEM})


def endpoints(app):
    """Every page that somebody who signed in can open."""
    for endpoint, view in app.view_functions.items():
        if PAGES.get(f"{view.__module__}.{view.__name__}", OPEN).allowed:
            yield endpoint


@pytest.mark.feature("UI-11")
def test_every_page_has_a_topic_that_its_roles_may_read(app):
    rpc_request = 0
    with app.app_context():
        for endpoint in endpoints(app):
            for role in access_to(endpoint).allowed - {Role.SYSTEM}:
                name = page_topics.topic_of(endpoint, role)
                assert name in topics(), (endpoint, role)
                assert topics()[name].is_for(role), (endpoint, role, name)
                rpc_request += 1
    assert rpc_request > 150


def test_every_place_is_there(app):
    assert set(page_topics.BY_ENDPOINT) <= set(app.view_functions)
    assert set(page_topics.BY_BLUEPRINT) <= set(app.blueprints)


@pytest.mark.feature("UI-11")
def test_a_page_links_to_its_help(browser):
    page = browser(Role.PARTNER).get("/deliveries").get_data(as_text=True)

    assert 'href="/help/messages"' in page


@pytest.mark.parametrize("role", ROLES)
def test_every_topic_opens_for_its_readers_and_for_no_others(browser, role):
    client = browser(role)
    for name, topic in topics().items():
        answer = client.get(f"/help/{name}")
        assert answer.status_code == (200 if topic.is_for(role) else 404), name
    assert client.get("/help/unheard-of").status_code == 404


@pytest.mark.parametrize("role", [Role.PARTNER, Role.CUSTOMER])
def test_no_link_of_a_topic_leads_nowhere(browser, role):
    client = browser(role)
    for group in topics_for(role).values():
        for topic in group:
            for link in re.findall(r'href="([^"]+)"', topic.html):
                path = link if link.startswith("/") else f"/help/{link}"
                assert client.get(path).status_code == 200, (topic.name, link)


def test_topics_are_whole(app):
    from gateway.app_context import app_context_of

    assert app_context_of(app)
    for topic in topics().values():
        assert topic.group in GROUPS, topic.name
        assert len(topic.words) > 200, topic.name
        assert not re.search(r"<script|style=| on\w+=", topic.html), topic.name


def test_help_is_searched_by_all_words(browser):
    client = browser(Role.PARTNER)

    page = client.get("/help/?search=bounced+SPF").get_data(as_text=True)
    found = re.findall(r'list-group-item-action[^>]*href="/help/([\w-]+)"', page)
    assert found == ["messages"]
    nothing = client.get("/help/?search=zeppelin").get_data(as_text=True)
    assert "No help topics found." in nothing
