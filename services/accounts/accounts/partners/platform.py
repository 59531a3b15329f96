"""What holds for all partners."""

from datetime import timedelta

from sqlalchemy import update

from accounts.packages.models import Partnership
from accounts.partners.models import Platform
from accounts.tree.models import Account
from lineup.contracts.accounts.partnerships import (
    GetPlatformSettings,
    PartnershipState,
    PlatformSettings,
    UpdatePlatformSettings,
)
from lineup.contracts.accounts.tree import AccountKind
from lineup.contracts.changes import set_fields
from lineup.database import UnitOfWork
from lineup.verbs import handles


@handles(GetPlatformSettings)
def get_platform_settings(
    work: UnitOfWork, _request: GetPlatformSettings
) -> PlatformSettings:
    """What holds for all partners."""
    return platform(work).view()


def lock_platform_settings(
    work: UnitOfWork, _request: UpdatePlatformSettings
) -> PlatformSettings:
    """What holds for all partners, for this transaction alone."""
    work.session.get(Platform, 1, with_for_update=True)
    return platform(work).view()


@handles(UpdatePlatformSettings, changes=lock_platform_settings)
def update_platform_settings(
    work: UnitOfWork, request: UpdatePlatformSettings
) -> PlatformSettings:
    """Have other settings; subscribers of who is locked are served accordingly."""
    row = work.session.get(Platform, 1, with_for_update=True) or Platform.usual()
    for name, value in set_fields(request).items():
        setattr(row, name, value)
    work.session.add(row)
    locked = Partnership.state == PartnershipState.LOCKED
    work.session.execute(update(Partnership).where(locked).values(due_at=work.now))
    return row.view()


def served_for(work: UnitOfWork, account: Account) -> timedelta | None:
    """How long subscribers are served of who has not paid; None: to their end, as those
    of a reseller company, who are its partners'.
    """
    is_partner = account.kind is AccountKind.PARTNER
    return platform(work).served_for if is_partner else None


def platform(work: UnitOfWork) -> Platform:
    """What holds for all partners."""
    return work.session.get(Platform, 1) or Platform.usual()
