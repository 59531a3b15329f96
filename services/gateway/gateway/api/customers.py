"""What the API shows of customers and users: their links, and what is told once."""

from dataclasses import dataclass

from gateway import customers
from gateway.api.conditions import keep_tag
from gateway.api.subjects import customers as endpoints
from gateway.customers import NewCustomer
from gateway.players import UserCard, card_of
from gateway.read_your_writes import until_link_answers, until_login_answers
from gateway.request_context import ask
from lineup.contracts.accounts.customers import GetPlayerSettings, PlayerSettings
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.personal_data import ExportCustomer, PersonalExport
from lineup.contracts.accounts.users import (
    ChangePlayerLogin,
    CreateUser,
    GetUser,
    ListUsers,
    RenameUser,
    ReplacePlayerPassword,
    ReplacePlaylistLink,
)
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


@dataclass(frozen=True, kw_only=True)
class PersonalDataLink(PersonalExport):
    """A link to a customer's personal data."""

    url: str
    """Downloads the archive without sign-in; give it to nobody else."""


@endpoints.view(ExportCustomer)
def export_customer(rpc_request: ExportCustomer) -> PersonalDataLink:
    """Get a link by which all personal data of a customer is downloaded.

    The archive has a JSON file for each kind of record, and an index. It is made while
    it is downloaded; the link works for seven days.
    """
    made = ask(rpc_request)
    return PersonalDataLink(**vars(made), url=customers.personal_data_url(made))


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


@endpoints.view(ReplacePlaylistLink)
def replace_playlist_link(rpc_request: ReplacePlaylistLink) -> UserCard:
    """Replace the playlist link of a user; the old link stops working.

    Its Xtream username and password stay as they are.
    """
    user = ask(rpc_request)
    until_link_answers(user)
    keep_tag(user)
    return card_of(user)


@endpoints.view(ChangePlayerLogin)
def change_player_login(rpc_request: ChangePlayerLogin) -> UserCard:
    """Change the Xtream username and password of a user with the current ones as proof.

    Its playlist link stays the same. Too many wrong attempts have to wait.
    """
    user = ask(rpc_request)
    until_login_answers(user)
    return card_of(user)


endpoints.shows(GetUser, card_of)
endpoints.shows(ReplacePlayerPassword, card_of)
endpoints.shows(RenameUser, card_of)
