"""An account as it is, locked, for those who change it by what they saw of it."""

from accounts.tree.models import Account
from accounts.tree.operations import get_account
from lineup.contracts.accounts.tree import GetAccount
from lineup.database import locked

CURRENT_ACCOUNT = locked(Account, get_account, GetAccount)
