"""Every table of every service is known to say something of a person, or not to."""

from importlib import import_module

import pytest

from lineup.command.migrations import tables_of

NAMES_NOBODY = {
    "accounts": {
        # Of companies, sellers and the platform
        *(
            "account_jobs",
            "box_models",
            "customer_groups",
            "partner_packages",
            "partner_payments",
        ),
        *("unmatched_payments", "partner_listings", "link_requests", "reseller_links"),
        *("partnership_notes", "partnerships", "permission_sets", "platform_settings"),
        *("seller_plans", "purges", "erasures", "support_grants"),
        "accounts",  # of a customer: what `customers` says, too
        # Digests, and what is gone after a moment
        *(
            "second_factors",
            "reset_links",
            "reset_wishes",
            "sign_in_failures",
            "sign_in_tries",
        ),
    },
    "billing": {
        *("account_copy", "package_copy", "plan", "product", "purges", "erasures"),
        *("shop_connection", "shop_effect"),
        "shop_delivery",  # raw, and the shop's; what it says is in `shop_order`
    },
    "notifications": {
        *("account_copy", "purges", "erasures", "transport", "transport_health"),
    },
    "playlists": {
        *("channel_lists", "channel_sets", "channels", "guide_channels"),
        *("guide_names", "guide_sources", "import_changes", "jobs", "packages"),
        *("package_channels", "partner_outputs", "partners", "programmes", "purges"),
        *("erasures", "retired_imports", "sellers"),
        *("access_files", "stale_shards"),  # what players are let in by
    },
}


@pytest.mark.feature("CU-39")
@pytest.mark.parametrize("service", NAMES_NOBODY)
def test_every_table_is_known(service):
    personal = import_module(f"{service}.erasure.tables").PERSONAL
    exported = {one.model.__tablename__ for one in personal.tables}

    assert exported | NAMES_NOBODY[service] == tables_of(service).tables.keys()
    assert not exported & NAMES_NOBODY[service]
