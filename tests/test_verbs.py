"""Who may ask what, of every verb that the services declare."""

import pytest

from lineup.bus.calls import authorize
from lineup.bus.endpoints import Endpoint, EndpointKind
from lineup.context import Actor, Context, Role
from lineup.errors import Forbidden, Unauthenticated
from lineup.verbs import verbs_of

SERVICES = ("accounts", "billing", "playlists", "notifications")
VERBS = {
    f"{service}.{verb.name}": verb for service in SERVICES for verb in verbs_of(service)
}
BEFORE_SIGN_IN = {
    "accounts.find_company",
    "accounts.identify",
    "accounts.request_password_reset",
    "accounts.set_password_by_link",
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


def test_what_customers_and_sellers_may_not_ask_is_not_theirs():
    staff_only = {
        name
        for name in VERBS
        if name.startswith("playlists.") and "_audit_" not in name
    }
    for name in staff_only:
        assert Role.CUSTOMER not in VERBS[name].allowed, name
