"""What moves a partner's dates: payments, packages, and what the platform decides."""

from datetime import datetime, timedelta

from sqlalchemy import select

from accounts.packages.limits import package_of
from accounts.packages.models import PartnerPackage, Partnership
from accounts.packages.operations import audience_of, find_for_sale
from accounts.partners.finding import details_of, lock_partnership, usage_of
from accounts.partners.models import Payment
from accounts.partners.telling import (
    changed,
    charge_rest,
    next_package,
    note,
    notify,
    partner_of,
)
from accounts.partners.unmatched import keep_unmatched
from lineup.access import PackageLimit
from lineup.contracts.accounts.partner_events import NoticeKind
from lineup.contracts.accounts.partner_packages import Limit
from lineup.contracts.accounts.partnerships import (
    BookPartnerPayment,
    ChoosePackage,
    ExtendTrial,
    HoldPurge,
    PartnershipDetails,
)
from lineup.contracts.accounts.refusals import PartnerPurged, PaymentKnown
from lineup.contracts.accounts.unmatched_payments import WhyUnmatched
from lineup.contracts.billing.partners import PartnerPaymentReceived
from lineup.database import UnitOfWork
from lineup.errors import Refusal
from lineup.ids import new_id
from lineup.impersonation import signature
from lineup.money import Money
from lineup.scope import acting_partner
from lineup.secrets import Keyring
from lineup.verbs import handles

UNKNOWN = WhyUnmatched.PARTNER_UNKNOWN
REASONS = {
    PartnerPurged.code: WhyUnmatched.PARTNER_PURGED,
    PaymentKnown.code: WhyUnmatched.PAYMENT_KNOWN,
}
"""Why a payment that was refused extends nothing."""


@handles(BookPartnerPayment)
def book_payment(
    work: UnitOfWork, request: BookPartnerPayment, *, keyring: Keyring
) -> PartnershipDetails:
    """Book one month's payment, once by its reference: the partner goes on.

    PaymentKnown for one that was booked, PartnerPurged when there is nobody to go on.
    """
    partnership = lock_partnership(work, request.partner_id)
    known = select(Payment.id).where(Payment.reference == request.reference)
    if work.session.scalar(known) is not None:
        words = PaymentKnown.meaning()
        raise PaymentKnown(fields={"reference": [words]})
    _pay(work, keyring, partnership, request.reference, request.note)
    return details_of(work, partnership)


def receive_payment(
    work: UnitOfWork, received: PartnerPaymentReceived, *, keyring: Keyring
) -> None:
    """A payment that billing has booked: the partner goes on.

    What comes twice, or when the data goes, changes nothing but the list of payments
    whose money is to be returned.
    """
    request = BookPartnerPayment(
        partner_id=received.partner_id, reference=received.reference
    )
    try:
        with work.session.begin_nested():
            book_payment(work, request, keyring=keyring)
    except Refusal as refusal:
        keep_unmatched(work, received, REASONS.get(refusal.code, UNKNOWN))


@handles(ChoosePackage)
def choose_package(work: UnitOfWork, request: ChoosePackage) -> PartnershipDetails:
    """Have another package: a dearer one at once, a cheaper one from the next month.

    NotFound for one that is not offered to its kind, PackageLimit for one that what the
    partner has does not fit into.
    """
    partner_id = acting_partner(work.actor, request.partner_id)
    partnership = lock_partnership(work, partner_id)
    present = package_of(work, partner_id)
    audience = audience_of(partner_of(work, partnership))
    wanted = find_for_sale(work, request.package_id, audience)
    if present is not None and present.id == wanted.id:
        partnership.choose(None, None)
        note(work, partnership, f"Keeps {wanted.name}.")
    else:
        _choose(work, partnership, present, wanted)
    changed(work, partnership)
    return details_of(work, partnership)


@handles(ExtendTrial)
def extend_trial(work: UnitOfWork, request: ExtendTrial) -> PartnershipDetails:
    """Let a trial end later, for a reason."""
    partnership = lock_partnership(work, request.partner_id)
    ends_at = partnership.trial_ends_at or work.now
    partnership.extend_trial(ends_at + timedelta(days=request.days), work.now)
    what = f"The trial was extended by {_days(request.days)}."
    note(work, partnership, what, request.reason)
    changed(work, partnership)
    return details_of(work, partnership)


