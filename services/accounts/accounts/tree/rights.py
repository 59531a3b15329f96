"""Who may do what with an account, and what its logins can be. Pure rules."""

from collections.abc import Mapping

from accounts.tree.models import Account
from lineup.context import (
    OPERATORS,
    PARTNERS,
    SELLERS_AND_COMPANIES,
    Actor,
    Role,
)
from lineup.contracts.accounts.tree import AccountKind

SELLER_KINDS = frozenset({AccountKind.RESELLER, AccountKind.DEALER})
TOP_KINDS = frozenset({AccountKind.PARTNER, AccountKind.RESELLER_COMPANY})
"""What lies right below the operator."""
SELLING_KINDS = SELLER_KINDS | {AccountKind.PARTNER}
"""What customers lie right below."""
STAFFED_KINDS = SELLER_KINDS | TOP_KINDS

FIRST_ROLE: Mapping[AccountKind, Role] = {
    AccountKind.PARTNER: Role.PARTNER,
    AccountKind.RESELLER_COMPANY: Role.RESELLER_COMPANY,
    AccountKind.RESELLER: Role.RESELLER,
    AccountKind.DEALER: Role.DEALER,
    AccountKind.CUSTOMER: Role.CUSTOMER,
}
"""The role of the login that is made with an account, and of who enters it."""

ROLES_AT: Mapping[AccountKind, tuple[Role, ...]] = {
    AccountKind.OPERATOR: (Role.OPERATOR, Role.SUPPORT),
    AccountKind.PARTNER: (Role.PARTNER, Role.STAFF),
    AccountKind.RESELLER_COMPANY: (Role.RESELLER_COMPANY,),
    AccountKind.RESELLER: (Role.RESELLER,),
    AccountKind.DEALER: (Role.DEALER,),
}
"""The roles a login of each kind of account may have."""

_SELLERS = frozenset({Role.RESELLER, Role.DEALER})
GRANTS: Mapping[Role, frozenset[Role]] = {
    Role.SYSTEM: frozenset(Role) - {Role.SYSTEM, Role.CUSTOMER},
    Role.OPERATOR: frozenset(Role) - {Role.SYSTEM, Role.CUSTOMER},
    Role.PARTNER: frozenset({Role.PARTNER, Role.STAFF}) | _SELLERS,
    Role.STAFF: frozenset({Role.STAFF}) | _SELLERS,
    Role.RESELLER_COMPANY: frozenset({Role.RESELLER_COMPANY}),
    Role.RESELLER: frozenset({Role.RESELLER}),
    Role.DEALER: frozenset({Role.DEALER}),
}
"""The roles each role may hand out: its own and those below it."""


def may_create(actor: Actor, kind: AccountKind) -> bool:
    """Operators make partners and reseller companies; they and partners make
    resellers and dealers.
    """
    if kind in TOP_KINDS:
        return actor.role in OPERATORS
    return kind in SELLER_KINDS and actor.role in PARTNERS


def may_edit(actor: Actor, account: Account) -> bool:
    """Partners and the operator edit themselves and what lies below; staff what lies
    below; sellers and reseller companies themselves.
    """
    is_own = account.id == actor.account_id
    if actor.role in OPERATORS | {Role.PARTNER}:
        return True
    may = actor.role in SELLERS_AND_COMPANIES
    return may and is_own != (actor.role is Role.STAFF)


def is_switchable(actor: Actor, account: Account) -> bool:
    """Whether an account is one to be switched off and on: never one's own."""
    return account.id != actor.account_id and account.kind in STAFFED_KINDS


def may_switch(actor: Actor, account: Account) -> bool:
    """Whether one switches an account off and on."""
    return may_edit(actor, account) and is_switchable(actor, account)


def login_roles(actor: Actor, account: Account) -> list[Role]:
    """The roles of the further logins that one may make at an account."""
    granted = GRANTS.get(actor.role, frozenset())
    return [role for role in ROLES_AT.get(account.kind, ()) if role in granted]
