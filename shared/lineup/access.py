"""Access: who may use something, checked alike by services, the API and the panel."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lineup.context import Actor, Feature, LinkStanding, Pending, Permission, Role
from lineup.errors import Conflict, Forbidden, PaymentRequired, Unauthenticated
from lineup.impersonation import refuse_while_impersonating

MEANING: Mapping[Permission, str] = {
    Permission.CUSTOMERS: "Create and change customers, their users and devices",
    Permission.DELETE: "Delete customers, users and sellers",
    Permission.FORCE: "Force a deletion although money is lost by it",
    Permission.SELL: "Sell, and switch auto-renewal on and off",
    Permission.REFUND: "Stop subscriptions with a refund, and pay money out",
    Permission.END_DATES: "Set later end dates without charge",
    Permission.SHORTEN: "Set earlier end dates although paid time is lost by it",
    Permission.SEE_MONEY: "See balances, statements and sales",
    Permission.BALANCES: "Top up balances and correct bookings",
    Permission.PRODUCTS: "Create and change products, plans and prices",
    Permission.ORDERS: "Decide on orders of shops that need somebody",
    Permission.SHOPS: "Connect shops and change their settings",
    Permission.CONTENT: "Create and change channels, packages and guides",
    Permission.IMPORT: "Import channel lists and load guides",
    Permission.SELLERS: "Create and change sellers, and move customers",
    Permission.LOGINS: "Create logins, reset passwords and end sessions of others",
    Permission.LOGIN_AS: "Log in as a seller or customer",
    Permission.SEE_SECRETS: "See passwords, playlist links and PINs of customers",
    Permission.MESSAGES: "Send messages again, and test messages",
    Permission.SETTINGS: "Change email delivery and streaming servers",
    Permission.AUDIT: "See the audit log",
}
"""Each permission in words that stand behind "may"."""


class PasswordChangeRequired(Forbidden):
    """Choose a new password before you continue."""

    code = "password_change_required"


class SecondFactorRequired(Forbidden):
    """Enter the code of your second factor before you continue."""

    code = "second_factor_required"


class SecondFactorSetupRequired(Forbidden):
    """Set up a second factor before you continue."""

    code = "second_factor_setup_required"


class PermissionMissing(Forbidden):
    """Your login does not have the permission that this needs."""

    code = "permission_missing"


class AddressNotAllowed(Forbidden):
    """Access from your IP address is not allowed."""

    code = "address_not_allowed"


class PartnerLocked(PaymentRequired):
    """Payment is due. Until it arrives, only payment, export and help are open."""

    code = "payment_required"


class LinkEnded(Forbidden):
    """The cooperation with this partner has ended: nothing can be sold through it."""

    code = "link_ended"


class PartnerUnavailable(Conflict):
    """This partner is not available at the moment, so nothing can be sold for it."""

    code = "partner_locked"


class PackageLimit(Conflict):
    """Your package does not include this. Choose a larger package."""

    code = "package_limit"


REFUSALS: Mapping[Pending, type[Forbidden]] = {
    Pending.PASSWORD_CHANGE: PasswordChangeRequired,
    Pending.SECOND_FACTOR: SecondFactorRequired,
    Pending.SECOND_FACTOR_SETUP: SecondFactorSetupRequired,
}


@dataclass(frozen=True, kw_only=True)
class AccessRule:
    """Who may use a verb, an endpoint or a page.

    Nobody in `allowed` means everybody, even before sign-in. `needs` is the permission
    that a login must have beside its role. `while_pending`: also who must do one of
    these first, such as choose a password. `while_locked`: also who belongs to a
    partner that has not paid. `in_own_name`: nobody who is logged in as another, since
    it is about passwords, logins or money that goes out. `feature`: what the partner's
    package must have. `changes`: whether something is changed, as no reseller does once
    it has left, nor an API key that was given some permissions where none is needed,
    unless it is for those `by_limited_keys`.
    """

    allowed: frozenset[Role]
    needs: Permission | None = None
    while_pending: frozenset[Pending] = frozenset()
    while_locked: bool = False
    in_own_name: bool = False
    feature: Feature | None = None
    changes: bool = False
    by_limited_keys: bool = False

    def check(self, actor: Actor) -> None:
        """Unauthenticated before sign-in; Forbidden, with a code, for who may not.

        PartnerLocked for who has not paid, PartnerUnavailable for its sellers,
        LinkEnded for a change by a reseller whose link has ended, and PackageLimit for
        what their package lacks.
        """
        if not self.allowed:
            return
        if not actor.scopes:
            raise Unauthenticated
        if actor.role not in self.allowed:
            raise Forbidden
        if actor.pending and actor.pending not in self.while_pending:
            raise REFUSALS[actor.pending]
        self._check_link(actor)
        self._check_state(actor)
        self._check_permission(actor)

    def permits(self, actor: Actor) -> bool:
        """Whether `check` lets pass who has signed in."""
        try:
            self.check(actor)
        except (Forbidden, PartnerLocked, PartnerUnavailable, PackageLimit):
            return False
        return True

    def _check_link(self, actor: Actor) -> None:
        if self.while_locked:
            return
        if actor.link is LinkStanding.ENDED and self.changes:
            raise LinkEnded
        refuse_sellers_of_locked(actor)

    def _check_state(self, actor: Actor) -> None:
        if self.in_own_name:
            refuse_while_impersonating(actor)
        if actor.is_locked and not self.while_locked:
            raise PartnerLocked
        if self.feature is not None and self.feature in actor.lacks:
            raise PackageLimit(details={"feature": self.feature})

    def _check_permission(self, actor: Actor) -> None:
        if self.needs is not None:
            require(actor, self.needs)
        elif self.changes and not self.by_limited_keys:
            refuse_limited_keys(actor)


def refuse_sellers_of_locked(actor: Actor) -> None:
    """PartnerUnavailable for sellers of a partner that has not paid: it is not them
    who can.
    """
    is_dealer = actor.is_locked and actor.role in {Role.RESELLER, Role.DEALER}
    if is_dealer or actor.link is LinkStanding.LOCKED:
        raise PartnerUnavailable


def refuse_limited_keys(actor: Actor) -> None:
    """PermissionMissing for an API key that may not do all that its login may."""
    if actor.key_id is not None and actor.permissions is not None:
        raise PermissionMissing("This API key is limited and may not do this.")


OPEN = AccessRule(allowed=frozenset())
"""To everybody, even before sign-in."""


def refuse_elsewhere(actor: Actor, address: str) -> None:
    """AddressNotAllowed where an actor comes from outside of its networks."""
    if actor.networks and not _is_in(address, actor.networks):
        raise AddressNotAllowed


def _is_in(address: str, networks: Sequence[str]) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in ipaddress.ip_network(one, strict=False) for one in networks)


def require(actor: Actor, permission: Permission) -> None:
    """PermissionMissing, naming the permission, for an actor that lacks it."""
    if not actor.may(permission):
        words = f"You do not have the permission: {MEANING[permission].lower()}."
        raise PermissionMissing(words, details={"permission": permission.value})
