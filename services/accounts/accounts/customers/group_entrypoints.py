"""Ways in to customer groups."""

from accounts.customers import groups
from accounts.customers.models import Group
from lineup.bus import Doors, rpc
from lineup.context import SELLERS, SELLERS_AND_SUPPORT, Call
from lineup.contracts.accounts.groups import (
    CreateCustomerGroup,
    CustomerGroupView,
    DeleteCustomerGroup,
    GetCustomerGroup,
    ListCustomerGroups,
    RenameCustomerGroup,
)
from lineup.contracts.paging import Page
from lineup.database import locked
from lineup.verbs import Done

CURRENT_GROUP = locked(Group, groups.get_group, GetCustomerGroup)


class GroupDoors(Doors):
    """Ways in to customer groups."""

    @rpc(allowed=SELLERS)
    def create_group(self, call: Call[CreateCustomerGroup]) -> CustomerGroupView:
        """Make a group."""
        return self.database.once(call, groups.create_group)

    @rpc(allowed=SELLERS)
    def rename_group(self, call: Call[RenameCustomerGroup]) -> CustomerGroupView:
        """Give a group another name."""
        return self.database.once(call, groups.rename_group, CURRENT_GROUP)

    @rpc(allowed=SELLERS)
    def delete_group(self, call: Call[DeleteCustomerGroup]) -> Done:
        """Remove a group that nobody is in."""
        return self.database.once(call, groups.delete_group, CURRENT_GROUP)

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def get_group(self, call: Call[GetCustomerGroup]) -> CustomerGroupView:
        """One group."""
        return self.database.read(call, groups.get_group)

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def list_groups(self, call: Call[ListCustomerGroups]) -> Page[CustomerGroupView]:
        """Groups by name."""
        return self.database.read(call, groups.list_groups)
