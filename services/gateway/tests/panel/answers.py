"""What a page that was answered says, and forms filled in as in a browser."""

import re
from html import unescape


def text_of(answer):
    """The answer as it was sent."""
    return answer.get_data(as_text=True)


def visible_text(answer):
    """What a page says, without its tags."""
    words = unescape(re.sub(r"<[^>]+>", " ", text_of(answer)))
    return re.sub(r"\s+", " ", words)


def sent(client, form_of, path, **values):
    """Open a page's form, fill it in and send it."""
    hidden = form_of(text_of(client.get(path)))
    return client.post(path, data=hidden | values)
