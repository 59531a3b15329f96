"""Whose name the pages at an address bear: asked of accounts, remembered for a while.

The sign-in page is for everybody and asks for it before anybody is known, so the
request must cost accounts little, and the page little when accounts is away.
"""

import threading

from cachetools import TTLCache

from lineup.context import Context
from lineup.contracts.accounts.tree import FindCompany
from lineup.errors import Refusal
from lineup.rpc import RpcClient, ServiceFault

REMEMBERED_SECONDS = 30
REMEMBERED_HOSTS = 1000
WAIT_SECONDS = 1.0
"""How long a page waits for the name that stands on it."""


class Companies:
    """A bounded memory of names by address; safe between threads."""

    def __init__(self, rpc: RpcClient) -> None:
        self._rpc = rpc
        self._names: TTLCache[str, str] = TTLCache(REMEMBERED_HOSTS, REMEMBERED_SECONDS)
        self._lock = threading.Lock()

    def name_at(self, address: str, context: Context) -> str:
        """The company's name; empty where there is none, or nobody can say."""
        with self._lock:
            known = self._names.get(address)
        if known is not None:
            return known
        found = self._fetch(address, context)
        with self._lock:
            self._names[address] = found
        return found

    def evict_all(self) -> None:
        """Ask anew for each address."""
        with self._lock:
            self._names.clear()

    def _fetch(self, address: str, context: Context) -> str:
        """Empty, too, where accounts is away and where no host is called like this."""
        rpc_request = FindCompany(address=address)
        try:
            return self._rpc.ask(context, rpc_request, timeout=WAIT_SECONDS).name
        except (Refusal, ServiceFault):
            return ""
