"""The playlists service: its name, its operations, its events and timers."""

from typing import ClassVar

from lineup.bus import Service
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.tree import AccountChanged
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.subscriptions import SubscriptionChanged
from playlists import metrics as watching
from playlists.channels import customer_packages, imports, job_views, packages
from playlists.channels.entrypoints import ChannelEntrypoints
from playlists.editing import contents, listings, lists, many, order, proposals
from playlists.editing import operations as editing_operations
from playlists.entitlements.entrypoints import EntitlementEntrypoints
from playlists.entitlements.models import (
    Customer,
    Partner,
    Seller,
    Subscription,
    User,
)
from playlists.erasure.entrypoints import ErasureEntrypoints
from playlists.erasure.tables import PERSONAL
from playlists.guide import sources
from playlists.guide.entrypoints import GuideEntrypoints
from playlists.jobs import operations as jobs_operations
from playlists.purging.entrypoints import PurgeEntrypoints
from playlists.rendering import outputs
from playlists.settings import PlaylistsSettings


class PlaylistsService(
    ChannelEntrypoints,
    GuideEntrypoints,
    EntitlementEntrypoints,
    PurgeEntrypoints,
    ErasureEntrypoints,
    Service,
):
    """What is watched: channels, guide, entitlements, playlists."""

    name = "playlists"
    settings_type = PlaylistsSettings
    operations: ClassVar = (
        contents,
        customer_packages,
        imports,
        job_views,
        lists,
        many,
        editing_operations,
        order,
        packages,
        listings,
        proposals,
        sources,
        jobs_operations,
        outputs,
    )
    personal: ClassVar = PERSONAL
    copies: ClassVar = {
        AccountChanged: (Partner, Seller),
        CustomerChanged: (Customer,),
        UserChanged: (User,),
        SubscriptionChanged: (Subscription,),
    }
    metric_sources = watching.METRIC_SOURCES
