"""The billing service: its name, its operations, its events and timers."""

from typing import ClassVar

from billing import metrics as watching
from billing.catalog import operations as catalog_operations
from billing.catalog import price_lists
from billing.catalog.entrypoints import CatalogEntrypoints
from billing.catalog.models import PackageCopy
from billing.documents import operations as documents_operations
from billing.entrypoints import LedgerEntrypoints
from billing.erasure.entrypoints import ErasureEntrypoints
from billing.erasure.tables import PERSONAL
from billing.invoicing.entrypoints import InvoicingEntrypoints
from billing.people.models import AccountCopy, CustomerCopy, UserCopy
from billing.purging.entrypoints import PurgeEntrypoints
from billing.reports import credits as credits_reports
from billing.reports import plan_use, sales, sales_list, subscription_counts
from billing.sellers import operations as seller_operations
from billing.sellers.entrypoints import SellerEntrypoints
from billing.settings import BillingSettings
from billing.subscriptions import (
    blockers,
    changes,
    end_dates,
    lists,
    overview,
    quotes,
    renewals,
    renewing,
    suspensions,
)
from billing.subscriptions import operations as subscriptions_operations
from billing.subscriptions.entrypoints import (
    RenewalEntrypoints,
    SubscriptionEntrypoints,
)
from billing.wallets import checks, corrections, statements
from billing.wallets import operations as wallets_operations
from billing.webshops.entrypoints import WebshopEntrypoints
from billing.webshops.operations import connections as shop_connections
from billing.webshops.operations import delivery_log as shop_log
from billing.webshops.operations import exceptions as shop_deciding
from billing.webshops.operations import order_queries as shop_reading
from lineup.bus import Service
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.tree import AccountChanged
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.playlists.events import PackageChanged


class BillingService(
    SellerEntrypoints,
    CatalogEntrypoints,
    SubscriptionEntrypoints,
    RenewalEntrypoints,
    InvoicingEntrypoints,
    WebshopEntrypoints,
    LedgerEntrypoints,
    PurgeEntrypoints,
    ErasureEntrypoints,
    Service,
):
    """Billing on the bus: what is owed, and what was paid for it."""

    name = "billing"
    settings_type = BillingSettings
    operations: ClassVar = (
        catalog_operations,
        price_lists,
        seller_operations,
        credits_reports,
        plan_use,
        sales_list,
        sales,
        subscription_counts,
        blockers,
        lists,
        subscriptions_operations,
        overview,
        quotes,
        end_dates,
        changes,
        renewing,
        suspensions,
        renewals,
        checks,
        corrections,
        wallets_operations,
        statements,
        documents_operations,
        shop_connections,
        shop_deciding,
        shop_log,
        shop_reading,
    )
    personal: ClassVar = PERSONAL
    copies: ClassVar = {
        AccountChanged: (AccountCopy,),
        CustomerChanged: (CustomerCopy,),
        UserChanged: (UserCopy,),
        PackageChanged: (PackageCopy,),
    }
    metric_sources = watching.METRIC_SOURCES
