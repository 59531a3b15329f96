"""API keys: limited, shown once, replaced with an overlap; how accounts are reached."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from accounts.logins.identity import identify
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.sellers.access import get_access, update_access
from accounts.sellers.operations import create_staff
from accounts.staff.api_keys import (
    get_api_key,
    list_api_keys,
    new_key,
    renewed_key,
    revoke_api_key,
    update_api_key,
)
from accounts.staff.permissions import create_set
from accounts.tree.operations import set_account_state
from lineup.access import AddressNotAllowed, PermissionMissing, refuse_elsewhere
from lineup.context import NOBODY, Permission, Role
from lineup.contracts.accounts.api_keys import (
    CreateApiKey,
    GetAccountAccess,
    GetApiKey,
    ListApiKeys,
    RevokeApiKey,
    RotateApiKey,
    UpdateAccountAccess,
    UpdateApiKey,
)
from lineup.contracts.accounts.logins import CreateStaff
from lineup.contracts.accounts.permissions import CreatePermissionSet
from lineup.contracts.accounts.refusals import (
    AccountInactive,
    ApiDisabled,
    ApiKeyNotFound,
    MadeByKey,
    NotSignedIn,
)
from lineup.contracts.accounts.sessions import Identify, SignIn
from lineup.contracts.accounts.tree import LoginDetails, SetAccountState, Status
from lineup.errors import Forbidden, NotFound

from .conftest import KEYRING, PASSWORD, call


@pytest.fixture
def enter(database):
    def enter(username, **options):
        request = SignIn(username=username, password=PASSWORD, **options)
        return sign_in(
            database, call(request, NOBODY), is_right=is_right, keyring=KEYRING
        )

    return enter


@pytest.fixture
def who(ask):
    return lambda token: ask(NOBODY, identify, Identify(token=token))


@pytest.fixture
def make_key(ask, tree, enter):
    """`make_key(name=…)` makes one of the partner's login."""

    def make(actor=None, **limits):
        request = CreateApiKey(**({"name": "Webshop"} | limits))
        return ask(actor or enter("north").actor, new_key, request)

    return make


