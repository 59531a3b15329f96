"""A customer as one looks at it: the person, its users, its money, put together."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from uuid import UUID

from flask import url_for

from gateway.app_context import app_context
from gateway.panel.optional_results import OptionalResult, optional_if_known, wait_for
from gateway.players import UserCard, card_of
from gateway.read_your_writes import until_link_answers
from gateway.request_context import ask, ask_later
from lineup.contracts.accounts.customers import (
    CustomerView,
    GetCustomer,
    GetPlayerSettings,
    PlayerSettings,
)
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.personal_data import PersonalExport
from lineup.contracts.accounts.users import ListUsers
from lineup.contracts.billing.subscriptions import (
    ListSubscriptions,
    SubscriptionState,
    SubscriptionView,
)
from lineup.contracts.billing.wallets import (
    EntryView,
    GetWallet,
    ListEntries,
    WalletView,
)
from lineup.contracts.paging import MAX_LIMIT, Page, Paging
from lineup.export_links import CUSTOMERS_GOOD_FOR, ExportOf, export_token

ALL = Paging(limit=MAX_LIMIT)
STATEMENT = Paging(limit=10)


@dataclass(frozen=True, kw_only=True)
class CustomerPage:
    """Everything one looks at; parts of services that are away are empty."""

    customer: CustomerView
    users: list[UserCard]
    wallet: OptionalResult[WalletView]
    entries: OptionalResult[Page[EntryView]]
    subscriptions: OptionalResult[Page[SubscriptionView]]

    @property
    def billing_is_away(self) -> bool:
        """Whether money and subscriptions cannot be shown."""
        return self.wallet.is_away or self.subscriptions.is_away

    def subscription_of(self, user: UserCard) -> SubscriptionView | None:
        """A user's newest subscription, the running one first."""
        page = self.subscriptions.value
        return newest(s for s in page.items if s.user_id == user.id) if page else None


@dataclass(frozen=True, kw_only=True)
class NewLogin:
    """What a new customer signs in with."""

    username: str
    password: str | None
    """Told this once where it was generated; none where the caller chose it."""


@dataclass(frozen=True, kw_only=True)
class NewCustomer(CustomerView):
    """A customer that was made just now, with what is told once and never again."""

    users: list[UserCard]
    """Its first user with its links, where one was named."""
    login: NewLogin


def create_customer(rpc_request: CreateCustomer, *, step: str = "") -> NewCustomer:
    """Make a customer; links of its users answer when this returns."""
    made = ask(rpc_request, step=step)
    until_link_answers(*made.users)
    known = {field.name: getattr(made, field.name) for field in fields(CustomerView)}
    generated = made.generated_password
    return NewCustomer(
        **known,
        users=list(map(card_of, made.users)),
        login=NewLogin(
            username=made.username,
            password=app_context().keyring.open(generated) if generated else None,
        ),
    )


def player_settings(rpc_request: GetPlayerSettings) -> PlayerSettings:
    """What a customer's players go by, its PIN opened."""
    card = ask(rpc_request)
    return replace(card, pin=app_context().keyring.open(card.pin) if card.pin else "")


def newest(subscriptions: Iterable[SubscriptionView]) -> SubscriptionView | None:
    """The running one of a user's subscriptions, the newest first; else the first."""
    known = list(subscriptions)
    running = (one for one in known if one.state is SubscriptionState.RUNNING)
    return next(running, next(iter(known), None))


def page_of_customer(customer_id: UUID) -> CustomerPage:
    """Ask accounts and billing at once; NotFound when accounts says so."""
    customer = ask_later(GetCustomer(customer_id=customer_id))
    users = ask_later(ListUsers(customer_id=customer_id, paging=ALL))
    wallet = ask_later(GetWallet(customer_id=customer_id))
    entries = ask_later(ListEntries(customer_id=customer_id, paging=STATEMENT))
    subscriptions = ask_later(ListSubscriptions(customer_id=customer_id, paging=ALL))
    wait_for(customer, users, wallet, entries, subscriptions)
    return CustomerPage(
        customer=customer.reply(),
        users=list(map(card_of, users.reply().items)),
        wallet=optional_if_known(wallet),
        entries=optional_if_known(entries),
        subscriptions=optional_if_known(subscriptions),
    )


def personal_data_url(made: PersonalExport) -> str:
    """The link by which a customer's personal data is downloaded, until it expires."""
    made_at = made.expires_at - CUSTOMERS_GOOD_FOR
    token = export_token(
        app_context().keyring,
        made.customer_id,
        made_at,
        ExportOf.CUSTOMER,
        CUSTOMERS_GOOD_FOR,
    )
    return url_for("personal_data.by_link", token=token, _external=True)
