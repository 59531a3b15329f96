"""What customers can be narrowed by and put in: sellers, groups, products."""

from uuid import UUID

from gateway.asking import actor, context
from gateway.ground import clients
from gateway.panel.display import label_of
from gateway.panel.filters import Options
from gateway.panel.parts import READ_SECONDS, part, wait_for
from lineup.context import PARTNERS, Role
from lineup.contracts.accounts import (
    AccountKind,
    AccountView,
    CustomerGroupView,
    ListAccounts,
    ListCustomerGroups,
)
from lineup.contracts.billing import ListProducts, ProductView
from lineup.contracts.paging import MAX_LIMIT, Page, Paging
from lineup.rpc import Answer

ALL = Paging(limit=MAX_LIMIT)
SELLERS = frozenset({AccountKind.RESELLER, AccountKind.DEALER})
CHOOSE_SELLERS = PARTNERS | {Role.SUPPORT}


def customer_choices() -> dict[str, Options]:
    """The options of a list's filters; those of a service that is away are missing."""
    groups, products = _groups(None), _products()
    sellers = _accounts()
    wait_for(groups, products, sellers)
    return {
        "group_id": group_options(part(groups).value),
        "product_id": _product_options(part(products).value),
        "seller_id": seller_options(part(sellers).value),
    }


def groups_for(seller_id: UUID | None) -> Options:
    """The groups that a seller's customers can be in; all that are seen for None."""
    return group_options(part(_groups(seller_id)).value)


def sellers_to_choose() -> Options:
    """Below whom the actor can put a customer; empty for sellers, who choose not."""
    if actor().role not in CHOOSE_SELLERS:
        return ()
    page = part(_accounts()).value
    sellers = [one for one in (page.items if page else []) if one.kind in SELLERS]
    return [(str(one.id), _seller_words(one)) for one in sellers]


def owners() -> Options:
    """Companies that can have groups of their own."""
    return seller_options(part(_accounts()).value)


def group_options(page: Page[CustomerGroupView] | None) -> Options:
    """Groups as choices; the company's name tells equal names apart."""
    groups = page.items if page else []
    names = [group.name for group in groups]
    return [
        (
            str(group.id),
            f"{group.name} ({group.account_name})"
            if names.count(group.name) > 1
            else group.name,
        )
        for group in groups
    ]


def seller_options(page: Page[AccountView] | None) -> Options:
    """Sellers as choices; a partner's own customers have no seller."""
    accounts = page.items if page else []
    return [(str(one.id), _seller_words(one)) for one in accounts]


def _seller_words(account: AccountView) -> str:
    if account.kind is AccountKind.PARTNER:
        return f"{account.name} (no seller)"
    return f"{account.name} ({label_of(account.kind).lower()})"


def _product_options(page: Page[ProductView] | None) -> Options:
    return [(str(one.id), one.name) for one in (page.items if page else [])]


def _groups(seller_id: UUID | None) -> Answer[Page[CustomerGroupView]]:
    question = ListCustomerGroups(seller_id=seller_id, paging=ALL)
    return clients().accounts.list_groups.later(
        context(), question, timeout=READ_SECONDS
    )


def _products() -> Answer[Page[ProductView]]:
    return clients().billing.list_products.later(
        context(), ListProducts(paging=ALL), timeout=READ_SECONDS
    )


def _accounts() -> Answer[Page[AccountView]]:
    return clients().accounts.list_accounts.later(
        context(), ListAccounts(paging=ALL), timeout=READ_SECONDS
    )
