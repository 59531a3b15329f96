"""Every table of accounts, once all rooms' classes are known."""

from sqlalchemy import MetaData

from accounts.customers.models import Customer
from accounts.logins.models import Login
from accounts.records import Record
from accounts.subscriptions.models import SubscriptionCopy
from accounts.tree.models import Account
from accounts.users.models import User

ROWS = (Account, Login, SubscriptionCopy, User, Customer)


def all_tables() -> MetaData:
    """The metadata that migrations are compared with."""
    return Record.metadata
