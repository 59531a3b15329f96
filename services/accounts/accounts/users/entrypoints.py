"""Ways in to users."""

from functools import partial

from accounts.doors import MakingDoors
from accounts.users import operations
from lineup.bus import rpc
from lineup.context import EVERYBODY, SELLERS, Call, Role
from lineup.contracts.accounts import (
    CreateUser,
    DeleteUser,
    Done,
    GetUser,
    ListUsers,
    RenameUser,
    UserView,
)
from lineup.contracts.paging import Page

SELLERS_AND_SELF = SELLERS | {Role.CUSTOMER}


class UserDoors(MakingDoors):
    """Ways in to users."""

    @rpc(allowed=SELLERS_AND_SELF)
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

    @rpc(allowed=SELLERS_AND_SELF)
    def rename_user(self, call: Call[RenameUser]) -> UserView:
        """Give a user another name."""
        operation = partial(operations.rename_user, means=self.means)
        return self.database.once(call, operation)

    @rpc(allowed=SELLERS_AND_SELF)
    def delete_user(self, call: Call[DeleteUser]) -> Done:
        """Delete a user without a running subscription."""
        operation = partial(operations.delete_user, means=self.means)
        return self.database.once(call, operation)
