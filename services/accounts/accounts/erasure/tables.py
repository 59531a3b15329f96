"""Which tables of accounts say something of a customer."""

from uuid import UUID

from sqlalchemy import Select, select

from accounts.boxes.models import Box, BoxHistory
from accounts.customers.models import Customer
from accounts.devices.models import Device
from accounts.logins.models import KnownAddress, Login, Session
from accounts.staff.models import GrantUse
from accounts.subscriptions.models import SubscriptionCopy
from accounts.users.models import User
from lineup.database.personal import PersonalTable, PersonalTables


def _logins(customer_id: UUID) -> "Select[UUID]":
    return select(Login.id).where(Login.account_id == customer_id)


def _users(customer_id: UUID) -> "Select[UUID]":
    return select(User.id).where(User.customer_id == customer_id)


PERSONAL = PersonalTables(
    Customer,
    (
        PersonalTable(Customer, "Who you are", lambda one: Customer.id == one),
        PersonalTable(Login, "Your login", lambda one: Login.account_id == one),
        PersonalTable(
            Session,
            "Where you are signed in",
            lambda one: Session.login_id.in_(_logins(one)),
        ),
        PersonalTable(
            KnownAddress,
            "Addresses you signed in from",
            lambda one: KnownAddress.login_id.in_(_logins(one)),
        ),
        PersonalTable(
            GrantUse,
            "When support acted as you",
            lambda one: GrantUse.account_id == one,
            lambda use: {"entered_at": use.entered_at},
        ),
        PersonalTable(User, "Your users", lambda one: User.customer_id == one),
        PersonalTable(Device, "Your devices", lambda one: Device.customer_id == one),
        PersonalTable(Box, "Boxes you were given", lambda one: Box.customer_id == one),
        PersonalTable(
            BoxHistory,
            "What happened to your boxes",
            lambda one: BoxHistory.customer_id == one,
        ),
        PersonalTable(
            SubscriptionCopy,
            "What your users may watch",
            lambda one: SubscriptionCopy.user_id.in_(_users(one)),
        ),
    ),
)
