"""A list is looked at, its groups chosen, imported, and undone."""

import pytest
from fixtures import NUMBERS
from playwright.sync_api import expect
from running import until

from lineup.context import Role


@pytest.fixture
def playlist(tmp_path):
    """Two channels that are wanted and one that is not: a file, and their mark."""
    mark = f"Walk{next(NUMBERS)}"
    lines = ["#EXTM3U"]
    for name, group in (("One", "Kept"), ("Two", "Kept"), ("Three", "Left")):
        lines += [
            f'#EXTINF:-1 group-title="{mark} {group}",{mark} {name}',
            f"http://edge.example.net/{mark}/{name}.m3u8",
        ]
    file = tmp_path / f"{mark}.m3u"
    file.write_text("\n".join(lines))
    return mark, file


def test_what_is_chosen_comes_in_and_goes_again(browser_user, fixtures, playlist):
    mark, file = playlist

    def names():
        found = fixtures.api.get("/channels", search=mark)["items"]
        return {channel["details"]["name"] for channel in found}

    browser_user.sign_in(*fixtures.logins[Role.PARTNER])
    browser_user.open("/channels/import")
    browser_user.page.locator('input[type="file"]').first.set_input_files(file)
    browser_user.tick("Preview first and choose groups")
    browser_user.press("Import")
    browser_user.follow("Choose and import")
    left = browser_user.page.get_by_label(f"{mark} Left")
    expect(left).to_be_checked()
    left.uncheck()
    browser_user.press("Import selected")

    undo = browser_user.page.get_by_role("button", name="Undo this import")
    expect(undo).to_be_visible(timeout=60_000)
    assert names() == {f"{mark} One", f"{mark} Two"}

    browser_user.press("Undo this import")
    browser_user.is_on("Undo import")
    until(lambda: not names(), "the channels to be gone again")
