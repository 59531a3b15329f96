"""The purge of a partner knows every table of every service."""

import pytest

from lineup.command.migrations import tables_of

PURGED = {
    "accounts": {
        "accounts",
        "account_jobs",
        "box_history",
        "box_models",
        "boxes",
        "customer_groups",
        "customers",
        "erasures",
        "devices",
        "known_addresses",
        "link_requests",
        "logins",
        "partner_listings",
        "partnership_notes",
        "permission_sets",
        "reseller_links",
        "reset_links",
        "second_factors",
        "seller_plans",
        "sessions",
        "support_grant_uses",
        "support_grants",
        "subscription_copies",
        "users",
    },
    "billing": {
        "account_copy",
        "customer_copy",
        "document",
        "document_style",
        "erasures",
        "entry",
        "number_series",
        "package_copy",
        "plan",
        "product",
        "renewal_switch",
        "credits_currency",
        "seller_prices",
        "seller_terms",
        "shop_closing",
        "shop_connection",
        "shop_delivery",
        "shop_effect",
        "shop_order",
        "shop_seat",
        "subscription",
        "subscription_period",
        "tax_rate",
        "transfer",
        "user_copy",
        "wallet",
    },
    "playlists": {
        "access_files",
        "channel_lists",
        "channel_sets",
        "channels",
        "customer_packages",
        "customers",
        "erasures",
        "guide_channels",
        "guide_names",
        "guide_sources",
        "import_changes",
        "jobs",
        "package_channels",
        "packages",
        "partner_outputs",
        "partners",
        "programmes",
        "retired_imports",
        "sellers",
        "subscriptions",
        "users",
    },
    "notifications": {
        "account_copy",
        "erasures",
        "customer_copy",
        "delivery",
        "transport",
        "transport_health",
    },
}
"""Deleted, or emptied where a tombstone keeps older events from coming to life."""
KEPT = {
    "accounts": {
        "partner_packages",
        "partner_payments",
        "partnerships",
        "platform_settings",
        "purges",
        "reset_wishes",
        "sign_in_failures",
        "sign_in_tries",
        "unmatched_payments",
    },
    "billing": {"document_progress", "purges"},
    "playlists": {"purges", "stale_shards"},
    "notifications": {"purges"},
}
"""The platform's own; tombstones; what the law wants kept; what expires by itself."""


@pytest.mark.feature("PL-21")
@pytest.mark.parametrize("service", PURGED)
def test_each_table_is_purged_or_kept_for_a_reason(service):
    assert tables_of(service).tables.keys() == PURGED[service] | KEPT[service]
