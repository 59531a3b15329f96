"""What notifications tells whoever watches it: messages that are due."""

from collections.abc import Iterator

from sqlalchemy import func, select

from lineup.contracts.notifications import DeliveryState
from lineup.database import Work
from lineup.metrics import Figure, due
from notifications.deliveries.models import Delivery


def deliveries(work: Work) -> Iterator[Figure]:
    """Messages that should have been sent, and for how long the oldest has waited."""
    count, oldest = work.session.execute(
        select(func.count(), func.min(Delivery.next_try_at)).where(
            Delivery.state == DeliveryState.QUEUED, Delivery.next_try_at <= work.now
        )
    ).one()
    yield from due("deliveries", count, oldest, work.now)


LOOKS = (deliveries,)
