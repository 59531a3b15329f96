"""What can be chosen in filters and forms: products and sellers, by their names."""

from gateway.asking import context
from gateway.ground import clients
from gateway.panel.filters import Options
from gateway.panel.parts import READ_SECONDS, part
from lineup.contracts.accounts import AccountKind, ListAccounts
from lineup.contracts.billing import ListProducts
from lineup.contracts.paging import MAX_LIMIT, Paging

SELLERS = (AccountKind.RESELLER, AccountKind.DEALER)
MOST = Paging(limit=MAX_LIMIT)


def product_options() -> Options:
    """Products in scope; none while billing is away."""
    question = ListProducts(paging=Paging(limit=MAX_LIMIT, order="name"))
    asked = clients().billing.list_products.later(
        context(), question, timeout=READ_SECONDS
    )
    found = part(asked).value
    return [(str(one.id), one.name) for one in found.items] if found else ()


def seller_options() -> Options:
    """Resellers and dealers in scope; none while accounts is away."""
    asked = clients().accounts.list_accounts.later(
        context(), ListAccounts(paging=MOST), timeout=READ_SECONDS
    )
    found = part(asked).value
    sellers = [one for one in found.items if one.kind in SELLERS] if found else ()
    return [(str(one.id), one.name) for one in sellers]
