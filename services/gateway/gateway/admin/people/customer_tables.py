"""Lists of customers, and of what one customer has: columns and filters."""

from uuid import UUID

from gateway.panel.filters import Choice, Dates, HiddenFilter, Id, TextFilter, YesNo
from gateway.panel.tables import Column, Table
from lineup.contracts.accounts.customers import CustomerStatus

COLUMNS = (
    Column("name", "Name", order="name"),
    Column("state", "Status"),
    Column("city", "City", path="person.city", order="city"),
    Column("username", "Username", order="username"),
    Column("ends_at", "Ends", order="ends_at"),
    Column("seller_name", "Seller"),
    Column("is_on", "Enabled"),
    Column("email", "Email", path="person.email", is_hidden=True),
    Column("mobile", "Mobile", path="person.mobile", is_hidden=True),
    Column("country", "Country", path="person.country", is_hidden=True),
    Column("group_name", "Group", is_hidden=True),
    Column("external_id", "External ID", path="settings.external_id", is_hidden=True),
    Column("user_count", "Users", is_hidden=True, is_numeric=True),
    Column("created_at", "Created", order="created_at", is_hidden=True),
    Column("acts", ""),
)
SEARCH = TextFilter("Name, email, phone, username or MAC")
STATE = Choice("state", "Status", CustomerStatus)
SELLER = Choice("seller_id", "Seller", convert=UUID)
FURTHER = (
    Choice("group_id", "Group", convert=UUID),
    Choice("product_id", "Product", convert=UUID),
    Dates("ends", "Ends"),
    Id("partner_id", "Partner"),
)
LED_TO = (
    HiddenFilter(Dates("created", "Created")),
    HiddenFilter(YesNo("is_grouped", "Group", "In a group", "Not in a group")),
)
"""What other pages narrow by, such as figures of a month."""

CUSTOMERS = Table(
    "customers", *COLUMNS, filters=(SEARCH, STATE, SELLER, *FURTHER, *LED_TO)
)
OWN_CUSTOMERS = Table(
    "customers",
    *(column for column in COLUMNS if column.name != "seller_name"),
    filters=(SEARCH, STATE, *FURTHER, *LED_TO),
)
"""A seller's: all are its own."""

USERS = Table(
    "users",
    Column("name", "Name", order="name"),
    Column("state", "Status"),
    Column("username", "Xtream username"),
    Column("product_name", "Product"),
    Column("ends_at", "Ends", order="ends_at"),
    Column("device_count", "Devices", is_numeric=True),
    Column("acts", ""),
)
DEVICES = Table(
    "devices",
    Column("model", "Device"),
    Column("app", "App"),
    Column("mac", "MAC address"),
    Column("noted_at", "Last confirmed"),
    Column("acts", ""),
    filters=(TextFilter("Device, app or MAC"),),
)
