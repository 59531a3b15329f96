"""The second factor: a password alone is not enough, and no code is good twice."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import text

from accounts.logins.identity import identify
from accounts.logins.limits import SignInLimits, TooManyTries
from accounts.logins.passwords import is_right
from accounts.logins.second_factor import key_of, step_of
from accounts.logins.sign_in import confirm_sign_in, sign_in
from accounts.sellers.operations import create_staff
from accounts.staff.api_keys import new_key
from accounts.staff.logins import get_login
from accounts.staff.second_factor import (
    disable,
    enable,
    get_second_factor,
    remove,
    renew_codes,
    require,
)
from lineup.access import (
    AccessRule,
    SecondFactorRequired,
    SecondFactorSetupRequired,
)
from lineup.context import EVERYBODY, NOBODY, Pending, Role
from lineup.contracts.accounts.api_keys import CreateApiKey
from lineup.contracts.accounts.logins import CreateStaff, GetLogin
from lineup.contracts.accounts.refusals import (
    CodeWrong,
    LoginNotFound,
    NotSignedIn,
    PasswordWrong,
    SecondFactorOff,
    SecondFactorOn,
)
from lineup.contracts.accounts.second_factor import (
    ConfirmSignIn,
    DisableSecondFactor,
    EnableSecondFactor,
    GetSecondFactor,
    RemoveSecondFactor,
    RenewRecoveryCodes,
    RequireSecondFactor,
)
from lineup.contracts.accounts.sessions import ChangePassword, Identify, SignIn
from lineup.contracts.accounts.tree import LoginDetails
from lineup.errors import Invalid
from lineup.verbs import verb_of

from .conftest import KEYRING, PASSWORD, call

pytestmark = pytest.mark.feature("AH-33")
SECRET = base64.b32encode(b"12345678901234567890").decode()
CHECKS = {"is_right": is_right, "keyring": KEYRING}
LIMITS = SignInLimits.of(tries=3, longest_pause_seconds=60)


@pytest.fixture
def enter(database):
    def enter(username="north", **options):
        request = SignIn(username=username, password=PASSWORD, **options)
        return sign_in(database, call(request, NOBODY), limits=LIMITS, **CHECKS)

    return enter


@pytest.fixture
def who(ask):
    return lambda token: ask(NOBODY, identify, Identify(token=token))


@pytest.fixture
def code(clock):
    """What the app shows now, or so many seconds from now."""

    def code(seconds=0):
        at = clock.now().timestamp() + seconds
        return TOTP(key_of(SECRET), 6, SHA1(), 30).generate(at).decode()

    return code


@pytest.fixture
def confirm(database, who):
    def confirm(token, code):
        request = ConfirmSignIn(token=token, code=code)
        asked = call(request, who(token))
        confirm_sign_in(database, asked, keyring=KEYRING, limits=LIMITS)
        return who(token)

    return confirm


@pytest.fixture
def set_up(database, enter, code, clock):
    """Turn it on for a login, half a minute ago; the session and recovery codes."""

    def set_up(username="north", **options):
        signed = enter(username)
        request = EnableSecondFactor(
            **{"password": PASSWORD, "secret": KEYRING.seal(SECRET), "code": code()}
            | options,
            token=signed.token,
        )
        made = enable(database, call(request, signed.actor), **CHECKS)
        clock.forward(minutes=1)
        return signed, made.codes

    return set_up


class TestCodes:
    @pytest.mark.parametrize(
        ("seconds", "expected"),
        [
            (59, "287082"),
            (1111111109, "081804"),
            (1111111111, "050471"),
            (1234567890, "005924"),
            (2000000000, "279037"),
            (20000000000, "353130"),
        ],
    )
    def test_they_are_those_of_rfc_6238(self, seconds, expected):
        now = datetime.fromtimestamp(seconds, UTC)
        assert step_of(key_of(SECRET), expected, now) == seconds // 30

    def test_a_clock_may_be_half_a_minute_off_and_no_more(self, clock, code):
        key, now = key_of(SECRET), clock.now()
        assert [
            step_of(key, code(seconds), now) is not None
            for seconds in (-60, -30, 0, 30, 60)
        ] == [False, True, True, True, False]

    @pytest.mark.parametrize("wrong", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef"])
    def test_what_is_no_code_is_wrong(self, wrong, clock):
        assert step_of(key_of(SECRET), wrong, clock.now()) is None

    @pytest.mark.parametrize("wrong", ["", "MFRGG===", "not base32!", "A" * 200])
    def test_a_key_that_is_none_or_weak_is_refused(self, wrong):
        with pytest.raises(Invalid) as refusal:
            key_of(wrong)
        assert list(refusal.value.fields) == ["secret"]


class TestSigningIn:
    def test_a_password_alone_opens_nothing_but_the_code(
        self, tree, enter, set_up, who, confirm, code
    ):
        set_up()
        signed = enter()
        assert signed.actor.pending is Pending.SECOND_FACTOR
        for request in (ChangePassword, GetSecondFactor, DisableSecondFactor):
            with pytest.raises(SecondFactorRequired):
                verb_of(request).access.check(signed.actor)
        verb_of(ConfirmSignIn).access.check(signed.actor)
        with pytest.raises(CodeWrong):
            confirm(signed.token, "000000")
        assert who(signed.token).pending is Pending.SECOND_FACTOR
        assert confirm(signed.token, code()).pending is None
        AccessRule(allowed=EVERYBODY).check(who(signed.token))

    def test_a_session_waits_ten_minutes_for_its_code(
        self, tree, enter, set_up, who, confirm, code, clock
    ):
        set_up()
        signed, late = enter(), enter()
        clock.forward(minutes=9)
        assert who(signed.token).pending
        confirm(signed.token, code())
        clock.forward(minutes=2)
        assert who(signed.token).pending is None
        with pytest.raises(NotSignedIn):
            who(late.token)

    def test_no_code_is_good_twice(self, tree, enter, set_up, confirm, code, clock):
        set_up()
        used = code()
        confirm(enter().token, used)
        clock.forward(seconds=20)
        for again in (used, code(-30)):
            with pytest.raises(CodeWrong):
                confirm(enter().token, again)
        clock.forward(seconds=30)
        confirm(enter().token, code())

    def test_the_code_it_was_set_up_with_is_used_up(
        self, tree, enter, set_up, confirm, code
    ):
        first = code()
        set_up(code=first)
        with pytest.raises(CodeWrong):
            confirm(enter().token, first)

    def test_a_token_is_made_with_the_code_alone(self, tree, enter, set_up, code, who):
        set_up()
        with pytest.raises(SecondFactorRequired):
            enter(wants_token=True)
        with pytest.raises(CodeWrong):
            enter(wants_token=True, code="000000")
        made = enter(wants_token=True, code=code())
        assert who(made.token).pending is None

    def test_who_has_none_needs_no_code(self, tree, enter):
        assert enter(code="123456").actor.pending is None

    def test_a_recovery_code_is_good_once(self, tree, enter, set_up, confirm, ask):
        signed, codes = set_up()
        assert len(set(codes)) == 10
        confirm(enter().token, codes[3].upper())
        with pytest.raises(CodeWrong):
            confirm(enter().token, codes[3])
        confirm(enter().token, codes[4].replace("-", ""))
        view = ask(signed.actor, get_second_factor, GetSecondFactor())
        assert (view.is_on, view.recovery_codes) == (True, 8)

    def test_codes_are_slowed_down_wherever_they_come_from(
        self, tree, enter, set_up, confirm, code, clock
    ):
        set_up()
        for number in range(2):
            with pytest.raises(CodeWrong):
                confirm(enter(address=f"192.0.2.{number}").token, "000000")
        with pytest.raises(CodeWrong):
            enter(wants_token=True, code="000000", address="198.51.100.1")
        with pytest.raises(TooManyTries) as refusal:
            confirm(enter().token, code())
        assert refusal.value.details["retry_after"] > 0
        clock.forward(minutes=2)
        confirm(enter().token, code())

    def test_nobody_confirms_the_session_of_another(
        self, tree, enter, set_up, code, database
    ):
        set_up()
        signed, stranger = enter(), enter("south")
        asked = call(ConfirmSignIn(token=signed.token, code=code()), stranger.actor)
        with pytest.raises(NotSignedIn):
            confirm_sign_in(database, asked, keyring=KEYRING)

    @pytest.mark.parametrize("wants_token", [False, True])
    def test_what_waits_for_no_code_is_prolonged_by_none(
        self, tree, enter, set_up, confirm, code, clock, wants_token
    ):
        set_up()
        signed = enter(wants_token=wants_token, code=code())
        clock.forward(minutes=1)
        with pytest.raises(NotSignedIn):
            confirm(signed.token, code())

    def test_no_code_stands_in_the_log(
        self, tree, enter, set_up, confirm, code, clock, engine
    ):
        _, recovery_codes = set_up()
        confirm(enter().token, recovery_codes[0])
        enter(code=code())
        with engine.connect() as connection:
            query = "SELECT request ->> 'code' FROM audit_log WHERE request ? 'code'"
            said = connection.execute(text(query)).scalars().all()
        assert said == ["changed"] * 3


class TestEnabling:
    def test_it_takes_the_password_and_a_code(self, tree, enter, set_up):
        with pytest.raises(PasswordWrong):
            set_up(password="something else")
        with pytest.raises(CodeWrong):
            set_up(code="000000")
        assert enter().actor.pending is None

    def test_it_ends_what_the_password_alone_had_begun(
        self, tree, enter, set_up, who, ask
    ):
        before, token = enter(), enter(wants_token=True)
        key = ask(before.actor, new_key, CreateApiKey(name="Reporting"))
        signed, _ = set_up()
        for one in (before, token):
            with pytest.raises(NotSignedIn):
                who(one.token)
        assert who(signed.token).pending is None
        assert who(key.token).pending is None

    def test_it_is_on_once(self, tree, set_up):
        set_up()
        with pytest.raises(SecondFactorOn):
            set_up()

    def test_no_key_and_no_recovery_code_is_kept_as_it_is(self, tree, set_up, engine):
        _, codes = set_up()
        with engine.connect() as connection:
            row = connection.execute(text("SELECT * FROM second_factors")).one()
            logged = connection.execute(
                text("SELECT request::text || changes::text FROM audit_log")
            ).scalars()
            kept = f"{row} {' '.join(logged)}"
        assert KEYRING.open(row.secret) == SECRET
        assert SECRET not in kept
        for one in codes:
            assert one not in kept
            assert one.replace("-", "") not in kept
        assert row.recovery_digests[0] not in kept.replace(str(row), "")


class TestDisabling:
    def test_it_takes_password_and_code(self, tree, database, set_up, enter, code):
        signed, codes = set_up()

        def off(password, typed):
            request = DisableSecondFactor(password=password, code=typed)
            disable(database, call(request, signed.actor), **CHECKS)

        with pytest.raises(PasswordWrong):
            off("something else", code())
        with pytest.raises(CodeWrong):
            off(PASSWORD, "000000")
        off(PASSWORD, codes[0])
        assert enter().actor.pending is None
        with pytest.raises(SecondFactorOff):
            off(PASSWORD, code())

    def test_new_recovery_codes_replace_the_old(
        self, tree, database, set_up, enter, confirm, code
    ):
        signed, old = set_up()
        request = RenewRecoveryCodes(password=PASSWORD, code=code())
        new = renew_codes(database, call(request, signed.actor), **CHECKS).codes
        with pytest.raises(CodeWrong):
            confirm(enter().token, old[0])
        confirm(enter().token, new[0])

    def test_a_superior_takes_it_from_who_lost_it(
        self, tree, ask, database, enter, set_up, dependencies, who
    ):
        staff = LoginDetails(username="staff", password=PASSWORD)
        made = ask(
            tree.partner,
            create_staff,
            CreateStaff(
                account_id=tree.partner.account_id, role=Role.STAFF, login=staff
            ),
            dependencies=dependencies,
        )
        signed, _ = set_up("staff")
        shown = ask(tree.partner, get_login, GetLogin(login_id=made.id))
        assert shown.has_second_factor
        request = RemoveSecondFactor(login_id=made.id)
        with pytest.raises(LoginNotFound):
            ask(tree.neighbour, remove, request)
        ask(tree.partner, remove, request)
        with pytest.raises(NotSignedIn):
            who(signed.token)
        assert enter("staff").actor.pending is None
        with pytest.raises(SecondFactorOff):
            ask(tree.partner, remove, request)


class TestRequired:
    def test_who_has_none_must_set_it_up_first(self, tree, ask, enter, set_up, who):
        before = enter()
        key = ask(before.actor, new_key, CreateApiKey(name="Reporting"))
        view = ask(before.actor, require, RequireSecondFactor(is_required=True))
        assert (view.is_required, view.is_on) == (True, False)
        assert who(before.token).pending is Pending.SECOND_FACTOR_SETUP
        with pytest.raises(SecondFactorSetupRequired):
            verb_of(ChangePassword).access.check(enter().actor)
        verb_of(EnableSecondFactor).access.check(enter().actor)
        assert who(key.token).pending is None
        assert enter("stall").actor.pending is None
        signed, _ = set_up()
        assert who(signed.token).pending is None

    def test_it_is_required_of_ones_own_account_alone(self, tree, ask, enter):
        ask(enter("north").actor, require, RequireSecondFactor(is_required=True))
        assert enter("south").actor.pending is None
        assert enter("root").actor.pending is None
        ask(enter("root").actor, require, RequireSecondFactor(is_required=True))
        assert enter("root").actor.pending is Pending.SECOND_FACTOR_SETUP
