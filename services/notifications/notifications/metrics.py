"""What notifications tells whoever watches it: due messages, failing mail servers."""

from collections.abc import Iterator

from sqlalchemy import and_, false, func, or_, select

from lineup.contracts.notifications import DeliveryState
from lineup.database import UnitOfWork
from lineup.metrics import PUT_OFF, Gauge, Sample, due
from notifications.deliveries.models import Delivery
from notifications.transports.breaker import SLOW_SECONDS
from notifications.transports.models import Transport, TransportHealth

FAILING = Gauge(
    "lineup_mail_servers_failing", "Partners' own mail servers that take no mail."
)
PUT_OFF.labels("notifications", "deliveries")


def deliveries(work: UnitOfWork) -> Iterator[Sample]:
    """Messages that should have been sent, and for how long the oldest has waited.

    What waits for a partner's own mail server that fails or is slow is that partner's
    matter.
    """
    health = TransportHealth
    is_bad = or_(health.failures > 0, health.seconds >= SLOW_SECONDS)
    has_own = func.coalesce(Transport.host, "") != ""
    count, oldest = work.session.execute(
        select(func.count(), func.min(Delivery.next_try_at))
        .outerjoin(health, health.id == Delivery.partner_id)
        .outerjoin(Transport, Transport.partner_id == Delivery.partner_id)
        .where(Delivery.state == DeliveryState.QUEUED, Delivery.next_try_at <= work.now)
        .where(~and_(has_own, func.coalesce(is_bad, false())))
    ).one()
    yield from due("deliveries", count, oldest, work.now)


def mail_servers(work: UnitOfWork) -> Iterator[Sample]:
    """How many partners' own mail servers fail just now."""
    failing = (
        select(func.count())
        .select_from(TransportHealth)
        .join(Transport, Transport.partner_id == TransportHealth.id)
        .where(Transport.host != "", TransportHealth.failures > 0)
    )
    yield FAILING.of(work.session.scalar(failing) or 0)


METRIC_SOURCES = (deliveries, mail_servers)
