"""What a partner package allows, in words."""

from collections.abc import Iterator

from flask import Flask

from lineup.context import Feature
from lineup.contracts.accounts.partner_packages import Limit, PackageTerms

FEATURES = {
    Feature.API: "REST API",
    Feature.SHOPS: "Webshops",
    Feature.RESELLERS: "Resellers",
    Feature.OWN_MAIL: "Own sender and mail server",
    Feature.OWN_DOMAIN: "Custom domain",
}


def allowances(terms: PackageTerms) -> Iterator[str]:
    """What a package allows and has, a line each."""
    for limit in Limit:
        most = terms.most(limit)
        number = "Unlimited" if most is None else f"{most:,}"
        yield f"{number} {'staff logins' if limit is Limit.STAFF else limit.value}"
    for feature in terms.features:
        yield FEATURES[feature]


def init_app(app: Flask) -> None:
    """Let templates say these."""
    app.jinja_env.globals.update(allowances=allowances)
