"""The page everybody but customers lands on."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from gateway.admin.dashboard.cards import cards, headlines
from gateway.admin.dashboard.health import health_of
from gateway.admin.dashboard.links import link
from gateway.admin.dashboard.queries import Results, results_for
from gateway.admin.dashboard.sales import picture_of
from gateway.admin.dashboard.steps import steps_of
from gateway.admin.dashboard.trend import trend_of
from gateway.admin.dashboard.worklists import worklists
from gateway.app_context import app_context
from gateway.panel.guard import page_for
from gateway.panel.optional_results import OptionalResult
from gateway.request_context import actor
from lineup.context import OPERATORS, PARTNERS, SELLERS, SELLERS_AND_SUPPORT, Role

pages = Blueprint("dashboard_pages", __name__)

HIDDEN = "steps"
"""The cookie that says that the first steps were put away."""
YEAR_SECONDS = 365 * 86_400

AWAY = OptionalResult[Any](None)
HEADED = {
    "partners": "Partners",
    "customers": "Customers",
    "subscriptions": "Subscriptions",
    "lapsed": "Lapsed subscriptions",
    "credits": "Credits",
}
"""The parts whose figures stand at the head of the page."""


@pages.get("/dashboard")
@page_for(SELLERS_AND_SUPPORT)
def dashboard() -> str:
    """What needs somebody today."""
    results = results_for(actor().role)
    return render_template(
        "admin/dashboard/dashboard.html",
        parts=results,
        headlines=headlines(results),
        cards=cards(results),
        away_parts=[what for name, what in HEADED.items() if is_away(results, name)],
        worklists=worklists(results),
        sales=picture_of(found) if (found := _value(results, "sales")) else None,
        trend=trend_of(found) if (found := _value(results, "subscriptions")) else None,
        steps=[] if request.cookies.get(HIDDEN) else steps_of(results),
        begins=nothing_yet(results),
        first_act=first_action(),
        health=health_of(results) if actor().role is Role.OPERATOR else [],
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


def is_away(results: Results, name: str) -> bool:
    """Whether the dashboard has a part that did not answer."""
    return name in results and results[name].is_away


def nothing_yet(results: Results) -> bool:
    """Whether there is nobody to count: a page of zeros gives way to first steps."""
    customers, statistics = (
        _value(results, "customers"),
        _value(results, "subscriptions"),
    )
    return bool(
        customers and statistics and not customers.total and not statistics.running
    )


def first_action() -> tuple[str, str] | None:
    """What begins the work where there is nobody yet: words, and the page of it."""
    acts = (
        ("Make your first sale", link("sell_pages.sell")),
        ("Create your first customer", link("customers_pages.new_customer")),
    )
    is_seller = actor().role in SELLERS - OPERATORS
    return next((act for act in acts if act[1]), None) if is_seller else None


def _value(results: Results, name: str) -> Any:
    return results.get(name, AWAY).value
