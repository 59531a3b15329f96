"""Packages of the platform: which can be chosen, and what they allow in words."""

from collections.abc import Iterator
from uuid import UUID

from flask import Flask

from gateway.request_context import ask
from lineup.context import Feature
from lineup.contracts.accounts.partner_packages import (
    Audience,
    Limit,
    ListOfferedPackages,
    OfferedPackage,
    PackageTerms,
)
from lineup.contracts.accounts.tree import AccountKind
from lineup.errors import NotFound

FEATURES = {
    Feature.API: "REST API",
    Feature.SHOPS: "Webshops",
    Feature.RESELLERS: "Resellers",
    Feature.OWN_MAIL: "Own sender and mail server",
    Feature.OWN_DOMAIN: "Custom domain",
}


def allowances(terms: PackageTerms) -> Iterator[str]:
    """What a package allows and has, a line each."""
    for limit in limits_of(terms):
        most = terms.most(limit)
        number = "Unlimited" if most is None else f"{most:,}"
        yield f"{number} {'staff logins' if limit is Limit.STAFF else limit.value}"
    for feature in terms.features:
        yield FEATURES[feature]


def limits_of(terms: PackageTerms) -> list[Limit]:
    """What a package limits the number of: resellers have no sellers themselves."""
    is_for_partners = terms.offered_to is Audience.PARTNERS
    return [one for one in Limit if one is not Limit.SELLERS or is_for_partners]


def audience_of(kind: AccountKind) -> Audience:
    """Whose packages a partner or reseller company chooses from."""
    is_partner = kind is AccountKind.PARTNER
    return Audience.PARTNERS if is_partner else Audience.RESELLERS


def packages_for_sale(audience: Audience | None = None) -> list[OfferedPackage]:
    """What can be chosen, by this audience."""
    return ask(ListOfferedPackages(offered_to=audience)).packages


def find_for_sale(package_id: UUID) -> OfferedPackage:
    """A package that can be chosen; NotFound for any other."""
    for one in packages_for_sale():
        if one.id == package_id:
            return one
    raise NotFound


def init_app(app: Flask) -> None:
    """Let templates say these."""
    app.jinja_env.globals.update(allowances=allowances)
