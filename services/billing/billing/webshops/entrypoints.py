"""Ways in to the webshops for shops and events; what staff ask is in operations/."""

from functools import lru_cache
from typing import cast
from uuid import UUID

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from billing.settings import BillingSettings
from billing.webshops.intake import Intake, IntakeStatus
from billing.webshops.operations.connections import count_refused, end_old_secrets
from billing.webshops.operations.deliveries import (
    delete_old_deliveries,
    store_delivery,
    work_on_delivery,
)
from billing.webshops.operations.fulfilment import fill_seats, start_scheduled
from billing.webshops.operations.polling import ask_shops
from billing.webshops.stores import DeliveryQueue, DeliveryTable
from lineup.bus import Entrypoints, every, http, on_event
from lineup.context import Event
from lineup.contracts.accounts.orders import SeatsFilled
from lineup.contracts.billing.shops import DeliveryStored, DeliveryTaken, ShopKind
from lineup.database import Database
from lineup.secrets import Keyring
from lineup.settings import ServiceSettings

RETRY_AFTER_SECONDS = 30
COUNT_SECONDS = 10
FORGET_SECONDS = 600
SCHEDULE_SECONDS = 10
ASK_SECONDS = 30


@lru_cache(maxsize=1)
def intake_for(
    settings: ServiceSettings, database: Database, keyring: Keyring
) -> Intake:
    """The process's intake, with connections and memory of its own."""

    def wake_relay() -> None:
        if database.on_announced is not None:
            database.on_announced()

    return Intake(
        DeliveryTable(settings.database_uri, database.clock, wake_relay),
        DeliveryQueue(settings.amqp_uri),
        keyring,
        database.clock,
    )


class WebshopEntrypoints(Entrypoints):
    """Where shops deliver, and what follows from it."""

    @property
    def intake(self) -> Intake:
        """What takes deliveries in."""
        return intake_for(self.settings, self.database, self.keyring)

    @http("POST", "/webhooks/<kind>/<connection_id>")
    def take_webhook(self, request: Request, kind: str, connection_id: str) -> Response:
        """Keep an authentic delivery, then answer with an empty 200."""
        body = request.get_data()
        try:
            shop = ShopKind(kind), UUID(connection_id)
        except ValueError:
            raise NotFound from None
        headers = {name.lower(): value for name, value in request.headers}
        answer = self.intake.receive(*shop, headers, body)
        response = Response(status=answer)
        if answer == IntakeStatus.AWAY:
            response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response

    @every(seconds=COUNT_SECONDS)
    def count_refused_deliveries(self) -> None:
        """Add up deliveries with a wrong signature; each copy adds its own."""
        counts = self.intake.pop_refused_counts()
        if counts:
            self._count_refused(counts)

    def _count_refused(self, counts: dict[UUID, int]) -> None:
        try:
            with self.database.transaction() as work:
                count_refused(work, counts)
        except Exception:
            self.intake.refused.update(counts)
            raise

    @every(seconds=FORGET_SECONDS)
    def forget_old_deliveries(self) -> None:
        """Delete what was worked on long ago, some at a time."""
        with self.database.transaction() as work:
            delete_old_deliveries(work)

    @every(seconds=FORGET_SECONDS)
    def end_old_secrets(self) -> None:
        """Delete shops' secrets whose time is over."""
        with self.database.transaction() as work:
            end_old_secrets(work)

    @every(seconds=SCHEDULE_SECONDS)
    def start_scheduled_seats(self) -> None:
        """Serve what waited for another product of its user to end."""
        start_scheduled(self.database)

    @every(seconds=ASK_SECONDS, side_by_side=2)
    def ask_shops(self) -> None:
        """Ask shops for orders that they did not deliver, those due."""
        settings = cast("BillingSettings", self.settings)
        allow_private = settings.allow_private_sources
        ask_shops(self.database, self.keyring, allow_private=allow_private)

    @on_event
    def on_delivery_taken(self, event: Event[DeliveryTaken]) -> None:
        """Store what the broker kept while the database was away."""
        self.database.apply_copy(event, store_delivery)

    @on_event
    def on_delivery_stored(self, event: Event[DeliveryStored]) -> None:
        """Work on a delivery, once."""
        self.database.handle_event_once(event, work_on_delivery)

    @on_event
    def on_seats_filled(self, event: Event[SeatsFilled]) -> None:
        """Start what the seats of an order bought, once."""
        self.database.handle_event_once(event, fill_seats)
