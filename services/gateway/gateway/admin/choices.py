"""What can be chosen in filters and forms, by its name.

Each request goes out when it is made and is read when its choices are called for, so
that the other parts of a page wait beside it: `products = choices.products()`, and in
the end `products()`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from gateway.admin.content.common import MAX_OPTIONS
from gateway.panel.display import label_of
from gateway.panel.filters import Options
from gateway.panel.optional_results import options_of
from gateway.panel.tables import Listing, Table
from gateway.request_context import actor, ask_later
from lineup.context import PARTNERS_AND_SUPPORT, Role
from lineup.contracts.accounts.boxes import ListBoxModels
from lineup.contracts.accounts.groups import CustomerGroupView, ListCustomerGroups
from lineup.contracts.accounts.seller_plans import ListSellerPlans
from lineup.contracts.accounts.tree import AccountKind, AccountView, ListAccounts
from lineup.contracts.billing.catalog import ListProducts
from lineup.contracts.billing.shops import ListShops
from lineup.contracts.paging import Page
from lineup.contracts.playlists.channels import Groups, ListGroups
from lineup.contracts.playlists.packages import ListPackages, PackageView
from lineup.rpc import Answer
from lineup.verbs import Request

Choices = Callable[[], Options]
"""Values in the address and words; none while their service is away."""
SELLER_KINDS = frozenset({AccountKind.RESELLER, AccountKind.DEALER})
WITH_CUSTOMERS = SELLER_KINDS | {AccountKind.PARTNER}


def listing_by_partner(
    table: Table, request_type: type[Request[Page[Any]]], /, **options: Options
) -> Listing:
    """A list that can be narrowed to a partner, which the operator reads by its name;
    `options` of its other choices.
    """
    owners = partners()
    pending = table.listing().later(request_type)
    return pending.with_options(partner_id=owners(), **options)


def products() -> Choices:
    """What is sold."""
    paging = replace(MAX_OPTIONS, order="name")
    return _with_partners(ask_later(ListProducts(paging=paging)))


def shops() -> Choices:
    """Webshops that send orders."""
    return _with_partners(ask_later(ListShops(paging=MAX_OPTIONS)))


def partners() -> Choices:
    """Tenants, for the operator; nobody else sees more than one."""
    if actor().role is not Role.OPERATOR:
        return tuple
    answer = ask_later(ListAccounts(kind=AccountKind.PARTNER, paging=MAX_OPTIONS))
    return lambda: options_of(answer, _accounts_by_name)


def sellers() -> Choices:
    """Resellers and dealers."""
    answer = ask_later(ListAccounts(paging=MAX_OPTIONS))
    return lambda: options_of(answer, partial(_of_kinds, SELLER_KINDS))


def sellers_to_put_below() -> Choices:
    """Below whom the actor can put a customer; sellers themselves choose not."""
    return sellers() if actor().role in PARTNERS_AND_SUPPORT else tuple


def accounts() -> Choices:
    """Whoever may have customers: sellers, and partners for those without one."""
    answer = ask_later(ListAccounts(paging=MAX_OPTIONS))
    return lambda: options_of(answer, partial(_of_kinds, WITH_CUSTOMERS))


def of_customers() -> Callable[[], dict[str, Options]]:
    """What lists of customers are narrowed by, by the filter's name."""
    choices_by_name = {
        "group_id": customer_groups(),
        "product_id": products(),
        "seller_id": accounts(),
    }
    return lambda: {name: read() for name, read in choices_by_name.items()}


def customer_groups(seller_id: UUID | None = None) -> Choices:
    """The groups that a seller's customers can be in; all that are seen for None."""
    answer = ask_later(ListCustomerGroups(seller_id=seller_id, paging=MAX_OPTIONS))
    return lambda: options_of(answer, _customer_groups)


def seller_plans(partner_id: UUID | None) -> Choices:
    """What a partner's sellers can be limited to."""
    asked = ListSellerPlans(partner_id=partner_id, paging=MAX_OPTIONS)
    answer = ask_later(asked)
    return lambda: _accounts_by_name(answer.reply())


def box_models(partner_id: UUID | None = None) -> Choices:
    """A partner's models of boxes; of all that are seen for None, when the operator
    reads whose each is.
    """
    answer = ask_later(ListBoxModels(partner_id=partner_id, paging=MAX_OPTIONS))
    return _with_partners(answer)


def packages() -> Choices:
    """Packages, the demo set first."""
    return _with_partners(_list_packages(), _in_order)


def packages_to_tick(partner_id: UUID | None = None) -> Sequence[PackageView]:
    """What a form ticks anew; Unavailable, since ticks not shown would be taken off."""
    return _in_order(_list_packages(partner_id).reply())


def channel_groups(partner_id: UUID | None = None) -> Choices:
    """The groups of a partner's channels, with how many are in each."""
    answer = ask_later(ListGroups(partner_id=partner_id))
    return lambda: options_of(answer, _channel_groups)


def _accounts_by_name(page: Page[Any]) -> Options:
    return [(str(one.id), one.name) for one in page.items]


def _as_they_come(page: Page[Any]) -> Sequence[Any]:
    return page.items


def _with_partners(
    answer: Answer[Page[Any]],
    sort: Callable[[Page[Any]], Sequence[Any]] = _as_they_come,
) -> Choices:
    """Each by its name; the operator reads whose it is, too."""
    owners = partners()

    def read() -> Options:
        names = dict(owners())
        return options_of(
            answer,
            lambda page: [
                (str(one.id), name_with_partner(one, names)) for one in sort(page)
            ],
        )

    return read


def name_with_partner(one: Any, partner_names: Mapping[str, str]) -> str:
    """What something is called, with its partner where more than one may be seen."""
    partner = partner_names.get(str(one.partner_id), "")
    return f"{one.name} ({partner})" if partner else str(one.name)


def _of_kinds(kinds: Collection[AccountKind], page: Page[AccountView]) -> Options:
    return [
        (str(one.id), _seller_label(one)) for one in page.items if one.kind in kinds
    ]


def _seller_label(account: AccountView) -> str:
    if account.kind is AccountKind.PARTNER:
        return f"{account.name} (no seller)"
    return f"{account.name} ({label_of(account.kind).lower()})"


def _customer_groups(page: Page[CustomerGroupView]) -> Options:
    """The company's name tells groups of the same name apart."""
    names = [group.name for group in page.items]
    return [
        (
            str(group.id),
            f"{group.name} ({group.account_name})"
            if names.count(group.name) > 1
            else group.name,
        )
        for group in page.items
    ]


def _list_packages(partner_id: UUID | None = None) -> Answer[Page[PackageView]]:
    return ask_later(ListPackages(partner_id=partner_id, paging=MAX_OPTIONS))


def _in_order(page: Page[PackageView]) -> Sequence[PackageView]:
    return sorted(page.items, key=lambda one: (not one.is_demo, one.name.lower()))


def _channel_groups(found: Groups) -> Options:
    return [
        (group.name, f"{group.name} ({group.channel_count:,})")
        for group in found.items
        if group.name
    ]
