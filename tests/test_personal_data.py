"""Every table of every service is known to say something of a person, or not to."""

from importlib import import_module

import pytest
from sqlalchemy import LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB

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
        *("seller_prices", "seller_terms", "credits_currency"),
        *("shop_connection", "shop_effect"),
        *("document_progress", "document_style", "number_series", "tax_rate"),
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

GONE_OR_EMPTIED = {
    "billing": {"customer_copy", "user_copy"},
    "notifications": {"customer_copy", "delivery"},
    "playlists": {"customers", "customer_packages", "users"},
}
"""Tables of which an erasure deletes the rows, or waits until accounts has emptied them:
what it blanks are words in rows that stay."""
SAYS_NOTHING_OF_A_PERSON = {
    *("asset", "currency", "extras", "key", "scope", "source", "state"),
    *("account_purpose", "cause", "owner_kind", "purpose", "request_hash"),
    *("external_id", "line_id", "name", "number", "shop_key", "shop_parent_id"),
    *("disputes", "sku", "settlement", "subscription_id", "why_reversed"),
    *("product_name", "package_ids", "suspension_cause"),
    *("shop_seat.problem", "shop_closing.closed_by"),  # a code; staff
}
"""Of products, sums and the shop's own numbers."""
KEPT_BY_LAW = {
    *("document.content", "document.kind", "document.recipient_name"),
    "document.reference",
}
"""What was invoiced stays as it was issued, whoever it names."""


def words_of(model):
    """The columns of a table in which something can be said."""
    said = (Text, JSONB, LargeBinary)
    return {one.name for one in model.__table__.columns if isinstance(one.type, said)}


@pytest.mark.feature("CU-39")
@pytest.mark.parametrize("service", GONE_OR_EMPTIED)
def test_every_word_about_a_person_is_blanked(service):
    personal = import_module(f"{service}.erasure.tables").PERSONAL
    stay = {one.model.__tablename__: one for one in personal.tables}
    kept = {
        f"{table}.{word}"
        for table in stay.keys() - GONE_OR_EMPTIED[service]
        for word in words_of(stay[table].model) - stay[table].blank.keys()
        if word not in SAYS_NOTHING_OF_A_PERSON
    }

    assert kept - SAYS_NOTHING_OF_A_PERSON - KEPT_BY_LAW == set()


@pytest.mark.feature("CU-39")
@pytest.mark.parametrize("service", NAMES_NOBODY)
def test_every_table_is_known(service):
    personal = import_module(f"{service}.erasure.tables").PERSONAL
    exported = {one.model.__tablename__ for one in personal.tables}

    assert exported | NAMES_NOBODY[service] == tables_of(service).tables.keys()
    assert not exported & NAMES_NOBODY[service]