@handles(HoldPurge)
def hold_purge(work: UnitOfWork, request: HoldPurge) -> PartnershipDetails:
    """Let the data of a locked partner be deleted later, for a reason."""
    partnership = lock_partnership(work, request.partner_id)
    purge_at = partnership.purge_at or work.now
    partnership.hold_purge(purge_at + timedelta(days=request.days), work.now)
    what = f"The data is kept for {_days(request.days)} more."
    note(work, partnership, what, request.reason)
    changed(work, partnership)
    return details_of(work, partnership)


def change_package(work: UnitOfWork, partnership: Partnership) -> None:
    """Have the package that was chosen for the next month."""
    partner_of(work, partnership).package_id = partnership.next_package_id
    partnership.choose(None, None)
    note(work, partnership, "The package that was chosen before has begun.")


def _pay(
    work: UnitOfWork,
    keyring: Keyring,
    partnership: Partnership,
    reference: str,
    words: str,
) -> None:
    package = next_package(work, partnership)
    amount = package.price if package else Money.zero("EUR")
    starts_at = partnership.pay(work.now)
    ends_at = partnership.paid_until or starts_at
    payment = Payment(
        id=new_id(),
        partner_id=partnership.id,
        reference=reference,
        amount_minor=amount.amount_minor,
        asset=amount.asset,
        starts_at=starts_at,
        ends_at=ends_at,
        booked_at=work.now,
        booked_by=signature(work.actor),
    )
    work.session.add(payment)
    work.announce(payment.booked(package.name if package else ""))
    if partnership.next_package_id and starts_at <= work.now:
        change_package(work, partnership)
    note(work, partnership, f"Paid until {ends_at:%d %B %Y %H:%M} UTC.", words)
    changed(work, partnership)
    notify(work, keyring, partnership, NoticeKind.PAID, ends_at)


def _choose(
    work: UnitOfWork,
    partnership: Partnership,
    present: PartnerPackage | None,
    wanted: PartnerPackage,
) -> None:
    begins_at = _begins_at(partnership, present, wanted)
    if begins_at is not None or _is_smaller(present, wanted):
        _refuse_more_than(work, partnership, wanted)
    if begins_at is not None:
        partnership.choose(wanted.id, begins_at)
        note(work, partnership, f"{wanted.name} was chosen for the next month.")
        return
    if present is not None and present.asset == wanted.asset:
        charge_rest(work, partnership, wanted, wanted.price - present.price)
    partner_of(work, partnership).package_id = wanted.id
    partnership.choose(None, None)
    note(work, partnership, f"{wanted.name} was chosen.")


def _begins_at(
    partnership: Partnership, present: PartnerPackage | None, wanted: PartnerPackage
) -> datetime | None:
    """When a package begins that is chosen now; None: at once.

    What a cheaper one would give back is used up first.
    """
    if present is None or present.asset != wanted.asset:
        return None
    return partnership.ends_at if wanted.price < present.price else None


def _is_smaller(present: PartnerPackage | None, wanted: PartnerPackage) -> bool:
    """Whether a package allows less of anything than the present one."""
    before = present.terms if present else None
    pairs = (
        (before.most(one) if before else None, wanted.terms.most(one)) for one in Limit
    )
    return any(new is not None and (old is None or new < old) for old, new in pairs)


def _refuse_more_than(
    work: UnitOfWork, partnership: Partnership, wanted: PartnerPackage
) -> None:
    """PackageLimit with everything that a partner has more of than a package allows."""
    used = vars(usage_of(work, partnership.id))
    over = [
        f"{used[one.value]} of {most} {one.value}"
        for one in Limit
        if (most := wanted.terms.most(one)) is not None and used[one.value] > most
    ]
    if over:
        words = f"{wanted.name} is too small for what you have: {', '.join(over)}."
        raise PackageLimit(words, fields={"package_id": [words]})


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
