"""What billing has of a partner, and how it is deleted: its books, too.

They are the partner's own; what the platform itself was paid by it is booked elsewhere.
Nothing but this may remove what is booked: the ledger refuses everybody else.
"""

from typing import Any

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.orm import aliased

from billing.catalog.models import PackageCopy, Plan, Product, SellerPrice
from billing.documents.models import (
    CountryTax,
    DocumentStyle,
    IssuedDocument,
    NumberSeries,
)
from billing.erasure.models import Erasure
from billing.erasure.operations import allowed
from billing.people.models import AccountCopy, CustomerCopy, UserCopy
from billing.purging.models import Purge
from billing.sellers.models import CreditsCurrency, SellerTerms
from billing.subscriptions.models import Period, RenewalSwitch, Subscription
from billing.wallets.models import Entry, Transfer, Wallet
from billing.webshops.models import OrderClosing, ShopOrderRecord
from billing.webshops.seat_models import OrderEffect, OrderSeat
from billing.webshops.shop_models import ShopConnection, ShopDelivery
from lineup.contracts.billing.partners import BillingPurged
from lineup.database import UnitOfWork
from lineup.database.purging import (
    CHUNK,
    Purging,
    Step,
    audit_rows,
    below_partner,
    kept_answers,
    of_partner,
    rows,
)

Reversing = aliased(Transfer)
About = aliased(IssuedDocument)


def _confirm(work: UnitOfWork, purge: Purge) -> None:
    work.announce(BillingPurged(id=purge.id, version=purge.version))


def _ids(model: Any, purge: Any) -> Select[Any]:
    return select(model.id).where(model.partner_id == purge.id)


def _of(model: Any, column: Any, owner: Any) -> Step:
    """A step that deletes what belongs to something of the partner."""
    return rows(model, lambda purge: column.in_(_ids(owner, purge)))


def _transfers(work: UnitOfWork, purge: Any) -> int:
    """Whole transfers, each with its entries; what is reversed after what reverses it.

    So the books balance at any moment.
    """
    free = ~exists().where(Reversing.reverses_id == Transfer.id)
    some = select(Transfer.id).where(Transfer.partner_id == purge.id, free)
    ids = list(work.session.scalars(some.limit(CHUNK)))
    work.session.execute(delete(Entry).where(Entry.transfer_id.in_(ids)))
    work.session.execute(delete(Transfer).where(Transfer.id.in_(ids)))
    return len(ids)


def _documents(work: UnitOfWork, purge: Any) -> int:
    """A partner's own documents, after those about them; what the platform issued to it
    the law wants kept.
    """
    free = ~exists().where(About.about_id == IssuedDocument.id)
    some = select(IssuedDocument.id).where(IssuedDocument.issuer_id == purge.id, free)
    gone = delete(IssuedDocument).where(IssuedDocument.id.in_(some.limit(CHUNK)))
    return len(work.session.scalars(gone.returning(IssuedDocument.id)).all())


STEPS = (
    _of(Period, Period.subscription_id, Subscription),
    allowed(of_partner(Subscription)),
    _of(RenewalSwitch, RenewalSwitch.user_id, UserCopy),
    _of(ShopDelivery, ShopDelivery.shop_id, ShopConnection),
    _of(OrderSeat, OrderSeat.order_id, ShopOrderRecord),
    _of(OrderClosing, OrderClosing.order_id, ShopOrderRecord),
    _of(OrderEffect, OrderEffect.shop_id, ShopConnection),
    of_partner(ShopOrderRecord),
    of_partner(ShopConnection),
    of_partner(SellerPrice),
    of_partner(SellerTerms),
    rows(CreditsCurrency, lambda purge: CreditsCurrency.partner_id == purge.id),
    allowed(of_partner(Plan)),
    of_partner(Product),
    of_partner(PackageCopy),
    allowed(of_partner(Wallet)),
    allowed(_transfers),
    allowed(_documents),
    of_partner(NumberSeries, NumberSeries.issuer_id),
    of_partner(DocumentStyle),
    of_partner(CountryTax),
    of_partner(UserCopy),
    of_partner(CustomerCopy),
    below_partner(Erasure),
    rows(
        AccountCopy,
        lambda purge: AccountCopy.partner_id == purge.id,
        lambda purge: AccountCopy.id != purge.id,
    ),
    audit_rows,
    kept_answers,
)
"""The partner's own copy stays, empty: an older announcement then changes nothing."""

PURGING = Purging("billing", Purge, STEPS, _confirm)
