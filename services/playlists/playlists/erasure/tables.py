"""Which tables of playlists say something of a customer."""

from lineup.database.personal import PersonalTable, PersonalTables
from playlists.entitlements.models import (
    Customer,
    CustomerPackage,
    Subscription,
    User,
)

PERSONAL = PersonalTables(
    Customer,
    (
        PersonalTable(
            Customer, "What your players go by", lambda one: Customer.id == one
        ),
        PersonalTable(
            CustomerPackage,
            "Packages you have, or have not, beside your products",
            lambda one: CustomerPackage.customer_id == one,
        ),
        PersonalTable(User, "Your users", lambda one: User.customer_id == one),
        PersonalTable(
            Subscription,
            "What your users may watch",
            lambda one: Subscription.customer_id == one,
        ),
    ),
)
