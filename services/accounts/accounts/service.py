"""The accounts service: who there is."""

from typing import ClassVar

from accounts.boxes import assigning, catalog, stock
from accounts.customers import counting, groups
from accounts.customers import operations as customers_operations
from accounts.dependencies import Dependencies
from accounts.devices import operations as devices_operations
from accounts.erasure import exporting
from accounts.erasure import operations as erasure_operations
from accounts.erasure.entrypoints import ErasureEntrypoints
from accounts.erasure.tables import PERSONAL
from accounts.jobs import operations as jobs_operations
from accounts.jobs import promotion
from accounts.jobs.entrypoints import JobEntrypoints
from accounts.links import directory, links, listings, requests
from accounts.links.entrypoints import LinkEntrypoints
from accounts.logins import identity, passwords, sign_in
from accounts.logins import operations as logins_operations
from accounts.logins.entrypoints import LoginEntrypoints
from accounts.logins.limits import SignInLimits
from accounts.logins.passwords import PasswordCheck
from accounts.membership import operations as membership_operations
from accounts.membership import own_customers, trash
from accounts.membership.entrypoints import MembershipEntrypoints
from accounts.orders.entrypoints import OrderEntrypoints
from accounts.packages import operations as packages_operations
from accounts.partners import (
    ending,
    finding,
    payments,
    platform,
    registration,
    unmatched,
)
from accounts.partners.entrypoints import PartnerEntrypoints
from accounts.resets import operations as resets_operations
from accounts.resets.entrypoints import ResetEntrypoints
from accounts.sellers import access, companies, editing, plans
from accounts.sellers import operations as sellers_operations
from accounts.settings import AccountsSettings
from accounts.staff import (
    api_keys,
    logins,
    own_password,
    people,
    permissions,
    second_factor,
    sessions,
    support,
)
from accounts.staff import impersonation as visits
from accounts.subscriptions.models import SubscriptionCopy
from accounts.tree import operations as tree_operations
from accounts.users import limits, new_credentials
from accounts.users import operations as users_operations
from accounts.users.entrypoints import UserEntrypoints
from lineup.bus import Entrypoints, Service, in_thread
from lineup.contracts.billing.subscriptions import SubscriptionChanged


def _hash_in_thread(password: str) -> str:
    return in_thread(passwords.hash_password, password)


def _is_right_in_thread(password_hash: str, password: str) -> bool:
    return in_thread(passwords.is_right, password_hash, password)


def _dependencies(service: Entrypoints) -> Dependencies:
    return Dependencies(
        keyring=service.keyring,
        hash_password=_hash_in_thread,
        public_url=service.settings.public_url,
    )


class AccountsService(
    LoginEntrypoints,
    UserEntrypoints,
    ErasureEntrypoints,
    MembershipEntrypoints,
    OrderEntrypoints,
    JobEntrypoints,
    ResetEntrypoints,
    PartnerEntrypoints,
    LinkEntrypoints,
    Service,
):
    """Accounts on the bus."""

    name = "accounts"
    settings_type = AccountsSettings
    operations: ClassVar = (
        counting,
        groups,
        customers_operations,
        devices_operations,
        erasure_operations,
        exporting,
        assigning,
        catalog,
        stock,
        jobs_operations,
        promotion,
        identity,
        logins_operations,
        sign_in,
        membership_operations,
        own_customers,
        trash,
        resets_operations,
        packages_operations,
        ending,
        finding,
        payments,
        platform,
        registration,
        unmatched,
        companies,
        directory,
        requests,
        listings,
        links,
        editing,
        plans,
        sellers_operations,
        logins,
        own_password,
        people,
        second_factor,
        support,
        permissions,
        api_keys,
        access,
        sessions,
        visits,
        tree_operations,
        users_operations,
        new_credentials,
        limits,
    )
    provides: ClassVar = {
        Dependencies: _dependencies,
        PasswordCheck: lambda _: _is_right_in_thread,
        SignInLimits: lambda service: service.settings.sign_in_limits(),
    }
    personal: ClassVar = PERSONAL
    copies: ClassVar = {SubscriptionChanged: (SubscriptionCopy,)}
