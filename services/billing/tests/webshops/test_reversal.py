from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from billing.webshops.messages import RefundedLine
from billing.webshops.reversal import (
    SeatShare,
    seats_by_amount,
    seats_by_line,
    share_of,
)
from lineup.money import Money


def seats(**lines):
    """`seats(a=["14.99", "14.99"], b=["9.00"])`: one seat per amount."""
    return [
        SeatShare(
            seat_id=uuid4(), line_id=line, number=n, amount=Money.of(f"{text} EUR")
        )
        for line, amounts in lines.items()
        for n, text in enumerate(amounts)
    ]


def euros(text):
    return Money.of(f"{text} EUR")


class TestShares:
    @given(st.integers(0, 10**9), st.integers(1, 200))
    def test_add_up_to_what_was_paid(self, minor, quantity):
        paid = Money(minor, "EUR")
        shares = [share_of(paid, n, quantity) for n in range(quantity)]

        assert sum(shares, Money.zero("EUR")) == paid
        amounts = [share.amount_minor for share in shares]
        assert max(amounts) - min(amounts) <= 1


class TestByLine:
    def test_the_last_pieces_of_the_line_go(self):
        first, second, third, other = seats(a=["5.00", "5.00", "5.00"], b=["5.00"])

        refunded = [RefundedLine(line_id="a", quantity=2)]

        taken = seats_by_line([first, second, third, other], refunded)
        assert taken == [third.seat_id, second.seat_id]

    def test_never_more_than_stand(self):
        (only,) = seats(a=["5.00"])

        assert seats_by_line([only], [RefundedLine(line_id="a", quantity=9)]) == [
            only.seat_id
        ]

    def test_an_unknown_line_takes_nothing(self):
        assert (
            seats_by_line(seats(a=["5.00"]), [RefundedLine(line_id="x", quantity=1)])
            == []
        )


class TestByAmount:
    def test_all_of_it(self):
        both = seats(a=["5.00"], b=["9.00"])

        assert seats_by_amount(both, euros("14.00")) == [seat.seat_id for seat in both]

    def test_one_line(self):
        first, second = seats(a=["5.00"], b=["9.00"])

        assert seats_by_amount([first, second], euros("9.00")) == [second.seat_id]

    def test_one_piece_of_a_line(self):
        first, second = seats(a=["14.99", "14.99"])

        assert seats_by_amount([first, second], euros("14.99")) == [second.seat_id]

    def test_several_whole_lines(self):
        first, second, third = seats(a=["5.00"], b=["9.00"], c=["20.00"])

        taken = seats_by_amount([first, second, third], euros("14.00"))
        assert taken == [first.seat_id, second.seat_id]

    def test_a_third_of_ten_is_a_third(self):
        thirds = seats(a=["3.33", "3.33", "3.34"])

        assert seats_by_amount(thirds, euros("3.33")) == [thirds[2].seat_id]

    def test_two_lines_of_the_same_price_are_for_people(self):
        assert seats_by_amount(seats(a=["5.00"], b=["5.00"]), euros("5.00")) is None

    def test_a_goodwill_refund_fits_nothing(self):
        assert seats_by_amount(seats(a=["5.00"], b=["9.00"]), euros("1.50")) is None

    def test_shipping_alone_takes_nobody_back(self):
        lines = seats(a=["10.00"], b=["9.00"])

        assert seats_by_amount(lines, euros("5.00"), [euros("5.00")]) == []

    def test_as_much_as_shipping_and_as_a_line_is_for_people(self):
        lines = seats(a=["10.00"], b=["5.00"])

        assert seats_by_amount(lines, euros("5.00"), [euros("5.00")]) is None

    def test_a_line_with_shipping(self):
        first, second = seats(a=["10.00"], b=["4.00"])

        taken = seats_by_amount([first, second], euros("13.00"), [euros("3.00")])
        assert taken == [first.seat_id]

    def test_all_that_stands_with_shipping(self):
        (only,) = seats(a=["10.00"])

        taken = seats_by_amount([only], euros("15.00"), [euros("5.00")])
        assert taken == [only.seat_id]
