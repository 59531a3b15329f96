"""Pauses after failures: free at first, then growing, never longer than promised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineup.throttling import NO_FAILURES, Backoff, Failures, subscriber_address

TEN = Backoff(tries=10, longest_seconds=900, forget_seconds=600)


def failed(backoff, times, at=0.0, before=NO_FAILURES):
    for _ in range(times):
        before = backoff.after_failure(before, at)
    return before


class TestBackoff:
    def test_the_first_are_free_and_each_further_pause_is_twice_as_long(self):
        waits = [TEN.wait_seconds(failed(TEN, n), 0) for n in range(1, 22)]
        doubled = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
        assert waits == [0] * 9 + doubled

    def test_a_pause_ends_when_it_was_said_to(self):
        paused = failed(TEN, 12)
        assert [TEN.wait_seconds(paused, now) for now in (0, 3.5, 3.9, 4, 5)] == [
            4,
            1,
            1,
            0,
            0,
        ]

    def test_failures_are_forgotten_one_by_one(self):
        before = failed(TEN, 12)
        assert failed(TEN, 1, 599, before).count == 13
        assert failed(TEN, 1, 600, before).count == 12
        assert failed(TEN, 1, 3 * 600, before).count == 10
        assert failed(TEN, 1, 12 * 600, before).count == 1

    def test_what_is_left_of_a_part_is_not_lost(self):
        later = failed(TEN, 1, 900, failed(TEN, 5))
        assert (later.count, later.since) == (5, 600)

    @given(st.lists(st.floats(0, 5000), max_size=60))
    def test_in_the_long_run_tries_come_no_faster_than_they_are_forgotten(self, gaps):
        now, failures, tries = 0.0, NO_FAILURES, 0
        for gap in gaps:
            now += gap
            if not TEN.wait_seconds(failures, now):
                failures, tries = TEN.after_failure(failures, now), tries + 1
        assert tries <= 20 + now / TEN.forget_seconds

    @given(st.integers(0, 10**9), st.floats(0, 1e9), st.floats(0, 1e9))
    def test_no_wait_is_longer_than_the_longest(self, count, since, now):
        after = TEN.after_failure(Failures(count, since), now)
        assert 0 <= TEN.wait_seconds(after, now) <= 900

    def test_a_clock_put_back_ends_pauses_and_adds_no_failures(self):
        paused = failed(TEN, 30, at=10_000.0)
        assert TEN.wait_seconds(paused, 100.0) == 0
        assert TEN.after_failure(paused, 100.0).count == 31


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", ""),
        ("192.0.2.7:8080", ""),
        ("192.0.2.7\r\n", ""),
    ],
)
def test_a_subscriber_is_an_ipv4_address_or_an_ipv6_network(address, counted):
    assert subscriber_address(address) == counted
