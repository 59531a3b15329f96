"""What is said of a partnership: events for other services, notices to the partner."""

from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.packages.limits import held_package
from accounts.packages.models import MONTH, PartnerPackage, Partnership
from accounts.partners.models import Note
from accounts.partners.platform import platform, served_for
from accounts.partners.timetable import is_suspended, steps_of
from accounts.tree.models import Account
from lineup.context import Feature, Role
from lineup.contracts.accounts.partner_events import (
    ChargeKind,
    NoticeKind,
    PackageChargeDue,
    PartnerNotified,
    PartnershipChanged,
)
from lineup.contracts.accounts.partnerships import PartnershipState
from lineup.contracts.accounts.tree import AccountKind
from lineup.database import UnitOfWork
from lineup.export_links import export_token
from lineup.ids import new_id
from lineup.impersonation import signature
from lineup.money import Money
from lineup.secrets import Keyring


def partner_of(work: UnitOfWork, partnership: Partnership) -> Account:
    """The account of a partner."""
    return work.session.get_one(Account, partnership.id)


def changed(work: UnitOfWork, partnership: Partnership) -> None:
    """Plan what comes next, and announce the partnership and its account."""
    partner = partner_of(work, partnership)
    served = served_for(work, partner)
    zone = ZoneInfo(partner.time_zone or "UTC")
    steps = steps_of(partnership, zone, served)
    later = (step.at for step in steps if step.at > partnership.followed_until)
    partnership.due_at = min(later, default=None)
    partner.is_suspended = is_suspended(partnership, served, work.now)
    partnership.version += 1
    partner.version += 1
    work.session.flush()
    work.announce(_state(work, partnership, partner))
    work.announce(partner.state())


def note(
    work: UnitOfWork, partnership: Partnership, what: str, reason: str = ""
) -> None:
    """Remember what happened, who did it and why."""
    by = "" if work.actor.role is Role.SYSTEM else signature(work.actor)
    work.session.add(
        Note(
            id=new_id(),
            partner_id=partnership.id,
            happened_at=work.now,
            what=what,
            by=by,
            reason=reason,
        )
    )


def next_package(work: UnitOfWork, partnership: Partnership) -> PartnerPackage | None:
    """The package that the next month is paid for; None: none."""
    partner = partner_of(work, partnership)
    package_id = partnership.next_package_id or partner.package_id
    return held_package(work, package_id)


def reference_of(partnership: Partnership) -> str:
    """What a partner gives with its payment; another one for each month."""
    month = partnership.ends_at or partnership.locked_at or partnership.registered_at
    return f"P-{partnership.id.hex[-8:].upper()}-{month:%y%m}"


def notify(
    work: UnitOfWork,
    keyring: Keyring,
    partnership: Partnership,
    kind: NoticeKind,
    at: datetime,
) -> None:
    """Tell a partner something; the first reminder of a month is its pro forma."""
    partner, package = partner_of(work, partnership), next_package(work, partnership)
    is_pro_forma = kind is NoticeKind.ENDS_SOON and not partnership.is_billed
    if is_pro_forma and package is not None:
        partnership.is_billed = True
        charge_month(work, partnership, package, at)
    work.announce(
        PartnerNotified(
            id=new_id(),
            version=1,
            partner_id=partner.id,
            scope=partner.scope,
            kind=kind,
            partner=partner.name,
            email=partner.email,
            time_zone=partner.time_zone,
            package_name=package.name if package else "",
            is_trial=partnership.paid_until is None,
            at=at,
            purge_at=partnership.purge_at,
            amount=package.price if package else None,
            reference=reference_of(partnership),
            is_pro_forma=is_pro_forma,
            payment_instructions=platform(work).payment_instructions,
            export_token=export_token(keyring, partner.id, work.now),
            is_reseller=partner.kind is AccountKind.RESELLER_COMPANY,
        )
    )


def charge_month(
    work: UnitOfWork, partnership: Partnership, package: PartnerPackage, at: datetime
) -> None:
    """Announce that a partner is to pay for the month from a moment on."""
    _charge(
        work, partnership, ChargeKind.MONTH, package, package.price, (at, at + MONTH)
    )


def charge_rest(
    work: UnitOfWork, partnership: Partnership, package: PartnerPackage, dearer: Money
) -> Money:
    """Announce what a partner is to pay for having, from now on, a package that is
    `dearer` by so much a month than the one it has paid for.
    """
    paid_until, begun = partnership.paid_until, partnership.period_starts_at
    if partnership.state is not PartnershipState.PAID or not (paid_until and begun):
        return Money.zero(dearer.asset)
    free_until = partnership.trial_ends_at or work.now
    rest = paid_until - max(work.now, free_until)
    amount = dearer.share(rest, of=paid_until - begun)
    if amount:
        period = (work.now, paid_until)
        _charge(work, partnership, ChargeKind.UPGRADE, package, amount, period)
    return amount


def _charge(
    work: UnitOfWork,
    partnership: Partnership,
    kind: ChargeKind,
    package: PartnerPackage,
    amount: Money,
    period: tuple[datetime, datetime],
) -> None:
    starts_at, ends_at = period
    work.announce(
        PackageChargeDue(
            id=new_id(),
            version=1,
            partner_id=partnership.id,
            kind=kind,
            package_id=package.id,
            package_name=package.name,
            amount=amount,
            starts_at=starts_at,
            ends_at=ends_at,
            reference=reference_of(partnership),
        )
    )


def _state(
    work: UnitOfWork, partnership: Partnership, partner: Account
) -> PartnershipChanged:
    package = held_package(work, partner.package_id)
    features = package.terms.features if package else list(Feature)
    return PartnershipChanged(
        id=partnership.id,
        version=partnership.version,
        scope=partnership.scope,
        state=PartnershipState(partnership.state),
        package_id=partner.package_id,
        features=features,
        trial_ends_at=partnership.trial_ends_at,
        paid_until=partnership.paid_until,
        locked_at=partnership.locked_at,
        purge_at=partnership.purge_at,
    )
