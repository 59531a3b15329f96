"""Ways in to jobs over all customers of a seller."""

from functools import partial

from accounts.customers.current import CURRENT_CUSTOMER
from accounts.doors import MakingDoors
from accounts.jobs import operations
from accounts.jobs.running import continue_jobs
from accounts.tree.current import CURRENT_ACCOUNT
from lineup.bus import every, rpc
from lineup.context import PARTNERS, SELLERS_AND_SUPPORT, Call
from lineup.contracts.accounts.customers import CustomerView
from lineup.contracts.accounts.jobs import (
    AccountCounts,
    AccountJobView,
    CountAccount,
    DeleteAccount,
    GetAccountJob,
    ListAccountJobs,
    MoveCustomer,
    MoveCustomers,
)
from lineup.contracts.paging import Page


class JobDoors(MakingDoors):
    """Ways in to jobs over all customers of a seller."""

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def count_account(self, call: Call[CountAccount]) -> AccountCounts:
        """How many customers and users lie below an account."""
        return self.database.read(call, operations.count_account)

    @rpc(allowed=PARTNERS)
    def delete_account(self, call: Call[DeleteAccount]) -> AccountJobView:
        """Delete a seller with all its customers."""
        return self.database.once(call, operations.delete_account, CURRENT_ACCOUNT)

    @rpc(allowed=PARTNERS)
    def move_customer(self, call: Call[MoveCustomer]) -> CustomerView:
        """Put a customer below another seller."""
        operation = partial(operations.move_customer, means=self.means)
        return self.database.once(call, operation, CURRENT_CUSTOMER)

    @rpc(allowed=PARTNERS)
    def move_customers(self, call: Call[MoveCustomers]) -> AccountJobView:
        """Put all customers of a seller below another one."""
        return self.database.once(call, operations.move_customers)

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def get_account_job(self, call: Call[GetAccountJob]) -> AccountJobView:
        """One job, and how far it is."""
        return self.database.read(call, operations.get_account_job)

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def list_account_jobs(self, call: Call[ListAccountJobs]) -> Page[AccountJobView]:
        """Jobs, newest first."""
        return self.database.read(call, operations.list_account_jobs)

    @every(seconds=1)
    def continue_account_jobs(self) -> None:
        """Go on with jobs, wherever they were left."""
        continue_jobs(self.database, self.means)
