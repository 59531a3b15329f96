"""What the API shows of customers and users: their links, and what is told once."""

from gateway import customers
from gateway.api.subjects import customers as endpoints
from gateway.customers import NewCustomer
from gateway.players import UserCard, card_of
from gateway.read_your_writes import until_link_answers
from gateway.request_context import ask
from lineup.contracts.accounts.customers import GetPlayerSettings, PlayerSettings
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.users import CreateUser, GetUser, ListUsers, RenameUser
from lineup.contracts.paging import Page


@endpoints.view(CreateCustomer)
def create_customer(rpc_request: CreateCustomer) -> NewCustomer:
    """Make a customer with its login and, where it is named, its first user.

    The answer has the user with its links and, this once, a password that was
    generated for the login.
    """
    return customers.create_customer(rpc_request)


@endpoints.view(GetPlayerSettings)
def get_player_settings(rpc_request: GetPlayerSettings) -> PlayerSettings:
    """Get the player settings of a customer, including the PIN."""
    return customers.player_settings(rpc_request)


@endpoints.view(ListUsers)
def list_users(rpc_request: ListUsers) -> Page[UserCard]:
    """List users, optionally of one customer."""
    page = ask(rpc_request)
    return page.showing(list(map(card_of, page.items)))


@endpoints.view(CreateUser)
def create_user(rpc_request: CreateUser) -> UserCard:
    """Create a user; its playlist link works immediately."""
    user = ask(rpc_request)
    until_link_answers(user)
    return card_of(user)


endpoints.shows(GetUser, card_of)
endpoints.shows(RenameUser, card_of)
