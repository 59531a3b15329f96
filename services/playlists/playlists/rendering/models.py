"""What partners say of what is rendered for them."""

from uuid import UUID

from sqlalchemy import false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from lineup.contracts.playlists.streams import StreamSettings
from lineup.database import Timestamped
from lineup.secrets import Sealed
from playlists.records import Record


class PartnerOutput(Timestamped, Record):
    """How a partner's guide is cut and its stream addresses are signed."""

    __tablename__ = "partner_outputs"

    partner_id: Mapped[UUID] = mapped_column(primary_key=True)
    guide_days_back: Mapped[int | None]
    """Days of the past in the guide; None: as far as catch-up reaches, at least 1."""
    guide_days_ahead: Mapped[int] = mapped_column(default=7)
    stream_secret: Mapped[Sealed]
    """What the partner's streaming servers check signatures with."""
    session_minutes: Mapped[int | None]
    """How long a grant to watch is good for; None: as the gateway is told."""
    session_is_bound: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )
    """Whether it serves only the network address that asked for it."""
    session_is_renewed: Mapped[bool] = mapped_column(
        default=True, server_default=true()
    )
    """Whether it goes on after its time for as long as its user may watch."""
    stream_hosts: Mapped[list[str]] = mapped_column(
        default=list, server_default=text("'[]'")
    )
    """The only hosts whose addresses are signed; empty: all."""

    def stream_settings(self) -> StreamSettings:
        """What the partner says of grants to watch."""
        return StreamSettings(
            partner_id=self.partner_id,
            session_minutes=self.session_minutes,
            session_is_renewed=self.session_is_renewed,
            session_is_bound=self.session_is_bound,
            stream_hosts=list(self.stream_hosts),
            updated_at=self.last_change,
        )
