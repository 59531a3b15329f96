"""Models of boxes, boxes, and what happened to each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from accounts.records import Record
from accounts.search_text import mac_words, searchable
from accounts.tree.models import PATH
from lineup.contracts.accounts.boxes import BoxEvent, BoxState
from lineup.contracts.accounts.refusals import BoxAssigned, BoxFaulty, BoxNotAssigned
from lineup.database import Timestamped
from lineup.ids import new_id


class BoxModel(Timestamped, Record):
    """What boxes of a kind are called; `scope` is the partner's path."""

    __tablename__ = "box_models"
    __table_args__ = (
        Index("uq_box_models_name", "partner_id", "name_key", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID]
    scope: Mapped[str] = mapped_column(PATH, index=True)
    name: Mapped[str]
    maker: Mapped[str]
    name_key: Mapped[str]
    """Name and maker, as they are compared."""
    created_at: Mapped[datetime]

    def call(self, name: str, maker: str) -> None:
        """Be called so from now on."""
        self.name, self.maker = name, maker
        self.name_key = f"{name}\n{maker}".lower()

    @property
    def title(self) -> str:
        """Maker and name."""
        return f"{self.maker} {self.name}".strip()


class Box(Timestamped, Record):
    """One box; `scope` is the path of the partner or seller in whose stock it is."""

    __tablename__ = "boxes"
    __table_args__ = (
        Index("uq_boxes_serial", "partner_id", "serial_key", unique=True),
        Index("uq_boxes_mac", "partner_id", "mac", unique=True),
        Index("ix_boxes_partner_id_id", "partner_id", "id"),
        Index("ix_boxes_customer_id_id", "customer_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID]
    scope: Mapped[str] = mapped_column(PATH, index=True)
    account_id: Mapped[UUID]
    box_model_id: Mapped[UUID] = mapped_column(ForeignKey("box_models.id"), index=True)
    serial: Mapped[str]
    serial_key: Mapped[str]
    mac: Mapped[str]
    search: Mapped[str]
    state: Mapped[str]
    customer_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    assigned_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    def call(self, serial: str, mac: str) -> None:
        """Bear this serial number and MAC address."""
        self.serial, self.mac = serial, mac
        self.serial_key = serial.lower()
        self.search = searchable([serial, *mac_words(mac)])

    def refuse_if_assigned(self) -> None:
        """BoxAssigned while a user has it."""
        if self.state == BoxState.ASSIGNED:
            raise BoxAssigned

    def assign(self, customer_id: UUID, user_id: UUID, now: datetime) -> None:
        """Be a user's; BoxAssigned or BoxFaulty where it cannot."""
        self.refuse_if_assigned()
        if self.state == BoxState.FAULTY:
            raise BoxFaulty
        self.state = BoxState.ASSIGNED
        self.customer_id, self.user_id, self.assigned_at = customer_id, user_id, now

    def take_back(self, *, is_faulty: bool = False) -> None:
        """Be nobody's; BoxNotAssigned if it is so already."""
        if self.state != BoxState.ASSIGNED:
            raise BoxNotAssigned
        self.state = BoxState.FAULTY if is_faulty else BoxState.RETURNED
        self.customer_id = self.user_id = self.assigned_at = None

    def check(self, *, is_faulty: bool) -> None:
        """Be faulty or in stock, as somebody found; BoxAssigned while a user has it."""
        self.refuse_if_assigned()
        self.state = BoxState.FAULTY if is_faulty else BoxState.IN_STOCK


class BoxHistory(Record):
    """Something that happened to a box; `scope` is where it was in stock by then."""

    __tablename__ = "box_history"
    __audited__ = False
    __table_args__ = (
        Index("ix_box_history_box_id_id", "box_id", "id"),
        Index("ix_box_history_customer_id", "customer_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    box_id: Mapped[UUID] = mapped_column(ForeignKey("boxes.id", ondelete="CASCADE"))
    partner_id: Mapped[UUID] = mapped_column(index=True)
    scope: Mapped[str] = mapped_column(PATH)
    at: Mapped[datetime]
    event: Mapped[str]
    by: Mapped[str]
    customer_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    """Whose stock it was handed over to."""
    note: Mapped[str]


def entry(  # noqa: PLR0913 - all that an entry says
    box: Box,
    event: BoxEvent,
    by: str,
    now: datetime,
    *,
    customer_id: UUID | None = None,
    user_id: UUID | None = None,
    account_id: UUID | None = None,
    note: str = "",
) -> BoxHistory:
    """An entry of a box's history."""
    return BoxHistory(
        id=new_id(),
        box_id=box.id,
        partner_id=box.partner_id,
        scope=box.scope,
        at=now,
        event=event,
        by=by,
        customer_id=customer_id,
        user_id=user_id,
        account_id=account_id,
        note=note,
    )
