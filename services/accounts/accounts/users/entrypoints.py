"""Ways in to users."""

from functools import partial

from accounts.doors import MakingDoors
from accounts.users import operations
from accounts.users.current import current_user
from accounts.users.standing import follow_subscription
from lineup.bus import on_event, rpc
from lineup.context import EVERYBODY, SELLERS_AND_CUSTOMERS, Call, Event
from lineup.contracts.accounts.users import (
    CreateUser,
    GetUser,
    ListUsers,
    RenameUser,
    UserView,
)
from lineup.contracts.billing.subscriptions import SubscriptionChanged
from lineup.contracts.paging import Page


class UserDoors(MakingDoors):
    """Ways in to users."""

    @rpc(allowed=SELLERS_AND_CUSTOMERS)
    def create_user(self, call: Call[CreateUser]) -> UserView:
        """Add a user to a customer."""
        operation = partial(operations.create_user, means=self.means)
        return self.database.once(call, operation)

    @rpc(allowed=EVERYBODY)
    def get_user(self, call: Call[GetUser]) -> UserView:
        """One user with what its player needs."""
        operation = partial(operations.get_user, means=self.means)
        return self.database.read(call, operation)

    @rpc(allowed=EVERYBODY)
    def list_users(self, call: Call[ListUsers]) -> Page[UserView]:
        """Users, newest first."""
        operation = partial(operations.list_users, means=self.means)
        return self.database.read(call, operation)

    @rpc(allowed=SELLERS_AND_CUSTOMERS)
    def rename_user(self, call: Call[RenameUser]) -> UserView:
        """Give a user another name."""
        operation = partial(operations.rename_user, means=self.means)
        return self.database.once(call, operation, current_user(self.means))

    @on_event
    def on_subscription_changed(self, event: Event[SubscriptionChanged]) -> None:
        """Keep what billing says of a user's subscription."""
        self.database.keep(event, follow_subscription)
