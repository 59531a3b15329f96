"""The bus: how a service's endpoints listen to RabbitMQ. Nameko is known only in here.

Names are looked up when first used, so that importing this package does not import
eventlet's users before `lineup.bus.run` has patched.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lineup.bus.dead_letters import forget_purged
    from lineup.bus.decorators import answering, every, http, on_event
    from lineup.bus.endpoints import Endpoint, endpoints_of
    from lineup.bus.service import Entrypoints, Service
    from lineup.bus.threads import in_thread

__all__ = [
    "Endpoint",
    "Entrypoints",
    "Service",
    "answering",
    "endpoints_of",
    "every",
    "forget_purged",
    "http",
    "in_thread",
    "on_event",
]

HOMES = {
    "Endpoint": "endpoints",
    "Entrypoints": "service",
    "Service": "service",
    "answering": "decorators",
    "endpoints_of": "endpoints",
    "every": "decorators",
    "forget_purged": "dead_letters",
    "http": "decorators",
    "in_thread": "threads",
    "on_event": "decorators",
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"lineup.bus.{HOMES[name]}"), name)
