"""What the webshops tell whoever watches: deliveries that wait, and parked ones."""

from collections.abc import Iterator

from sqlalchemy import func, select

from billing.webshops.models import ShopDelivery, needs_attention
from billing.webshops.states import WebhookState
from lineup.database import UnitOfWork
from lineup.metrics import Gauge, Sample, due

PARKED = Gauge(
    "lineup_shop_deliveries_parked",
    "Signed deliveries of shops that nothing could be done with by itself.",
)
EXCEPTIONS = Gauge(
    "lineup_shop_orders_with_exceptions", "Shop orders that people must look at."
)


def deliveries(work: UnitOfWork) -> Iterator[Sample]:
    """Deliveries that were stored and not worked on yet, and those that are parked."""
    stored = ShopDelivery.state == WebhookState.STORED
    count, oldest = work.session.execute(
        select(func.count(), func.min(ShopDelivery.received_at)).where(stored)
    ).one()
    yield from due("shop_deliveries", count, oldest, work.now)
    parked = ShopDelivery.state == WebhookState.PARKED
    yield PARKED.of(work.session.scalar(select(func.count()).where(parked)) or 0)
    wanting = select(func.count()).where(needs_attention())
    yield EXCEPTIONS.of(work.session.scalar(wanting) or 0)
