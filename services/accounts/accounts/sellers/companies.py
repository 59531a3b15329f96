"""Whose pages stand at an address, which is known before anybody has signed in."""

from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, or_, select

from accounts.dependencies import Dependencies
from accounts.tree.models import Account
from lineup.contracts.accounts.tree import (
    AccountKind,
    CompanyFound,
    FindCompany,
    Status,
)
from lineup.database import UnitOfWork
from lineup.verbs import handles


@handles(FindCompany)
def find_company(
    work: UnitOfWork, request: FindCompany, *, dependencies: Dependencies
) -> CompanyFound:
    """The one partner in use whose subscribers are sent to an address.

    Schemes are not told apart: a proxy may end what is encrypted. Nothing of the tree
    is told but a name that stands on the pages of that address.
    """
    names = work.session.scalars(
        select(Account.name)
        .where(Account.kind == AccountKind.PARTNER, Account.status == Status.ACTIVE)
        .where(_is_sent_to(spellings_of(request.address), dependencies.public_url))
        .limit(2)
    ).all()
    return CompanyFound(name=names[0] if len(names) == 1 else "")


def spellings_of(address: str) -> frozenset[str]:
    """How an address may have been written: by either scheme, a usual port named or
    not.
    """
    bare = urlsplit(address).netloc.removesuffix(":80").removesuffix(":443")
    return frozenset(
        f"{scheme}://{bare}{port}"
        for scheme in ("http", "https")
        for port in ("", ":80", ":443")
    )


def _is_sent_to(spellings: frozenset[str], default: str) -> ColumnElement[bool]:
    own = Account.public_url.in_(spellings)
    is_default = not spellings.isdisjoint(spellings_of(default))
    return or_(own, Account.public_url == "") if is_default else own
