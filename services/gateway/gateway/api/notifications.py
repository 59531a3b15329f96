"""Messages sent, and how a partner's mail leaves."""

from dataclasses import replace

from gateway.api.doors import Doors
from gateway.asking import context
from gateway.clients import NotificationsClient
from gateway.ground import clients, ground
from lineup.context import EVERYBODY, PARTNERS, SELLERS, SELLERS_AND_SUPPORT
from lineup.contracts.notifications import SaveTransport, TransportView

doors = Doors("messages", "The delivery log and mail transports.", NotificationsClient)

doors.ask("GET /deliveries", "list_deliveries", EVERYBODY)
doors.ask("GET /deliveries/counts", "count_deliveries", SELLERS_AND_SUPPORT)
doors.ask("GET /deliveries/<uuid:delivery_id>", "get_delivery", EVERYBODY)
doors.ask(
    "POST /deliveries/<uuid:delivery_id>/send-again",
    "send_again",
    SELLERS,
    202,
    name="resend_delivery",
)
doors.ask("GET /mail-transport", "get_transport", PARTNERS, name="get_mail_transport")


@doors.open("PATCH /mail-transport", SaveTransport, TransportView, PARTNERS)
def update_mail_transport(question: SaveTransport) -> TransportView:
    """Change how a partner's mail leaves, where it has a transport of its own."""
    return replace_mail_transport(question)


@doors.open("PUT /mail-transport", SaveTransport, TransportView, PARTNERS)
def replace_mail_transport(question: SaveTransport) -> TransportView:
    """Set how a partner's mail leaves; the password is sealed before it travels on."""
    password = question.password
    sealed = password and ground().keyring.seal(password)
    return clients().notifications.save_transport(
        context(), replace(question, password=sealed)
    )


doors.ask(
    "POST /mail-transport/test", "send_test", PARTNERS, 202, name="test_mail_transport"
)
