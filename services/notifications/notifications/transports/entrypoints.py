"""Ways in to mail transports."""

from functools import partial

from lineup.bus import Doors, rpc
from lineup.context import PARTNERS, Call
from lineup.contracts.notifications import GetTransport, SaveTransport, TransportView
from notifications.transports import operations


class TransportDoors(Doors):
    """A partner's mail transport."""

    @rpc(allowed=PARTNERS)
    def save_transport(self, call: Call[SaveTransport]) -> TransportView:
        """Set how a partner's mail leaves."""
        allow_private = self.settings.allow_private_sources
        save = partial(operations.save_transport, allow_private=allow_private)
        return self.database.once(call, save, operations.current_transport)

    @rpc(allowed=PARTNERS)
    def get_transport(self, call: Call[GetTransport]) -> TransportView:
        """Show how a partner's mail leaves."""
        return self.database.read(call, operations.get_transport)
