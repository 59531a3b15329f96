"""Renewals run on who ran before: by subscription, by shop customer, by what is had."""

import pytest

from billing.webshops.order_metadata import device_in, repeats_in, text_of, username_in

from .conftest import SHOPIFY_ID, shopify, woo, woo_line


def renewal(number, subscription="5500", **rest):
    """A renewal order as WooCommerce Subscriptions makes it."""
    note = [{"key": "_subscription_renewal", "value": subscription}]
    return woo(
        id=number,
        number=str(number),
        created_via="subscription",
        meta_data=note,
        **({"customer_id": 77} | rest),
    )


class TestMarks:
    @pytest.mark.parametrize(
        "key",
        [
            "iptv_username",
            "_iptv_username",
            "IPTV Username",
            "iptv-user",
            "Your IPTV user name",
            "_billing_iptv_username",
            "_wc_other/north-tv/iptv_username",
            "iptvLogin",
        ],
    )
    def test_a_user_is_named_under_any_spelling(self, key):
        assert username_in([("other", "x"), (key, "ana77")]) == "ana77"

    @pytest.mark.parametrize("key", ["username", "iptv_password", "iptv_username_old"])
    def test_other_notes_name_nobody(self, key):
        assert username_in([(key, "ana77")]) == ""

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (" ana77 ", "ana77"),
            (4711, "4711"),
            (4711.0, "4711"),
            (["ana77"], "ana77"),
            (["", "ana77"], "ana77"),
            (["ana77", "bob78"], "ana77, bob78"),
            ({"value": "ana77"}, "ana77"),
            ([], ""),
            (None, ""),
            (False, ""),
        ],
    )
    def test_a_note_may_be_anything(self, value, text):
        assert text_of(value) == text

    def test_the_first_that_says_something_counts(self):
        notes = [("iptv_username", ""), ("IPTV username", "ana77")]
        assert username_in(notes) == "ana77"

    @pytest.mark.parametrize("key", ["device_mac", "Device MAC", "MAC address", "_mac"])
    def test_a_device_is_named_under_any_spelling(self, key):
        assert device_in([(key, "00:1A:79:AA:BB:34")]) == "00:1A:79:AA:BB:34"

    @pytest.mark.parametrize(
        ("key", "value", "subscription"),
        [
            ("_subscription_renewal", "5500", "5500"),
            ("_subscription_renewal", 5500, "5500"),
            ("_subscription_resubscribe", "5500", "5500"),
            ("wps_sfw_renewal_order", "yes", ""),
        ],
    )
    def test_renewals_are_known_by_their_plugins_notes(self, key, value, subscription):
        repeats = repeats_in([(key, value)], customer=77)

        assert repeats.is_renewal
        assert repeats.subscription_id == subscription
        assert repeats.customer_id == "77"

    def test_a_guest_is_nobody(self):
        assert repeats_in([], customer=0).customer_id == ""


class TestRenewals:
    def test_a_renewal_prolongs_the_buyers_one_user(self, desk):
        first = desk.serve(woo(customer_id=77))
        again = desk.serve(renewal(5013, minute=5))

        assert again == first
        (subscription,) = desk.subscriptions()
        assert len(desk.periods()) == 2
        assert subscription.user_id == first[0]

    def test_the_mail_address_leads_to_the_user_of_a_guest(self, desk):
        first = desk.serve(woo())

        assert desk.serve(renewal(5013, customer_id=0)) == first

    def test_a_subscription_stays_with_its_user_when_the_buyer_has_others(self, desk):
        first = desk.serve(woo(customer_id=77))
        assert desk.serve(renewal(5013)) == first
        second = desk.serve(woo(id=5014, number="5014", customer_id=77))
        assert second != first

        assert desk.serve(renewal(5015)) == first

    def test_two_equal_users_of_the_buyer_are_asked_about(self, desk):
        desk.serve(woo(woo_line(quantity=2, total="29.98"), customer_id=77))

        assert desk.serve(renewal(5013)) == []
        assert desk.order("5013").exceptions == ["which_user: GOLD-1M"]

    def test_the_other_subscription_is_the_other_user(self, desk):
        (ana,) = desk.serve(woo(customer_id=77))
        desk.serve(renewal(5013, "1"))
        (ben,) = desk.serve(woo(id=5014, number="5014", customer_id=77))

        assert desk.serve(renewal(5015, "2")) == [ben]
        assert desk.serve(renewal(5016, "1")) == [ana]

    def test_two_pieces_renew_two_users_and_none_twice(self, desk):
        both = desk.serve(woo(woo_line(quantity=2, total="29.98"), customer_id=77))
        line = woo_line(quantity=2, total="29.98")
        note = [{"key": "_subscription_renewal", "value": "5500"}]
        again = desk.serve(
            woo(line, id=5013, number="5013", meta_data=note, customer_id=77)
        )

        assert sorted(again) == sorted(both)
        assert len(desk.periods()) == 4

    def test_a_renewal_follows_the_shops_customer_past_a_changed_mail(self, desk):
        first = desk.serve(woo(customer_id=77))
        person = {"first_name": "Ana", "last_name": "R", "email": "new@example.org"}

        assert desk.serve(renewal(5013, billing=person)) == first

    def test_a_renewal_of_somebody_unknown_gets_a_user(self, desk):
        (made,) = desk.serve(renewal(5013))

        assert desk.serve(renewal(5014)) == [made]

    def test_a_new_order_still_is_a_new_user(self, desk):
        first = desk.serve(woo(customer_id=77))
        second = desk.serve(woo(id=5013, number="5013", customer_id=77))

        assert first != second

    def test_another_shops_customer_of_that_number_is_somebody_else(self, desk):
        (ana,) = desk.serve(woo(customer_id=77))
        desk.connect()
        person = {"first_name": "B", "last_name": "B", "email": "ben@example.org"}

        (ben,) = desk.serve(renewal(5013, billing=person))
        assert ben != ana

    def test_a_recurring_order_of_shopify_is_a_renewal(self, shopify_desk):
        first = shopify_desk.serve(shopify(customer={"id": 7, "first_name": "Ana"}))
        again = shopify(id=2, name="#2", source_name="subscription_contract")

        assert shopify_desk.serve(again | {"customer": {"id": 7}}) == first
        assert shopify_desk.order(SHOPIFY_ID).shop_customer_id == "7"


class TestWhatAccountsSays:
    def test_a_name_of_nobody_is_listed_with_that_name(self, desk):
        named = [{"key": "iptv_username", "value": "ana77x"}]
        desk.deliver(woo(meta_data=named))
        desk.leave_unfilled("unknown_user")

        order = desk.order()
        assert order.exceptions == ["unknown_user: ana77x"]
        assert desk.running() == set()

    def test_a_device_that_was_not_noted_is_listed_and_the_user_served(self, desk):
        note = [{"key": "device_mac", "value": "my box"}]
        desk.deliver(woo(meta_data=note))
        desk.fill(device_problem="mac_invalid")

        assert desk.order().exceptions == ["mac_invalid: my box"]
        assert len(desk.running()) == 1
