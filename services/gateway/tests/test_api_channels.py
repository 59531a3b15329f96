"""REST: channels moved, changed in bulk and tied; what is on (PE-13, PE-14, PE-19)."""

import pytest

from lineup.contracts.changes import UNSET
from lineup.contracts.playlists.channels import GuideReach
from lineup.errors import Conflict

ID = "019d0000-0000-7000-8000-000000000001"


def test_a_list_is_narrowed_and_sorted_by_the_address(api, services):
    answer = api(
        "GET",
        f"/channels?guide=short&group=News&is_on=true&outside_package_id={ID}"
        "&order=-guide_until",
    )

    assert answer.status_code == 200
    [(_, rpc_request)] = services.calls_of("playlists.list_channels")
    assert (rpc_request.guide, rpc_request.group, rpc_request.is_on) == (
        GuideReach.SHORT,
        "News",
        True,
    )
    assert (str(rpc_request.outside_package_id), rpc_request.paging.order) == (
        ID,
        "-guide_until",
    )


@pytest.mark.parametrize("query", ["guide=far", "is_on=perhaps", "package_id=x"])
def test_what_no_filter_can_be_is_told(api, query):
    answer = api("GET", f"/channels?{query}")

    assert answer.status_code == 422
    assert list(answer.json["fields"]) == [query.partition("=")[0]]


def test_all_that_match_are_chosen_by_a_filter(api, services):
    body = {"matching": {"group": "News", "is_on": True}}

    api("POST", f"/packages/{ID}/channels/add", json=body)

    [(_, rpc_request)] = services.calls_of("playlists.add_package_channels")
    assert (rpc_request.channel_ids, rpc_request.matching.group) == ([], "News")
    assert (rpc_request.matching.is_on, rpc_request.matching.guide) == (True, None)


def test_channels_are_moved_and_tied(api, services):
    api("POST", "/channels/move", json={"channel_ids": [ID], "to_number": 5})
    mappings = [{"channel_id": ID, "guide_id": None}]
    answer = api("POST", "/guide-ties", json={"ties": mappings})

    [(_, moved)] = services.calls_of("playlists.move_channels")
    [(_, rpc_request)] = services.calls_of("playlists.tie_channels")
    assert (moved.to_number, moved.before_id) == (5, None)
    assert rpc_request.ties[0].guide_id is None
    assert (answer.status_code, answer.json) == (200, {"count": 1})


def test_programmes_need_aware_instants(api, services):
    good = "from_at=2026-03-02T10:00:00Z&until_at=2026-03-02T14:00:00%2B00:00"

    assert api("GET", f"/programmes?{good}").status_code == 200
    answer = api("GET", "/programmes?from_at=2026-03-02T10:00:00")
    assert answer.status_code == 422
    assert {"from_at", "until_at"} <= set(answer.json["fields"])


def test_nobody_names_a_file_of_the_store_as_a_source(api, services):
    body = {
        "name": "G",
        "address": "",
        "every_hours": 6,
        "shift_minutes": 0,
        "time_zone": "UTC",
        "is_on": True,
    }

    refused = api("PUT", f"/guide-sources/{ID}", json={**body, "upload": "uploads/a"})
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["upload"])
    assert api("PUT", f"/guide-sources/{ID}", json=body).status_code == 200
    [(_, rpc_request)] = services.calls_of("playlists.update_guide_source")
    assert (rpc_request.headers, rpc_request.upload) == (UNSET, "")


@pytest.mark.usefixtures("something_runs")
def test_a_package_in_use_is_a_conflict(api, services):
    refusal = Conflict("A subscription runs on it.", code="package_in_use")
    services.answer_with("playlists.delete_package", refusal)

    answer = api("DELETE", f"/packages/{ID}")

    assert (answer.status_code, answer.json["code"]) == (409, "package_in_use")
