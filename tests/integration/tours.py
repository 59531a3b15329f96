"""The tour that the README prints, as code."""

import re

from running import CHECKOUT

BLOCK = re.compile(r"^```sh tour ?(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
TOUR_SECONDS = 240


def tour(shop):
    """The README's blocks for a shop, in order."""
    text = (CHECKOUT / "README.md").read_text()
    return [code for name, code in BLOCK.findall(text) if name in {"", shop}]
