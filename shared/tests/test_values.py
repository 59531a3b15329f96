"""Money, time, secrets, settings, scope, refusals: the ground's values."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineup import errors
from lineup.clock import SetClock, ShiftedClock, SystemClock, clock_for
from lineup.context import Actor, Context, Role
from lineup.errors import Conflict, Invalid, NotFound, Refusal, from_wire, to_wire
from lineup.ids import event_id, new_id
from lineup.logs import hide_secrets
from lineup.money import BadAmount, CurrencyMismatch, Money
from lineup.scope import below, covers, partner_of
from lineup.secrets import Keyring, make_key
from lineup.settings import MissingSetting, ServiceSettings, read


class TestMoney:
    def test_text_becomes_minor_units_of_the_currency(self):
        assert Money.of("14.99 EUR") == Money(1499, "EUR")
        assert Money.of("1500 JPY") == Money(1500, "JPY")
        assert Money.of("1.234 KWD") == Money(1234, "KWD")
        assert Money.of("3 CREDIT") == Money(3, "CREDIT")

    @pytest.mark.feature("WL-06")
    @pytest.mark.parametrize(
        "text",
        [
            "1.001",
            "x",
            "NaN",
            "Infinity",
            "",
            "1e3",
            "+1",
            " 1",
            "1_000",
            "\u0661\u0660.00",
            "\uff11",
            "9" * 19,
            "9" * 5000,
            "1." + "0" * 5000,
        ],
        ids=lambda text: repr(text[:12]),
    )
    def test_what_is_no_amount_is_refused_never_rounded(self, text):
        with pytest.raises(BadAmount):
            Money.parse(text, "EUR")

    def test_currencies_do_not_mix(self):
        for mixed in (
            lambda: Money.of("1 EUR") + Money.of("1 USD"),
            lambda: Money.of("1 EUR") - Money.of("1 USD"),
            lambda: Money.of("1 EUR") < Money.of("1 USD"),
        ):
            with pytest.raises(CurrencyMismatch):
                mixed()

    @given(
        st.integers(-(2**63), 2**63 - 1),
        st.sampled_from(["EUR", "JPY", "KWD", "CREDIT"]),
    )
    def test_what_is_written_reads_back(self, minor, asset):
        money = Money(minor, asset)

        assert Money.of(str(money)) == money

    @pytest.mark.feature("WL-06")
    @given(
        st.integers(min_value=0, max_value=10**12),
        st.integers(min_value=0, max_value=10**6),
        st.integers(min_value=1, max_value=10**6),
    )
    def test_a_share_and_the_rest_are_never_more_than_the_whole(self, minor, part, of):
        part, of = timedelta(seconds=min(part, of)), timedelta(seconds=of)
        money = Money(minor, "EUR")

        share, rest = money.share(part, of=of), money.share(of - part, of=of)

        assert Money.zero("EUR") <= share <= money
        assert share + rest <= money
        assert money.amount_minor - (share + rest).amount_minor <= 1

    def test_signs_and_truth(self):
        assert -Money.of("1 EUR") == Money(-100, "EUR")
        assert Money.of("1.50 EUR") * 3 == Money.of("4.50 EUR")
        assert not Money.zero("EUR")


class TestClock:
    def test_the_machine_tells_utc(self):
        assert SystemClock().now().tzinfo is UTC

    def test_a_file_moves_a_running_service(self, tmp_path):
        offset = tmp_path / "offset"
        clock = clock_for(str(offset))
        assert isinstance(clock, ShiftedClock)
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)

        offset.write_text("86400")

        assert clock.now() - datetime.now(UTC) > timedelta(hours=23)

    def test_a_set_clock_stands_until_moved(self):
        clock = SetClock(datetime(2026, 1, 1, tzinfo=UTC))
        clock.forward(days=14, hours=1)

        assert clock.now() == datetime(2026, 1, 15, 1, tzinfo=UTC)

    def test_without_a_file_it_is_the_machine_s(self):
        assert isinstance(clock_for(""), SystemClock)


class TestSecrets:
    def test_what_is_sealed_opens_again(self):
        ring = Keyring([make_key()])
        sealed = ring.seal("hunter2")

        assert "hunter2" not in sealed
        assert ring.open(sealed) == "hunter2"

    @pytest.mark.feature("OP-12")
    def test_keys_rotate_without_a_stop(self):
        old, new = make_key(), make_key()
        sealed = Keyring([old]).seal("x")
        both = Keyring.of(f"{new}, {old}")

        renewed = both.renew(sealed)

        assert both.open(sealed) == "x"
        assert Keyring([new]).open(renewed) == "x"
        with pytest.raises(ValueError, match="No key"):
            Keyring([new]).open(sealed)

    def test_no_key_is_no_keyring(self):
        with pytest.raises(ValueError, match="LINEUP_SECRET_KEYS"):
            Keyring.of("")

    def test_logs_hide_what_their_names_tell_of(self):
        event = {"event": "x", "password": "p", "nested": {"api_key": "k", "n": 1}}

        assert hide_secrets(None, "", event) == {
            "event": "x",
            "password": "***",
            "nested": {"api_key": "***", "n": 1},
        }


NEEDED = {"AMQP_URI": "a", "DATABASE_URI": "d", "LINEUP_SECRET_KEYS": "k"}


class TestSettings:
    @dataclass(frozen=True, kw_only=True)
    class Sample(ServiceSettings):
        webhook_port: int = 8081
        strict: bool = False

    def test_names_and_types_follow_the_fields(self):
        environment = {**NEEDED, "WEBHOOK_PORT": "9000", "STRICT": "true"}

        settings = read(self.Sample, environment)

        assert (settings.amqp_uri, settings.webhook_port) == ("a", 9000)
        assert settings.strict is True

    def test_everything_missing_is_named_at_once(self):
        with pytest.raises(MissingSetting) as missing:
            read(self.Sample, {"AMQP_URI": "a"})

        assert "DATABASE_URI" in str(missing.value)
        assert "LINEUP_SECRET_KEYS" in str(missing.value)

    def test_pauses_between_tries_are_read_in_seconds(self):
        settings = read(self.Sample, {**NEEDED, "EVENT_RETRY_SECONDS": "0.5,3"})

        assert settings.event_retry_delays() == [500, 3000]


class TestScope:
    PARTNER = UUID(int=1)

    def test_a_login_sees_its_own_part_of_the_tree_only(self):
        partner = below("/", self.PARTNER)
        seller = below(partner, UUID(int=2))
        neighbour = below(partner, UUID(int=3))
        actor = Actor(role=Role.RESELLER, scopes=(seller,))

        assert covers(actor, seller)
        assert covers(actor, below(seller, UUID(int=4)))
        assert not covers(actor, neighbour)
        assert not covers(actor, partner)

    def test_no_scope_sees_nothing(self):
        assert not covers(Actor(role=Role.CUSTOMER, scopes=()), "/")

    def test_the_partner_is_the_first_step(self):
        assert partner_of(below(below("/", self.PARTNER), UUID(int=2))) == self.PARTNER
        assert partner_of("/") is None


class TestRefusals:
    @pytest.mark.parametrize("kind", errors.KINDS.values(), ids=errors.KINDS)
    def test_each_kind_travels_as_itself(self, kind):
        class Special(kind):
            """It is special."""

            code = "special"

        sent = Special(fields={"a": ["b"]}, details={"n": 1})

        arrived = from_wire(to_wire(sent))

        assert type(arrived) is kind
        assert to_wire(arrived) == to_wire(sent)
        assert arrived.message == "It is special."

    def test_a_kind_from_tomorrow_is_still_a_refusal(self):
        arrived = from_wire({"kind": "new", "code": "c", "message": "m"})

        assert isinstance(arrived, Refusal)
        assert arrived.code == "c"

    def test_kinds_have_their_http_status(self):
        statuses = [NotFound.status, Conflict.status, Invalid.status]

        assert statuses == [404, 409, 422]


class TestContextAndIds:
    def test_a_context_travels_whole(self):
        actor = Actor(role=Role.DEALER, scopes=("/a/",), login_id=new_id(), name="Ö")
        sent = Context(actor=actor, idempotency_key="k", deadline_at=datetime.now(UTC))

        assert Context.from_wire(sent.to_wire()) == sent

    def test_ids_rise_with_time(self):
        ids = [new_id() for _ in range(100)]

        assert sorted(ids) == ids
        assert ids[0].version == 7

    def test_the_same_version_of_an_aggregate_is_the_same_event(self):
        user = new_id()

        assert event_id("user_changed", user, 1) == event_id("user_changed", user, 1)
        assert event_id("user_changed", user, 1) != event_id("user_changed", user, 2)
        assert event_id("user_changed", user, 1) != event_id("login_changed", user, 1)
