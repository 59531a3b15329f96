"""What the gateway asks notifications."""

from lineup.contracts import notifications
from lineup.contracts.paging import Page
from lineup.rpc import Remote, ServiceClient


class NotificationsClient(ServiceClient):
    """Mail transports and the delivery log."""

    service = "notifications"

    save_transport = Remote(notifications.SaveTransport, notifications.TransportView)
    get_transport = Remote(notifications.GetTransport, notifications.TransportView)
    send_test = Remote(notifications.SendTest, notifications.DeliveryView)

    list_deliveries = Remote(
        notifications.ListDeliveries, Page[notifications.DeliveryView]
    )
    count_deliveries = Remote(
        notifications.CountDeliveries, notifications.DeliveryCounts
    )
    get_delivery = Remote(notifications.GetDelivery, notifications.DeliveryView)
    send_again = Remote(notifications.SendAgain, notifications.DeliveryView)
