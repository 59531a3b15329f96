"""Who may ask what, of every verb that the services declare."""

import importlib
from dataclasses import fields
from itertools import product

import pytest

from lineup.access import MEANING, PermissionMissing
from lineup.bus.calls import authorize
from lineup.bus.endpoints import Endpoint, EndpointKind
from lineup.context import Actor, Context, Permission, Role
from lineup.errors import Forbidden, Unauthenticated
from lineup.ids import new_id
from lineup.impersonation import NotWhileImpersonating
from lineup.verbs import HANDLERS, Kind, verbs_of

SERVICES = ("accounts", "billing", "playlists", "notifications")
VERBS = {
    f"{service}.{verb.name}": verb for service in SERVICES for verb in verbs_of(service)
}
BEFORE_SIGN_IN = {
    "accounts.find_company",
    "accounts.identify",
    "accounts.request_password_reset",
    "accounts.set_password_by_link",
    "accounts.list_offered_packages",
    "accounts.register_partner",
    "accounts.sign_in",
    "accounts.sign_out",
}


def endpoint(name):
    return Endpoint(name=name, kind=EndpointKind.RPC, access=VERBS[name].access)


@pytest.mark.feature("AH-02")
@pytest.mark.parametrize("name", VERBS)
def test_those_who_are_named_are_let_in_and_nobody_else(name):
    for role in Role:
        context = Context(actor=Actor(role=role, scopes=("/",)))
        if name in BEFORE_SIGN_IN or role in VERBS[name].allowed:
            authorize(endpoint(name), context)
        else:
            with pytest.raises(Forbidden):
                authorize(endpoint(name), context)


@pytest.mark.parametrize("name", VERBS)
def test_nobody_is_let_in_before_sign_in_but_to_sign_in(name):
    if name in BEFORE_SIGN_IN:
        authorize(endpoint(name), Context())
    else:
        with pytest.raises(Unauthenticated):
            authorize(endpoint(name), Context())


OF_ONES_OWN = {
    "accounts.change_password",
    "accounts.confirm_sign_in",
    "accounts.create_api_key",
    "accounts.disable_second_factor",
    "accounts.enable_second_factor",
    "accounts.end_session",
    "accounts.renew_recovery_codes",
    "accounts.revoke_api_key",
    "accounts.rotate_api_key",
    "accounts.update_api_key",
}
"""What a login may do about itself, whatever else it may; of others, operations look."""
OWNERS_ONLY = {
    "accounts.create_permission_set",
    "accounts.delete_permission_set",
    "accounts.require_second_factor",
    "accounts.update_permission_set",
}
"""Not for staff at all: nobody widens what they may do."""


@pytest.mark.feature("AH-31")
@pytest.mark.parametrize("name", VERBS)
def test_each_role_with_each_permission_is_let_in_or_refused_by_the_declaration(name):
    verb = VERBS[name]
    for role, given in product(verb.allowed, Permission):
        actor = Actor(role=role, scopes=("/",), permissions=(given,))
        if verb.access.needs in {None, given}:
            authorize(endpoint(name), Context(actor=actor))
            continue
        with pytest.raises(PermissionMissing) as refusal:
            authorize(endpoint(name), Context(actor=actor))
        assert refusal.value.details == {"permission": verb.access.needs.value}


BY_LIMITED_KEYS = {"accounts.revoke_api_key", "accounts.rotate_api_key"}
"""What a key may do with itself; of others, operations look."""


@pytest.mark.feature("AP-01")
@pytest.mark.parametrize("name", VERBS)
def test_an_api_key_without_permissions_only_looks(name):
    verb = VERBS[name]
    may_ask = verb.kind is Kind.READ and verb.access.needs is None
    for role in verb.allowed:
        actor = Actor(role=role, scopes=("/",), permissions=(), key_id=new_id())
        if may_ask or name in BY_LIMITED_KEYS:
            authorize(endpoint(name), Context(actor=actor))
            continue
        with pytest.raises(PermissionMissing):
            authorize(endpoint(name), Context(actor=actor))


