"""Archives in a source's own form: what stands in the places of its address."""

from zoneinfo import ZoneInfo

import pytest

from gateway.public.archives import filled

BEGAN = 1_772_442_000
"""2026-03-02 09:00 UTC, an hour later in Paris."""
PRESENT = BEGAN + 10_000
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("template", "address"),
    [
        ("http://a/x?from={utc}&dur={duration}", f"http://a/x?from={BEGAN}&dur=3600"),
        ("http://a/x?s=${start}&e=${end}", f"http://a/x?s={BEGAN}&e={BEGAN + 3600}"),
        ("http://a/x?e={utcend}&n={lutc}", f"http://a/x?e={BEGAN + 3600}&n={PRESENT}"),
        ("http://a/x-{offset:1}.m3u8", "http://a/x-10000.m3u8"),
        (
            "http://a/{duration:60}/{Y}-{m}-{d}:{H}-{M}/7",
            "http://a/60/2026-03-02:10-00/7",
        ),
        ("http://a/{utc:YmdHMS}", "http://a/20260302100000"),
        ("http://a/{duration:0}/{what}/{offset:x}", "http://a/3600/{what}/10000"),
    ],
)
def test_places_are_filled(template, address):
    assert filled(template, BEGAN, 60, PRESENT, PARIS) == address


def test_an_archive_ends_at_the_present_and_has_a_usual_length():
    address = filled("{utcend} {duration}", BEGAN, None, BEGAN + 60, PARIS)

    assert address == f"{BEGAN + 60} 7200"
