"""What the API shows of customers and users: their links, and what is told once."""

from gateway import customers
from gateway.api.subjects import customers as endpoints
from gateway.asking import ask
from gateway.customers import NewCustomer
from gateway.players import UserCard, card_of
from gateway.waiting import until_link_answers
from lineup.contracts.accounts.customers import GetPlayerSettings, PlayerSettings
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.users import CreateUser, GetUser, ListUsers, RenameUser
from lineup.contracts.paging import Page


@endpoints.view(CreateCustomer)
def create_customer(question: CreateCustomer) -> NewCustomer:
    """Make a customer with its login and, where it is named, its first user.

    The answer has the user with its links and, this once, a password that was
    generated for the login.
    """
    return customers.create_customer(question)


@endpoints.view(GetPlayerSettings)
def get_player_settings(question: GetPlayerSettings) -> PlayerSettings:
    """Get the player settings of a customer, including the PIN."""
    return customers.player_settings(question)


@endpoints.view(ListUsers)
def list_users(question: ListUsers) -> Page[UserCard]:
    """List users, optionally of one customer."""
    page = ask(question)
    return page.showing(list(map(card_of, page.items)))


@endpoints.view(CreateUser)
def create_user(question: CreateUser) -> UserCard:
    """Create a user; its playlist link works immediately."""
    user = ask(question)
    until_link_answers(user)
    return card_of(user)


endpoints.shows(GetUser, card_of)
endpoints.shows(RenameUser, card_of)