@pytest.mark.feature("AP-01")
class TestKeys:
    def test_a_key_acts_as_its_login_within_its_limits(self, who, make_key):
        made = make_key(permissions=[Permission.SELL], networks=["192.0.2.0/24"])
        actor = who(made.token)
        assert (actor.name, actor.role) == ("north", Role.PARTNER)
        assert actor.permissions == (Permission.SELL,)
        refuse_elsewhere(actor, "192.0.2.7")
        refuse_elsewhere(actor, "::ffff:192.0.2.7")
        for address in ("192.0.3.1", "2001:db8::1", ""):
            with pytest.raises(AddressNotAllowed):
                refuse_elsewhere(actor, address)

    def test_one_without_permissions_only_looks(self, who, make_key):
        assert who(make_key(permissions=[]).token).permissions == ()
        assert who(make_key().token).permissions is None

    def test_it_may_never_more_than_its_login(
        self, ask, tree, enter, who, make_key, dependencies
    ):
        wanted = CreatePermissionSet(name="Desk", permissions=[Permission.SELL])
        desk = ask(tree.partner, create_set, wanted)
        staff = CreateStaff(
            account_id=tree.partner.account_id,
            role=Role.STAFF,
            login=LoginDetails(username="helper", password=PASSWORD),
            permission_set_id=desk.id,
        )
        ask(tree.partner, create_staff, staff, dependencies=dependencies)
        helper = enter("helper").actor
        assert who(make_key(helper).token).permissions == (Permission.SELL,)
        with pytest.raises(PermissionMissing):
            make_key(helper, permissions=[Permission.REFUND])

    def test_a_key_makes_no_keys(self, ask, who, make_key):
        made = make_key()
        other = make_key(name="Other")
        with pytest.raises(MadeByKey):
            make_key(who(made.token))
        with pytest.raises(MadeByKey):
            ask(who(made.token), revoke_api_key, RevokeApiKey(key_id=other.key.id))

    def test_its_name_limits_and_end_are_changed_and_its_text_stays(
        self, ask, clock, enter, who, make_key
    ):
        north = enter("north").actor
        made = make_key(north, permissions=[Permission.SELL], days=5)
        change = UpdateApiKey(
            key_id=made.key.id,
            name="Reporting",
            permissions=[],
            networks=["192.0.2.0/24"],
            days=2,
        )
        ask(north, update_api_key, change)
        shown = ask(north, get_api_key, GetApiKey(key_id=made.key.id))
        assert (shown.name, shown.permissions) == ("Reporting", [])
        actor = who(made.token)
        assert (actor.permissions, actor.networks) == ((), ("192.0.2.0/24",))
        ask(north, update_api_key, UpdateApiKey(key_id=made.key.id, permissions=None))
        assert who(made.token).permissions is None
        assert who(made.token).networks == ("192.0.2.0/24",)
        clock.forward(days=2)
        with pytest.raises(NotSignedIn):
            who(made.token)

    def test_nobody_widens_a_key_beyond_themselves_nor_a_key_itself(
        self, ask, enter, who, make_key
    ):
        north = enter("north").actor
        made = make_key(north, permissions=[Permission.SELL])
        wider = UpdateApiKey(key_id=made.key.id, permissions=[Permission.REFUND])
        with pytest.raises(MadeByKey):
            ask(who(made.token), update_api_key, wider)
        narrow = replace(north, permissions=(Permission.SELL,))
        with pytest.raises(PermissionMissing):
            ask(narrow, update_api_key, wider)
        with pytest.raises(ApiKeyNotFound):
            ask(enter("south").actor, update_api_key, wider)
        with pytest.raises(ApiKeyNotFound):
            ask(enter("south").actor, get_api_key, GetApiKey(key_id=made.key.id))

    def test_its_text_is_kept_nowhere(self, engine, make_key):
        token = make_key().token
        with engine.connect() as connection:
            for table in ("sessions", "outbox", "audit_log", "inbox"):
                rows = connection.execute(text(f"SELECT * FROM {table}")).all()
                assert token not in str(rows), table

    def test_it_is_listed_with_its_last_use_and_ends(
        self, ask, clock, enter, who, make_key
    ):
        north = enter("north").actor
        made = make_key(north, days=1)
        [listed] = ask(north, list_api_keys, ListApiKeys()).items
        assert (listed.name, listed.used_at) == ("Webshop", None)
        who(made.token)
        [listed] = ask(north, list_api_keys, ListApiKeys()).items
        assert listed.used_at == clock.now()
        clock.forward(days=1)
        with pytest.raises(NotSignedIn):
            who(made.token)
        assert ask(north, list_api_keys, ListApiKeys()).items == []

    @pytest.mark.feature("AH-39")
    def test_a_rotated_one_overlaps_and_then_is_over(
        self, ask, clock, enter, who, make_key
    ):
        north = enter("north").actor
        old = make_key(north, permissions=[Permission.SELL])
        request = RotateApiKey(key_id=old.key.id, overlap_hours=2)
        new = ask(north, renewed_key, request)
        assert new.token != old.token
        assert who(new.token).permissions == who(old.token).permissions
        clock.forward(hours=2)
        with pytest.raises(NotSignedIn):
            who(old.token)
        assert who(new.token)

    def test_rotated_without_overlap_the_old_one_ends_at_once(
        self, ask, enter, who, make_key, announced
    ):
        north = enter("north").actor
        old = make_key(north)
        ask(north, renewed_key, RotateApiKey(key_id=old.key.id, overlap_hours=0))
        with pytest.raises(NotSignedIn):
            who(old.token)
        assert len(announced("session_ended")) == 1

    def test_a_revoked_one_is_out_at_once_everywhere(
        self, ask, tree, enter, who, make_key, announced
    ):
        north = enter("north").actor
        made = make_key(north)
        other = enter("south").actor
        with pytest.raises(ApiKeyNotFound):
            ask(other, revoke_api_key, RevokeApiKey(key_id=made.key.id))
        ask(north, revoke_api_key, RevokeApiKey(key_id=made.key.id))
        with pytest.raises(NotSignedIn):
            who(made.token)
        assert len(announced("session_ended")) == 1

    @pytest.mark.feature("AH-34")
    def test_a_disabled_accounts_key_is_refused(self, ask, tree, who, make_key):
        made = make_key()
        off = SetAccountState(account_id=tree.partner.account_id, state=Status.INACTIVE)
        ask(tree.operator, set_account_state, off)
        with pytest.raises(AccountInactive):
            who(made.token)


class TestAccess:
    @pytest.mark.feature("AH-35")
    def test_with_the_api_off_tokens_and_keys_are_refused_and_the_panel_works(
        self, ask, tree, enter, who, make_key
    ):
        key, token = make_key(), enter("north", wants_token=True).token
        session = enter("north").token
        off = UpdateAccountAccess(
            account_id=tree.partner.account_id, api_is_enabled=False
        )
        assert ask(tree.operator, update_access, off).api_is_enabled is False
        for refused in (key.token, token):
            with pytest.raises(ApiDisabled):
                who(refused)
        with pytest.raises(ApiDisabled):
            enter("north", wants_token=True)
        assert who(session).name == "north"
        on = UpdateAccountAccess(
            account_id=tree.partner.account_id, api_is_enabled=True
        )
        ask(tree.operator, update_access, on)
        assert who(key.token).name == "north"

    @pytest.mark.feature("AH-36")
    def test_a_sellers_panel_is_held_to_addresses(self, ask, tree, enter, who):
        token = enter("stall").token
        narrowed = UpdateAccountAccess(
            account_id=tree.dealer.account_id, networks=["198.51.100.0/24"]
        )
        ask(tree.partner, update_access, narrowed)
        actor = who(token)
        refuse_elsewhere(actor, "198.51.100.4")
        with pytest.raises(AddressNotAllowed):
            refuse_elsewhere(actor, "192.0.2.1")
        request = GetAccountAccess(account_id=tree.dealer.account_id)
        assert ask(tree.partner, get_access, request).networks == ["198.51.100.0/24"]

    def test_nobody_shuts_themselves_out_nor_a_neighbour(self, ask, tree):
        own = UpdateAccountAccess(
            account_id=tree.partner.account_id, api_is_enabled=False
        )
        with pytest.raises(Forbidden):
            ask(tree.partner, update_access, own)
        with pytest.raises(NotFound):
            ask(tree.neighbour, update_access, own)
