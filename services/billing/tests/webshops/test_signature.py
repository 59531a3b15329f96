import pytest

from billing.webshops.signature import is_signed, signature_of

WOO = (
    b'{"id":5012,"number":"5012","status":"processing","currency":"EUR",'
    b'"total":"29.98","date_paid_gmt":"2026-03-02T10:15:04"}'
)
WOO_SIGNATURE = "SJaxXG5X1u2a6sZYcfCGoyV4YKJV/Q4GPZqVNErBYcw="
SHOPIFY = (
    b'{"id":820982911946154500,"name":"#1042","currency":"GBP",'
    b'"total_price":"14.99","financial_status":"paid","test":false}'
)


class TestVectors:
    """Signatures that were computed elsewhere from these very bytes."""

    @pytest.mark.feature("WS-01")
    def test_woocommerce_own_unit_test(self):
        signature = "GBDo00G55h6IiV+6CxqivQPLbI//KzaOZm747971tPs="

        assert signature_of(b"secret", "") == signature

    @pytest.mark.feature("WS-01")
    def test_a_woocommerce_order(self):
        assert len(WOO) == 120
        assert signature_of(WOO, "woo-demo-secret") == WOO_SIGNATURE

    @pytest.mark.feature("WS-03")
    def test_a_shopify_order(self):
        assert len(SHOPIFY) == 118
        signature = "jsEZedMnmEyvfZgorurAA9n4PEQiQF4HGuyUOOZu2KA="

        assert signature_of(SHOPIFY, "shop-demo-secret") == signature


class TestIsSigned:
    def test_the_current_secret_signs(self):
        assert is_signed(WOO, WOO_SIGNATURE, ["woo-demo-secret", ""])

    def test_the_previous_secret_still_signs(self):
        assert is_signed(WOO, WOO_SIGNATURE, ["newer", "woo-demo-secret"])

    @pytest.mark.feature("WS-01", "WS-03")
    def test_a_wrong_secret_does_not(self):
        assert not is_signed(WOO, WOO_SIGNATURE, ["another"])

    @pytest.mark.feature("WS-01", "WS-03")
    @pytest.mark.parametrize("position", [0, 60, 119])
    def test_one_changed_byte_is_noticed(self, position):
        changed = bytearray(WOO)
        changed[position] ^= 1

        assert not is_signed(bytes(changed), WOO_SIGNATURE, ["woo-demo-secret"])

    def test_a_missing_signature_is_none(self):
        assert not is_signed(WOO, "", ["woo-demo-secret"])

    def test_an_empty_secret_signs_nothing(self):
        assert not is_signed(WOO, signature_of(WOO, ""), ["", ""])

    def test_hex_is_not_base64(self):
        signature = "4896b15c6e57d6edaeeac65871f086a32578608255fd0e063d9aa354"

        assert not is_signed(WOO, signature, ["woo-demo-secret"])

    def test_escaped_slashes_and_umlauts_count_as_sent(self):
        body = rb'{"url":"https:\/\/shop.example","name":"J\u00f6rg"}'
        signature = signature_of(body, "s")

        assert is_signed(body, signature, ["s"])
        assert not is_signed(body.replace(rb"\/", b"/"), signature, ["s"])

    def test_a_signature_beyond_ascii_is_wrong_not_an_error(self):
        assert not is_signed(WOO, "ümlaut", ["woo-demo-secret"])
