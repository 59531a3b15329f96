"""A user as it is, locked, for those who change it by what they saw of it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from accounts.means import Means
from accounts.users.models import User
from accounts.users.operations import get_user
from lineup.contracts.accounts.users import GetUser, UserView
from lineup.database import Work, locked


def current_user(means: Means) -> Callable[[Work, Any], UserView]:
    """The user that a request names."""
    return locked(User, partial(get_user, means=means), GetUser)
