"""Somebody at the panel without a browser: forms are filled in as they are shown."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import requests
from running import Running

SECONDS = 60
MAIN = re.compile(r"<main.*?</main>", re.DOTALL)
NO_WORDS = re.compile(r"<(script|style).*?</\1>|<[^>]+>", re.DOTALL)


@dataclass
class Form:
    """One form of a page: where it goes, and what stands in it."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, value: str) -> None:
        """One more value of a field."""
        self.values.setdefault(name, []).append(value)


class Forms(HTMLParser):
    """The forms of a page, in the order in which they stand."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._select = ""
        self.feed(page)

    def handle_starttag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        """A form begins, or one of its fields is there."""
        fields = {name: value or "" for name, value in attributes}
        if tag == "form":
            method = fields.get("method", "get")
            self.found.append(Form(fields.get("action", ""), method))
        elif self.found and tag in {"input", "textarea"} and fields.get("name"):
            self._take_input(fields)
        elif tag == "select":
            self._select = fields.get("name", "")
        elif tag == "option" and self._select:
            self._take_option(fields)

    def _take_option(self, fields: dict[str, str]) -> None:
        values = self.found[-1].values
        if "selected" in fields or self._select not in values:
            values[self._select] = [fields.get("value", "")]

    def _take_input(self, fields: dict[str, str]) -> None:
        kind = fields.get("type", "text")
        is_ticked = kind not in {"checkbox", "radio"} or "checked" in fields
        if kind not in {"file", "submit"} and is_ticked:
            self.found[-1].add(
                fields["name"], fields.get("value", "y" * (kind != "text"))
            )


class Panel:
    """One person who has signed in."""

    def __init__(self, lineup: Running, username: str, password: str) -> None:
        self.address = lineup.url("GATEWAY")
        self._session = requests.Session()
        self._session.headers["User-Agent"] = "Panel"
        page = self._request("GET", "/sign-in").text
        landed = self._post(
            "/sign-in", Forms(page).found[0], username=username, password=password
        )
        assert landed != "/sign-in", "Not let in."

    def page(self, path: str) -> str:
        """The words of a page's main part."""
        answer = self._request("GET", path)
        assert answer.status_code == 200, (path, answer.status_code)
        [main] = MAIN.findall(answer.text)
        return " ".join(NO_WORDS.sub(" ", main).split())

    def send(self, path: str, form: str = "", **fields: str) -> str:
        """Fill in a page's form (the one that goes to `form`, else the last that is
        posted) and send it; where that leads.
        """
        forms = [
            one for one in Forms(self._request("GET", path).text).found if one.method
        ]
        posted = [one for one in forms if one.method == "post"]
        wanted = [one for one in posted if one.action.startswith(form or "!")]
        plain = [one for one in posted if one.action in {"", path}]
        chosen = (wanted or plain)[-1]
        return self._post(chosen.action or path, chosen, **fields)

    def _post(self, path: str, form: Form, **fields: str) -> str:
        values = form.values | {name: [value] for name, value in fields.items()}
        answer = self._request("POST", path, data=values)
        assert answer.status_code in {302, 303}, (path, answer.status_code, answer.text)
        return answer.headers["Location"]

    def _request(self, method: str, path: str, **fields: object) -> requests.Response:
        address = path if path.startswith("http") else self.address + path
        return self._session.request(
            method, address, timeout=SECONDS, allow_redirects=False, **fields
        )
