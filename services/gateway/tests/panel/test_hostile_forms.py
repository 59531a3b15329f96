"""Whatever is typed into any form of the panel gets a page, never a server error."""

from html.parser import HTMLParser

import pytest

from lineup.context import Role

HOSTILE = {
    "nothing": "",
    "a NUL": "a\x00b",
    "two lines": "a@example.org\r\nBcc: all@example.org",
    "a huge number": "9" * 5000,
    "a negative number": "-99999999999999999999",
    "Arabic digits": "\u0661\u0660.00",
    "not a number": "NaN",
    "a long word": "w" * 5000,
    "half an address": "http://[::1",
    "a script": "javascript:alert(1)",
    "a far day": "9999-12-31T23:59",
    "a day in no calendar": "99999-99-99",
    "no id": "00000000-0000-0000-0000-00000000000g",
}
ROLES = (Role.OPERATOR, Role.PARTNER, Role.CUSTOMER)
OF_EVERY_FORM = {"csrf_token", "key"}
FORMS = 100
"""So many there are at least."""
SHARES = 8
"""All forms in one test would take it longer than one test may."""


class Forms(HTMLParser):
    """The forms of a page: how and where each is sent, and its fields by kind."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attrs = dict(attributes)
        if tag == "form":
            method = attrs.get("method", "get").lower()
            self.found.append((method, attrs.get("action"), {}, {}))
        elif (
            self.found and attrs.get("name") and tag in {"input", "select", "textarea"}
        ):
            _, _, hidden, typed = self.found[-1]
            if attrs.get("type") == "hidden":
                hidden[attrs["name"]] = attrs.get("value", "")
            elif attrs.get("type") != "file":
                typed[attrs["name"]] = attrs.get("type", "text")


def fillings(form, value):
    """A form with one value in all that can be typed or chosen, and the same with it in
    what the page hides.
    """
    _, _, hidden, typed = form
    yield hidden | dict.fromkeys(typed, value)
    if carried := hidden.keys() - OF_EVERY_FORM:
        yield hidden | dict.fromkeys([*typed, *carried], value)


def sent(client, path, form, values):
    """Send a form that is filled in."""
    method, action, *_ = form
    where = action or path
    if method == "post":
        return client.post(where, data=values)
    return client.get(where, query_string=values)


def new_forms(client, pages, role, seen):
    """The forms that a role may fill in and nobody before it, each with its page."""
    for path, methods, roles in pages:
        if "GET" in methods and role in roles:
            page = client.get(path).get_data().decode(errors="replace")
            for form in Forms(page).found:
                method, action, _, typed = form
                name = (method, action or path, *typed)
                if typed and name not in seen:
                    seen.add(name)
                    yield path, form


@pytest.mark.parametrize("share", range(SHARES))
def test_any_value_in_any_form(browser, pages, share):
    """Who is asked for the same fields at the same address fills in the same form."""
    seen, broken = set(), []
    for role in ROLES:
        client = browser(role)
        for path, form in new_forms(client, pages[share::SHARES], role, seen):
            broken += [
                (role, path, form[1], name)
                for name, value in HOSTILE.items()
                for values in fillings(form, value)
                if sent(client, path, form, values).status_code >= 500
            ]

    assert len(seen) >= FORMS / SHARES / 2
    assert broken == []
