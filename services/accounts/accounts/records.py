"""How accounts maps its rows."""

import enum
from typing import Any

from sqlalchemy import Enum
from sqlalchemy.orm import DeclarativeBase

from lineup.context import Role
from lineup.contracts.accounts.partner_packages import Audience
from lineup.contracts.accounts.partnerships import CredentialsChannel, PartnershipState
from lineup.contracts.accounts.reseller_links import LinkRequestState
from lineup.contracts.accounts.tree import AccountKind, Status
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.database import COLUMN_TYPES, new_metadata


def as_text(values: type[enum.Enum]) -> Enum:
    """The column type of an enumeration: its values, as text."""
    return Enum(
        values,
        native_enum=False,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


class Record(DeclarativeBase):
    """A row of this service."""

    metadata = new_metadata()
    type_annotation_map: Any = COLUMN_TYPES | {
        kind: as_text(kind)
        for kind in (
            AccountKind,
            Status,
            Role,
            SubscriptionState,
            PartnershipState,
            CredentialsChannel,
            LinkRequestState,
            Audience,
        )
    }
