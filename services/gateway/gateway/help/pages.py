"""The pages of the topics."""

from flask import Blueprint, render_template, request

from gateway.help.topics import Topic, topics, topics_for
from gateway.panel.guard import page_for
from gateway.request_context import actor
from lineup.context import EVERYBODY
from lineup.errors import NotFound

pages = Blueprint("help_pages", __name__)

SEARCH_LENGTH = 100


@pages.get("/help/")
@page_for(EVERYBODY, while_locked=True)
def contents() -> str:
    """Every topic of the reader's, by group; narrowed by words."""
    text = request.args.get("search", "")[:SEARCH_LENGTH]
    groups = topics_for(actor().role, text)
    return render_template("help/topics.html", groups=groups, text=text)


@pages.get("/help/<topic>")
@page_for(EVERYBODY, while_locked=True)
def show_topic(topic: str) -> str:
    """One topic, and the others beside it."""
    role = actor().role
    found = topics().get(topic)
    if found is None or not found.is_for(role):
        raise NotFound
    return render_template("help/topic.html", topic=found, beside=_beside(found))


def _beside(topic: Topic) -> list[Topic]:
    return [t for t in topics_for(actor().role)[topic.group] if t != topic]
