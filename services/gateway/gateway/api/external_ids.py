"""Ids of other systems: `ext:4711` stands for the customer or product that bears it.

Programs that keep no ids of ours write it wherever the API takes the id of a customer
or product: in addresses, queries and bodies.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from marshmallow import fields
from werkzeug.routing import BaseConverter, UUIDConverter

from gateway.request_context import ask
from lineup.contracts.accounts.customers import ListCustomers
from lineup.contracts.accounts.refusals import CustomerNotFound
from lineup.contracts.billing.catalog import ListProducts
from lineup.contracts.billing.refusals import ProductNotFound
from lineup.contracts.paging import Page, Paging
from lineup.errors import Conflict, NotFound

PREFIX = "ext:"
TWO = Paging(limit=2)


class ExternalIdAmbiguous(Conflict):
    """Several partners use this external ID: sign in as one of them."""

    code = "external_id_ambiguous"


def _customers(external_id: str) -> Page[Any]:
    return ask(ListCustomers(external_id=external_id, paging=TWO))


def _products(external_id: str) -> Page[Any]:
    return ask(ListProducts(external_id=external_id, paging=TWO))


FINDERS: dict[str, tuple[Callable[[str], Page[Any]], type[NotFound]]] = {
    "customer_id": (_customers, CustomerNotFound),
    "product_id": (_products, ProductNotFound),
}
"""How what a field names is found, and what is refused where nothing is."""


def is_external(field: str, value: Any) -> bool:
    """Whether a field's value is an external id, of a thing that can bear one."""
    return (
        field in FINDERS
        and isinstance(value, str)
        and value.startswith(PREFIX)
        and len(value) > len(PREFIX)
    )


def resolved(field: str, value: str) -> UUID:
    """The id of the one in the caller's scope that bears an external id.

    NotFound where there is none, ExternalIdAmbiguous for an operator who sees several.
    """
    find, missing = FINDERS[field]
    found = find(value.removeprefix(PREFIX)).items
    if not found:
        raise missing
    if len(found) > 1:
        raise ExternalIdAmbiguous
    own: UUID = found[0].id
    return own


class IdField(fields.UUID):
    """An id; of a customer or product also an external one."""

    def _deserialize(self, value: Any, attr: Any, *args: Any, **options: Any) -> UUID:
        """The id itself, looked up where it is another system's."""
        if is_external(attr or "", value):
            return resolved(attr, value)
        plain: UUID = super()._deserialize(value, attr, *args, **options)
        return plain


class IdConverter(BaseConverter):
    """An id in an address; an external one is left as it is, for `resolved`."""

    regex = f"(?:{UUIDConverter.regex}|{PREFIX}[^/]+)"

    def to_python(self, value: str) -> UUID | str:
        """The id, or the text of an external one."""
        return value if value.startswith(PREFIX) else UUID(value)

    def to_url(self, value: Any) -> str:
        """The id as text."""
        return super().to_url(str(value))
