"""Customers, their groups, users and devices."""

from gateway import customers
from gateway.api.doors import Doors
from gateway.asking import context
from gateway.clients import AccountsClient
from gateway.customers import NewCustomer
from gateway.ground import clients
from gateway.players import UserCard, card_of
from gateway.waiting import until_link_answers
from lineup.context import (
    EVERYBODY,
    SELLERS,
    SELLERS_AND_CUSTOMERS,
    SELLERS_AND_SUPPORT,
)
from lineup.contracts.accounts.customers import GetPlayerSettings, PlayerSettings
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.users import CreateUser, ListUsers
from lineup.contracts.paging import Page

doors = Doors(
    "customers", "Customers, their groups, users and devices.", AccountsClient
)


doors.ask("GET /customers", "list_customers", SELLERS_AND_SUPPORT)
doors.ask("GET /customers/count", "count_customers", SELLERS_AND_SUPPORT)


@doors.open("POST /customers", CreateCustomer, NewCustomer, SELLERS)
def create_customer(question: CreateCustomer) -> NewCustomer:
    """Make a customer with its login and, where it is named, its first user.

    The answer has the user with its links and, this once, a password that was
    generated for the login.
    """
    return customers.create_customer(question)


doors.ask("GET /customers/<uuid:customer_id>", "get_customer", EVERYBODY)
doors.change("/customers/<uuid:customer_id>", "update_customer", SELLERS_AND_CUSTOMERS)
doors.ask(
    "PUT /customers/<uuid:customer_id>/state",
    "switch_customer",
    SELLERS,
    name="set_customer_state",
)
doors.ask("DELETE /customers/<uuid:customer_id>", "delete_customer", SELLERS)


@doors.open(
    "GET /customers/<uuid:customer_id>/player-settings",
    GetPlayerSettings,
    PlayerSettings,
    SELLERS_AND_CUSTOMERS,
)
def get_player_settings(question: GetPlayerSettings) -> PlayerSettings:
    """What a customer's players go by, with the PIN that opens restricted content."""
    return customers.player_settings(question)


doors.ask(
    "GET /customer-groups",
    "list_groups",
    SELLERS_AND_SUPPORT,
    name="list_customer_groups",
)
doors.ask(
    "POST /customer-groups", "create_group", SELLERS, name="create_customer_group"
)
doors.ask(
    "GET /customer-groups/<uuid:group_id>",
    "get_group",
    SELLERS_AND_SUPPORT,
    name="get_customer_group",
)
doors.ask(
    "PATCH /customer-groups/<uuid:group_id>",
    "rename_group",
    SELLERS,
    name="update_customer_group",
)
doors.ask(
    "DELETE /customer-groups/<uuid:group_id>",
    "delete_group",
    SELLERS,
    name="delete_customer_group",
)


@doors.open("GET /users", ListUsers, Page[UserCard], EVERYBODY)
def list_users(question: ListUsers) -> Page[UserCard]:
    """Users, of one customer where it is named."""
    page = clients().accounts.list_users(context(), question)
    return page.showing(list(map(card_of, page.items)))


@doors.open(
    "POST /customers/<uuid:customer_id>/users",
    CreateUser,
    UserCard,
    SELLERS_AND_CUSTOMERS,
)
def create_user(question: CreateUser) -> UserCard:
    """Add a user to a customer; its link answers at once."""
    user = clients().accounts.create_user(context(), question)
    until_link_answers(user)
    return card_of(user)


doors.ask("GET /users/<uuid:user_id>", "get_user", EVERYBODY, shown=card_of)
doors.ask(
    "PATCH /users/<uuid:user_id>", "rename_user", SELLERS_AND_CUSTOMERS, shown=card_of
)
doors.ask("DELETE /users/<uuid:user_id>", "delete_user", SELLERS_AND_CUSTOMERS)

doors.ask("GET /devices", "list_devices", EVERYBODY)
doors.ask("POST /users/<uuid:user_id>/devices", "add_device", SELLERS_AND_CUSTOMERS)
doors.ask("GET /devices/<uuid:device_id>", "get_device", EVERYBODY)
doors.change("/devices/<uuid:device_id>", "change_device", SELLERS_AND_CUSTOMERS)
doors.ask("DELETE /devices/<uuid:device_id>", "remove_device", SELLERS_AND_CUSTOMERS)
