"""Calling services from threads, without eventlet: what the gateway stands on."""

from lineup.rpc.answers import Answer, ServiceFault, gather
from lineup.rpc.client import RpcClient
from lineup.rpc.listener import Listener

__all__ = [
    "Answer",
    "Listener",
    "RpcClient",
    "ServiceFault",
    "gather",
]
