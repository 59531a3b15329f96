"""Where the figures of a dashboard lead, for whom they lead anywhere."""

from datetime import date, timedelta
from typing import Any

from flask import current_app, url_for

from gateway.panel.guard import may_open

WEEK, MONTH = timedelta(days=6), timedelta(days=29)
"""To the last day of seven, and of thirty, from the first."""

SUBSCRIPTIONS = "subscriptions_pages.list_subscriptions"


def link(endpoint: str, **query: Any) -> str:
    """A page's address; empty where there is none or not for the actor."""
    if endpoint not in current_app.view_functions:
        return ""
    return url_for(endpoint, **query) if may_open(endpoint) else ""


def ending(first_on: date, last_on: date) -> str:
    """The running subscriptions that end on some days, the earliest first."""
    return link(
        SUBSCRIPTIONS,
        state="running",
        ends_from=str(first_on),
        ends_until=str(last_on),
        order="ends_at",
    )


def lapsed(today: date) -> str:
    """Who lapsed in thirty days and has bought nothing since, the last one first."""
    return link(
        SUBSCRIPTIONS,
        state="expired",
        is_newest="yes",
        ends_from=str(today - MONTH),
        ends_until=str(today),
        order="-ends_at",
    )
