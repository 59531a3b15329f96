"""Which columns of a list name the two sides of a link, for who looks at it."""

from gateway.panel.tables import Column
from gateway.request_context import actor
from lineup.context import OF_PARTNER, Role


def columns_of_sides(partner: Column, reseller: Column) -> tuple[Column, ...]:
    """The other side's for either of them; both for who looks after both."""
    role = actor().role
    if role is Role.RESELLER_COMPANY:
        return (partner,)
    return (reseller,) if role in OF_PARTNER else (partner, reseller)
