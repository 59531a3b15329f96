"""Ways in to customer groups."""

from accounts.customers import groups
from lineup.bus import Doors, rpc
from lineup.context import SELLERS, STAFF_AND_SUPPORT, Call
from lineup.contracts.accounts import (
    CreateGroup,
    DeleteGroup,
    Done,
    GetGroup,
    GroupView,
    ListGroups,
    RenameGroup,
)
from lineup.contracts.paging import Page


class GroupDoors(Doors):
    """Ways in to customer groups."""

    @rpc(allowed=SELLERS)
    def create_group(self, call: Call[CreateGroup]) -> GroupView:
        """Make a group."""
        return self.database.once(call, groups.create_group)

    @rpc(allowed=SELLERS)
    def rename_group(self, call: Call[RenameGroup]) -> GroupView:
        """Give a group another name."""
        return self.database.once(call, groups.rename_group)

    @rpc(allowed=SELLERS)
    def delete_group(self, call: Call[DeleteGroup]) -> Done:
        """Remove a group that nobody is in."""
        return self.database.once(call, groups.delete_group)

    @rpc(allowed=STAFF_AND_SUPPORT)
    def get_group(self, call: Call[GetGroup]) -> GroupView:
        """One group."""
        return self.database.read(call, groups.get_group)

    @rpc(allowed=STAFF_AND_SUPPORT)
    def list_groups(self, call: Call[ListGroups]) -> Page[GroupView]:
        """Groups by name."""
        return self.database.read(call, groups.list_groups)
