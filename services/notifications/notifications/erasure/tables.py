"""Which tables of notifications say something of a customer."""

from lineup.database.personal import PersonalTable, PersonalTables
from notifications.deliveries.models import Delivery
from notifications.people.models import CustomerCopy

PERSONAL = PersonalTables(
    CustomerCopy,
    (
        PersonalTable(CustomerCopy, "Who you are", lambda one: CustomerCopy.id == one),
        PersonalTable(
            Delivery, "Messages to you", lambda one: Delivery.customer_id == one
        ),
    ),
)
