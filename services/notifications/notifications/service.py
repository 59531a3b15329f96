"""The notifications service: its name and its doors."""

from typing import ClassVar

from lineup.bus import Service
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.tree import AccountChanged
from notifications import watching
from notifications.announcements.entrypoints import AnnouncementDoors
from notifications.deliveries.entrypoints import DeliveryDoors
from notifications.people.entrypoints import PeopleDoors
from notifications.people.models import AccountCopy, CustomerCopy
from notifications.settings import NotificationsSettings
from notifications.transports.entrypoints import TransportDoors


class NotificationsService(
    PeopleDoors, TransportDoors, DeliveryDoors, AnnouncementDoors, Service
):
    """What is said: templates, mail, the delivery log."""

    name = "notifications"
    settings_type = NotificationsSettings
    copies: ClassVar = {
        AccountChanged: (AccountCopy,),
        CustomerChanged: (CustomerCopy,),
    }
    looks = watching.LOOKS
