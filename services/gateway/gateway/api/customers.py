"""Customers, their groups, users and devices."""

from gateway import customers
from gateway.api.doors import Doors
from gateway.asking import context
from gateway.clients import AccountsClient
from gateway.ground import clients
from gateway.players import UserCard, card_of
from gateway.waiting import until_link_answers
from lineup.context import (
    EVERYBODY,
    SELLERS,
    SELLERS_AND_CUSTOMERS,
    STAFF_AND_SUPPORT,
)
from lineup.contracts.accounts import (
    CreateCustomer,
    CreateUser,
    CustomerView,
    GetPlayerSettings,
    GetUser,
    ListUsers,
    PlayerSettings,
    RenameUser,
)
from lineup.contracts.paging import Page

doors = Doors(
    "customers", "Customers, their groups, users and devices.", AccountsClient
)


doors.ask("GET /customers", "list_customers", STAFF_AND_SUPPORT)
doors.ask("GET /customers/count", "count_customers", STAFF_AND_SUPPORT)


@doors.open("POST /customers", CreateCustomer, CustomerView, SELLERS)
def create_customer(question: CreateCustomer) -> CustomerView:
    """Make a customer with its login and, where it is named, its first user."""
    return customers.create_customer(question)


doors.ask("GET /customers/<uuid:customer_id>", "get_customer", EVERYBODY)
doors.ask("PUT /customers/<uuid:customer_id>", "update_customer", SELLERS_AND_CUSTOMERS)
doors.ask("PUT /customers/<uuid:customer_id>/status", "set_customer_status", SELLERS)
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


doors.ask("GET /customer-groups", "list_groups", STAFF_AND_SUPPORT)
doors.ask("POST /customer-groups", "create_group", SELLERS)
doors.ask("GET /customer-groups/<uuid:group_id>", "get_group", STAFF_AND_SUPPORT)
doors.ask("PATCH /customer-groups/<uuid:group_id>", "rename_group", SELLERS)
doors.ask("DELETE /customer-groups/<uuid:group_id>", "delete_group", SELLERS)


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


@doors.open("GET /users/<uuid:user_id>", GetUser, UserCard, EVERYBODY)
def get_user(question: GetUser) -> UserCard:
    """One user with its link and Xtream data."""
    return card_of(clients().accounts.get_user(context(), question))


@doors.open("PATCH /users/<uuid:user_id>", RenameUser, UserCard, SELLERS_AND_CUSTOMERS)
def rename_user(question: RenameUser) -> UserCard:
    """Give a user another name."""
    return card_of(clients().accounts.rename_user(context(), question))


doors.ask("DELETE /users/<uuid:user_id>", "delete_user", SELLERS_AND_CUSTOMERS)

doors.ask("GET /devices", "list_devices", EVERYBODY)
doors.ask("POST /users/<uuid:user_id>/devices", "add_device", SELLERS_AND_CUSTOMERS)
doors.ask("GET /devices/<uuid:device_id>", "get_device", EVERYBODY)
doors.ask("PUT /devices/<uuid:device_id>", "change_device", SELLERS_AND_CUSTOMERS)
doors.ask("DELETE /devices/<uuid:device_id>", "remove_device", SELLERS_AND_CUSTOMERS)
