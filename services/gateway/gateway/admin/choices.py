"""What can be chosen in filters and forms: products and sellers, by their names."""

from gateway.asking import context
from gateway.ground import clients
from gateway.panel.filters import Options
from gateway.panel.parts import READ_SECONDS, part
from lineup.contracts.accounts import AccountKind, AccountView, ListAccounts
from lineup.contracts.billing import ListProducts, ProductView
from lineup.contracts.paging import MAX_LIMIT, Page, Paging
from lineup.rpc import Answer

SELLERS = (AccountKind.RESELLER, AccountKind.DEALER)


class Choices:
    """Products and sellers in scope, asked for beside other parts of a page."""

    def __init__(self) -> None:
        by_name = ListProducts(paging=Paging(limit=MAX_LIMIT, order="name"))
        everybody = ListAccounts(paging=Paging(limit=MAX_LIMIT))
        self._products: Answer[Page[ProductView]] = (
            clients().billing.list_products.later(
                context(), by_name, timeout=READ_SECONDS
            )
        )
        self._accounts: Answer[Page[AccountView]] = (
            clients().accounts.list_accounts.later(
                context(), everybody, timeout=READ_SECONDS
            )
        )

    def products(self) -> Options:
        """Products; none while billing is away."""
        found = part(self._products).value
        return [(str(one.id), one.name) for one in found.items] if found else ()

    def sellers(self) -> Options:
        """Resellers and dealers; none while accounts is away."""
        found = part(self._accounts).value
        sellers = [one for one in found.items if one.kind in SELLERS] if found else ()
        return [(str(one.id), one.name) for one in sellers]
