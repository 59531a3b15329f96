"""On behalf of: staff who act as a lower account for a while.

Such an actor bears the entered account's role, scope and name; `on_behalf_of` is the
name of the login that really acts. What it does is signed with both names, and some
things it may not do at all.
"""

from lineup.context import Actor
from lineup.errors import Forbidden


class NotWhileImpersonating(Forbidden):
    """Not possible while logged in as another account."""

    code = "not_on_behalf"


def signature(actor: Actor) -> str:
    """Who did it, as it is recorded: "anna on behalf of stall", or the one name."""
    name = actor.name or str(actor.role)
    return f"{actor.on_behalf_of} on behalf of {name}" if actor.on_behalf_of else name


def refuse_while_impersonating(actor: Actor) -> None:
    """NotWhileImpersonating for whoever acts as another: passwords, logins, payouts."""
    if actor.on_behalf_of:
        raise NotWhileImpersonating
