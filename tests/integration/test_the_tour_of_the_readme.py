"""What the README says is what happens, word for word."""

import re
import subprocess

import pytest
from running import CHECKOUT
from tours import TOUR_SECONDS, tour


@pytest.mark.feature("OP-18")
@pytest.mark.timeout(TOUR_SECONDS + 300)
@pytest.mark.parametrize(
    ("shop", "blocks", "expected_lines"),
    [
        ("woocommerce", 6, ["200", "https?://\\S+m3u8", "Active", "0.00"]),
        ("shopify", 2, ["200", "200"]),
    ],
)
def test_the_tour_goes_as_printed(lineup, shop, blocks, expected_lines):
    code = tour(shop)
    assert len(code) == blocks

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(code)],
        check=False,
        env=lineup.environment,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=TOUR_SECONDS,
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert done.stdout.strip().endswith("\n8"), done.stdout
    for expected in expected_lines:
        assert re.search(expected, done.stdout), done.stdout
