"""The page everybody but customers lands on."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from gateway.admin.dashboard.cards import cards, headlines
from gateway.admin.dashboard.health import health_of
from gateway.admin.dashboard.links import link
from gateway.admin.dashboard.questions import Parts, parts_for
from gateway.admin.dashboard.sales import picture_of
from gateway.admin.dashboard.steps import steps_of
from gateway.admin.dashboard.trend import trend_of
from gateway.admin.dashboard.worklists import worklists
from gateway.app_context import app_context
from gateway.asking import actor
from gateway.panel.guard import page_for
from gateway.panel.parts import Part
from lineup.context import OPERATORS, PARTNERS, SELLERS, SELLERS_AND_SUPPORT, Role

pages = Blueprint("dashboard_pages", __name__)

HIDDEN = "steps"
"""The cookie that says that the first steps were put away."""
YEAR_SECONDS = 365 * 86_400

AWAY = Part[Any](None)
HEADED = {
    "partners": "Partners",
    "customers": "Customers",
    "subscriptions": "Subscriptions",
    "lapsed": "Lapsed subscriptions",
}
"""The parts whose figures stand at the head of the page."""


@pages.get("/dashboard")
@page_for(SELLERS_AND_SUPPORT)
def dashboard() -> str:
    """What needs somebody today."""
    parts = parts_for(actor().role)
    return render_template(
        "admin/dashboard/dashboard.html",
        parts=parts,
        headlines=headlines(parts),
        cards=cards(parts),
        away_parts=[what for name, what in HEADED.items() if is_away(parts, name)],
        worklists=worklists(parts),
        sales=picture_of(found) if (found := _value(parts, "sales")) else None,
        trend=trend_of(found) if (found := _value(parts, "subscriptions")) else None,
        steps=[] if request.cookies.get(HIDDEN) else steps_of(parts),
        begins=nothing_yet(parts),
        first_act=first_act(),
        health=health_of(parts) if actor().role is Role.OPERATOR else [],
    )


@pages.post("/dashboard/steps/hide")
@page_for(PARTNERS)
def hide_steps() -> Answer:
    """Put the first steps away, in this browser."""
    answer = make_response(redirect(url_for("dashboard_pages.dashboard")))
    answer.set_cookie(
        HIDDEN,
        "hidden",
        max_age=YEAR_SECONDS,
        secure=app_context().settings.is_https,
        httponly=True,
        samesite="Lax",
    )
    return answer


def is_away(parts: Parts, name: str) -> bool:
    """Whether the dashboard has a part that did not answer."""
    return name in parts and parts[name].is_away


def nothing_yet(parts: Parts) -> bool:
    """Whether there is nobody to count: a page of zeros gives way to first steps."""
    customers, figures = _value(parts, "customers"), _value(parts, "subscriptions")
    return bool(customers and figures and not customers.total and not figures.running)


def first_act() -> tuple[str, str] | None:
    """What begins the work where there is nobody yet: words, and the page of it."""
    acts = (
        ("Make your first sale", link("sell_pages.sell")),
        ("Create your first customer", link("customers_pages.new_customer")),
    )
    is_seller = actor().role in SELLERS - OPERATORS
    return next((act for act in acts if act[1]), None) if is_seller else None


def _value(parts: Parts, name: str) -> Any:
    return parts.get(name, AWAY).value
