"""How an account may be reached: by programs or not, and from where by panel."""

from accounts.tree.models import Account
from accounts.tree.operations import account_in_scope
from accounts.tree.rights import may_switch
from lineup.contracts.accounts.api_keys import (
    AccountAccess,
    GetAccountAccess,
    UpdateAccountAccess,
)
from lineup.contracts.changes import either
from lineup.database import UnitOfWork
from lineup.errors import Forbidden
from lineup.verbs import handles


@handles(GetAccountAccess)
def get_access(work: UnitOfWork, request: GetAccountAccess) -> AccountAccess:
    """How an account in the actor's part of the tree may be reached."""
    return _shown(account_in_scope(work, request.account_id))


@handles(UpdateAccountAccess)
def update_access(work: UnitOfWork, request: UpdateAccountAccess) -> AccountAccess:
    """Change how an account below the actor's may be reached.

    Never one's own, so that nobody shuts themselves out. Its sessions and tokens
    stay and are refused within ten seconds.
    """
    account = account_in_scope(work, request.account_id)
    if not may_switch(work.actor, account):
        raise Forbidden
    work.session.refresh(account, with_for_update=True)
    account.api_is_enabled = either(request.api_is_enabled, account.api_is_enabled)
    account.networks = list(either(request.networks, account.networks))
    return _shown(account)


def _shown(account: Account) -> AccountAccess:
    return AccountAccess(
        account_id=account.id,
        api_is_enabled=account.api_is_enabled,
        networks=list(account.networks),
    )
