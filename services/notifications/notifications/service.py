"""The notifications service: its name and its doors."""

from lineup.bus import Service
from notifications import watching
from notifications.announcements.entrypoints import AnnouncementDoors
from notifications.deliveries.entrypoints import DeliveryDoors
from notifications.people.entrypoints import PeopleDoors
from notifications.settings import NotificationsSettings
from notifications.transports.entrypoints import TransportDoors


class NotificationsService(
    PeopleDoors, TransportDoors, DeliveryDoors, AnnouncementDoors, Service
):
    """What is said: templates, mail, the delivery log."""

    name = "notifications"
    settings_type = NotificationsSettings
    looks = watching.LOOKS
