"""Partners, sellers and their logins."""

from gateway.api.doors import Doors
from gateway.clients import AccountsClient
from lineup.context import PARTNERS, SELLERS, STAFF_AND_SUPPORT

doors = Doors("accounts", "Partners, resellers and dealers.", AccountsClient)

doors.ask("GET /accounts", "list_accounts", STAFF_AND_SUPPORT)
doors.ask("POST /accounts", "create_account", PARTNERS)
doors.ask("GET /accounts/<uuid:account_id>", "get_account", STAFF_AND_SUPPORT)
doors.ask(
    "PUT /accounts/<uuid:account_id>/status",
    "set_account_status",
    PARTNERS,
)
doors.ask("POST /accounts/<uuid:account_id>/logins", "create_staff", SELLERS)
