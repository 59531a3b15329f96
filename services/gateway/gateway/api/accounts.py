"""Partners, sellers, their customers together, and their logins."""

from gateway.api.doors import Doors
from gateway.clients import AccountsClient
from lineup.context import PARTNERS, SELLERS, SELLERS_AND_SUPPORT

doors = Doors("accounts", "Partners, resellers and dealers.", AccountsClient)

ACCOUNT = "/accounts/<uuid:account_id>"

doors.ask("GET /accounts", "list_accounts", SELLERS_AND_SUPPORT)
doors.ask("POST /accounts", "create_account", PARTNERS)
doors.ask(f"GET {ACCOUNT}", "get_account", SELLERS_AND_SUPPORT)
doors.change(ACCOUNT, "update_account", SELLERS)
doors.ask(f"DELETE {ACCOUNT}", "delete_account", PARTNERS, 202)
doors.ask(f"PUT {ACCOUNT}/state", "set_account_state", PARTNERS)
doors.ask(
    f"GET {ACCOUNT}/counts",
    "count_account",
    SELLERS_AND_SUPPORT,
    name="count_account_customers",
)
doors.ask(f"POST {ACCOUNT}/moves", "move_customers", PARTNERS, 202)
doors.ask("PUT /customers/<uuid:customer_id>/seller", "move_customer", PARTNERS)
doors.ask("GET /account-jobs", "list_account_jobs", SELLERS_AND_SUPPORT)
doors.ask("GET /account-jobs/<uuid:job_id>", "get_account_job", SELLERS_AND_SUPPORT)
doors.ask(f"GET {ACCOUNT}/logins", "list_logins", SELLERS)
doors.ask(f"POST {ACCOUNT}/logins", "create_staff", SELLERS, name="create_login")
doors.ask(
    "PUT /logins/<uuid:login_id>/state", "set_login_state", SELLERS, has_tag=False
)
doors.ask(
    "PUT /logins/<uuid:login_id>/password",
    "reset_password",
    SELLERS,
    name="set_login_password",
    has_tag=False,
)
