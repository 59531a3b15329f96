"""The notifications service: its name, its operations, its events and timers."""

from typing import ClassVar

from lineup.bus import Service
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.tree import AccountChanged
from notifications import metrics
from notifications.announcements import operations as announcements_operations
from notifications.announcements.entrypoints import AnnouncementEntrypoints
from notifications.deliveries import operations as deliveries_operations
from notifications.deliveries.entrypoints import DeliveryEntrypoints
from notifications.erasure.entrypoints import ErasureEntrypoints
from notifications.erasure.tables import PERSONAL
from notifications.people.entrypoints import PeopleEntrypoints
from notifications.people.models import AccountCopy, CustomerCopy
from notifications.purging.entrypoints import PurgeEntrypoints
from notifications.settings import NotificationsSettings
from notifications.transports import operations as transports_operations


class NotificationsService(
    PeopleEntrypoints,
    DeliveryEntrypoints,
    AnnouncementEntrypoints,
    PurgeEntrypoints,
    ErasureEntrypoints,
    Service,
):
    """What is said: templates, mail, the delivery log."""

    name = "notifications"
    settings_type = NotificationsSettings
    operations: ClassVar = (
        announcements_operations,
        deliveries_operations,
        transports_operations,
    )
    personal: ClassVar = PERSONAL
    copies: ClassVar = {
        AccountChanged: (AccountCopy,),
        CustomerChanged: (CustomerCopy,),
    }
    metric_sources = metrics.METRIC_SOURCES
