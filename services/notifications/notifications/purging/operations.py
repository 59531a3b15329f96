"""What notifications has of a partner, and how it is deleted."""

from lineup.contracts.notifications.events import NotificationsPurged
from lineup.database import UnitOfWork
from lineup.database.purging import (
    Purging,
    audit_rows,
    below_partner,
    kept_answers,
    of_partner,
    rows,
)
from notifications.deliveries.models import Delivery
from notifications.erasure.models import Erasure
from notifications.people.models import AccountCopy, CustomerCopy
from notifications.purging.models import Purge
from notifications.transports.models import Transport, TransportHealth


def _confirm(work: UnitOfWork, purge: Purge) -> None:
    work.announce(NotificationsPurged(id=purge.id, version=purge.version))


STEPS = (
    below_partner(Delivery),
    below_partner(Transport),
    of_partner(TransportHealth, TransportHealth.id),
    below_partner(CustomerCopy),
    below_partner(Erasure),
    rows(
        AccountCopy,
        lambda purge: AccountCopy.scope.startswith(purge.scope),
        lambda purge: AccountCopy.id != purge.id,
    ),
    audit_rows,
    kept_answers,
)
"""The partner's own copy stays, empty: an older announcement then changes nothing."""

PURGING = Purging("notifications", Purge, STEPS, _confirm)