@pytest.mark.feature("AH-31")
def test_nothing_that_staff_can_change_goes_without_a_permission():
    without = {
        name
        for name, verb in VERBS.items()
        if verb.kind is Kind.WRITE and Role.STAFF in verb.allowed
        if verb.access.needs is None
    }
    assert without == OF_ONES_OWN
    for name in OWNERS_ONLY:
        assert Role.STAFF not in VERBS[name].allowed


IN_OWN_NAME = {
    "accounts.change_password",
    "accounts.change_player_login",
    "accounts.choose_package",
    "accounts.create_api_key",
    "accounts.create_permission_set",
    "accounts.create_staff",
    "accounts.create_support_grant",
    "accounts.delete_partner",
    "accounts.delete_permission_set",
    "accounts.disable_second_factor",
    "accounts.enable_second_factor",
    "accounts.end_support_grant",
    "accounts.enter_account",
    "accounts.promote_customer",
    "accounts.remove_second_factor",
    "accounts.renew_recovery_codes",
    "accounts.replace_player_password",
    "accounts.require_second_factor",
    "accounts.reset_password",
    "accounts.revoke_api_key",
    "accounts.rotate_api_key",
    "accounts.send_reset_link",
    "accounts.set_login_state",
    "accounts.update_account_access",
    "accounts.update_api_key",
    "accounts.update_login",
    "accounts.update_permission_set",
    "billing.adjust_credits",
    "billing.correct_booking",
    "billing.pay_out",
}
"""What nobody does while logged in as another: passwords, logins and what they may do,
money that goes out. A forced deletion is looked at by its operation."""
MAKES_A_LOGIN = {"accounts.create_account", "accounts.create_customer"}
"""They give nobody who is there another password."""
OF_SHOPS_AND_MAIL = ("billing.", "playlists.", "notifications.")
"""Where secrets are other systems', not what somebody signs in with."""
PASSWORDS = {"password", "new_password", "old_password", "login"}


@pytest.mark.feature("AH-28")
@pytest.mark.parametrize("name", sorted(VERBS.keys() - BEFORE_SIGN_IN))
def test_who_is_logged_in_as_another_touches_no_password_and_pays_nothing_out(name):
    for role in VERBS[name].allowed:
        actor = Actor(role=role, scopes=("/",), on_behalf_of="root")
        if name in IN_OWN_NAME:
            with pytest.raises(NotWhileImpersonating):
                authorize(endpoint(name), Context(actor=actor))
        else:
            authorize(endpoint(name), Context(actor=actor))


@pytest.mark.feature("AH-28")
def test_what_takes_a_password_or_manages_logins_is_done_in_ones_own_name():
    of_logins = {
        name
        for name, verb in VERBS.items()
        if verb.kind is Kind.WRITE and not name.startswith(OF_SHOPS_AND_MAIL)
        if verb.access.needs in {Permission.LOGINS, Permission.LOGIN_AS}
        or PASSWORDS & {one.name for one in fields(verb.request)}
    }
    assert of_logins - BEFORE_SIGN_IN - MAKES_A_LOGIN <= IN_OWN_NAME
    assert len(of_logins) > 10


@pytest.mark.feature("AH-31")
def test_every_permission_is_needed_somewhere_and_said_in_words():
    asked = {verb.access.needs for verb in VERBS.values()} - {None}
    assert asked | {Permission.FORCE, Permission.SHORTEN} == set(Permission)
    assert set(MEANING) == set(Permission)


def test_what_customers_and_sellers_may_not_ask_is_not_theirs():
    staff_only = {
        name
        for name in VERBS
        if name.startswith("playlists.") and "_audit_" not in name
    }
    for name in staff_only:
        assert Role.CUSTOMER not in VERBS[name].allowed, name


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_compared_with_a_tag_says_what_it_changes(service):
    importlib.import_module(f"{service}.service")
    compared = [
        handler
        for handler in HANDLERS.values()
        if handler.verb.service == service and (route := handler.verb.route)
        if route.has_tag and route.address.startswith(("PATCH", "PUT", "DELETE"))
    ]

    assert compared
    assert [one.verb.name for one in compared if one.changes is None] == []
