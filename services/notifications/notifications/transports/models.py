"""A partner's mail transport."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from lineup.contracts.notifications import SaveTransport, TransportView
from notifications.records import Record


class Transport(Record):
    """The SMTP server and sender of one partner (NO-06)."""

    __tablename__ = "transport"

    partner_id: Mapped[UUID] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(index=True)
    sender_address: Mapped[str]
    sender_name: Mapped[str]
    host: Mapped[str]
    port: Mapped[int]
    security: Mapped[str]
    username: Mapped[str]
    password: Mapped[str | None]
    """Sealed."""

    def change(self, request: SaveTransport) -> None:
        """Take over every field; a password that is not given stays as it was."""
        self.sender_address = request.sender_address
        self.sender_name = request.sender_name
        self.host = request.host
        self.port = request.port
        self.security = request.security
        self.username = request.username
        if request.password is not None or not request.username:
            self.password = request.password

    def view(self) -> TransportView:
        """What may be shown of it."""
        return TransportView(
            partner_id=self.partner_id,
            sender_address=self.sender_address,
            sender_name=self.sender_name,
            host=self.host,
            port=self.port,
            security=self.security,
            username=self.username,
            has_password=self.password is not None,
        )
