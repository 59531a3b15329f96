"""Handing out what is kept of a customer."""

from accounts.customers.finding import get_row
from lineup.access import require
from lineup.context import Permission
from lineup.contracts.accounts.personal_data import ExportCustomer, PersonalExport
from lineup.database import UnitOfWork
from lineup.export_links import CUSTOMERS_GOOD_FOR
from lineup.verbs import handles

PART_OF_IT = (Permission.SEE_MONEY, Permission.AUDIT)


@handles(ExportCustomer)
def export_customer(work: UnitOfWork, request: ExportCustomer) -> PersonalExport:
    """Let a customer's data be downloaded for a week; the log says by whom."""
    for permission in PART_OF_IT:
        require(work.actor, permission)
    customer = get_row(work, request.customer_id)
    return PersonalExport(
        customer_id=customer.id, expires_at=work.now + CUSTOMERS_GOOD_FOR
    )
