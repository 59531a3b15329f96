"""How far the ledger was looked through for what needs a document."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from billing.records import Record


class Progress(Record):
    """The transfer up to which all were looked at, for sales or for corrections."""

    __tablename__ = "document_progress"
    __audited__ = False

    name: Mapped[str] = mapped_column(primary_key=True)
    after_id: Mapped[UUID]
