import pytest

from accounts.service import AccountsService
from lineup.bus import doors
from lineup.bus.calls import let_in
from lineup.bus.door import Kind
from lineup.context import Actor, Context, Role
from lineup.errors import Forbidden, Unauthenticated

EVERYBODY = "operator support partner staff reseller dealer customer"
STAFF = "operator support partner staff reseller dealer"
SELLERS = "operator partner staff reseller dealer"

PARTNERS = "operator partner staff"

ALLOWED = {
    "add_device": f"{SELLERS} customer",
    "change_device": f"{SELLERS} customer",
    "count_customers": STAFF,
    "change_password": EVERYBODY,
    "count_account": STAFF,
    "delete_account": PARTNERS,
    "end_session": EVERYBODY,
    "enter_account": SELLERS,
    "get_account_job": STAFF,
    "list_account_jobs": STAFF,
    "list_logins": SELLERS,
    "list_sessions": EVERYBODY,
    "move_customer": PARTNERS,
    "move_customers": PARTNERS,
    "reset_password": SELLERS,
    "set_login_state": SELLERS,
    "set_time_zone": "customer",
    "update_account": SELLERS,
    "create_account": "operator partner staff",
    "create_customer": SELLERS,
    "create_group": SELLERS,
    "create_staff": SELLERS,
    "create_user": f"{SELLERS} customer",
    "delete_customer": SELLERS,
    "delete_group": SELLERS,
    "delete_user": f"{SELLERS} customer",
    "get_account": STAFF,
    "get_customer": EVERYBODY,
    "get_device": EVERYBODY,
    "get_group": STAFF,
    "get_player_settings": f"{SELLERS} customer",
    "get_user": EVERYBODY,
    "list_accounts": STAFF,
    "list_customers": STAFF,
    "list_devices": EVERYBODY,
    "list_groups": STAFF,
    "list_users": EVERYBODY,
    "remove_device": f"{SELLERS} customer",
    "rename_group": SELLERS,
    "rename_user": f"{SELLERS} customer",
    "resync": "operator",
    "set_account_state": "operator partner staff",
    "switch_customer": SELLERS,
    "update_customer": f"{SELLERS} customer",
}
BEFORE_SIGN_IN = {"sign_in", "identify", "sign_out", "find_company"}
DOORS = {door.name: door for door in doors(AccountsService) if door.kind is Kind.RPC}


def test_every_door_has_a_row():
    assert DOORS.keys() == ALLOWED.keys() | BEFORE_SIGN_IN


@pytest.mark.feature("AH-02")
@pytest.mark.parametrize("name", ALLOWED)
@pytest.mark.parametrize("role", EVERYBODY.split())
def test_a_role_is_let_in_where_the_table_says(name, role):
    context = Context(actor=Actor(role=Role(role), scopes=("/",)))
    if role in ALLOWED[name].split():
        let_in(DOORS[name], context)
    else:
        with pytest.raises(Forbidden):
            let_in(DOORS[name], context)


@pytest.mark.parametrize("name", [*ALLOWED, *BEFORE_SIGN_IN])
def test_nobody_is_let_in_before_sign_in_but_to_sign_in(name):
    if name in BEFORE_SIGN_IN:
        let_in(DOORS[name], Context())
    else:
        with pytest.raises(Unauthenticated):
            let_in(DOORS[name], Context())
