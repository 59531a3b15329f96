"""The search over everything."""

from gateway.api.endpoints import Endpoints
from gateway.finding import Search, SearchResults, find
from lineup.access import AccessRule
from lineup.context import SELLERS_AND_SUPPORT

endpoints = Endpoints("search", "Search customers, users, devices and orders.")


@endpoints.open(
    "GET /search", Search, SearchResults, AccessRule(allowed=SELLERS_AND_SUPPORT)
)
def search_everything(rpc_request: Search) -> SearchResults:
    """Find customers, users, devices and orders by part of a name, or exactly.

    `exact` is the one row with just this login name, mail address, MAC or number;
    `away` names what could not be asked just now.
    """
    return find(rpc_request.q)
