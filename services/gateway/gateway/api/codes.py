"""The published list of codes: every error names one of these.

It is read off the classes of the refusals, so that none is kept by hand: code, the
status of its kind and, as its meaning, the first line of what the class says.
"""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import NamedTuple

from gateway import guards, logos, problems, request_context, uploads
from gateway.api import endpoints, external_ids, parsing
from gateway.panel import guard
from lineup import access, contracts, errors, impersonation, money, scope, validation
from lineup.errors import DocumentedCode, Refusal

COMMON_MODULES = (access, errors, validation, money, scope, impersonation)
GATEWAY_MODULES = (
    parsing,
    endpoints,
    external_ids,
    request_context,
    guards,
    logos,
    uploads,
    guard,
)


class Code(NamedTuple):
    """One code, the status it comes with and what it means to a caller."""

    code: str
    status: int
    meaning: str


def published() -> tuple[Code, ...]:
    """All codes by status and name, each once."""
    of_http = {
        Code(info.code, status, info.meaning)
        for status, info in problems.HTTP_CODES.items()
    }
    found = of_http.union(
        codes_of((*COMMON_MODULES, *_of_services(), *GATEWAY_MODULES))
    )
    return tuple(sorted(found, key=lambda code: (code.status, code.code)))


def codes_of(modules: Iterable[ModuleType]) -> Iterator[Code]:
    """The codes that the refusals of some modules declare."""
    for module in modules:
        for one in vars(module).values():
            if isinstance(one, type) and one.__module__ == module.__name__:
                yield from _declared_by(one)


def _declared_by(one: type) -> Iterator[Code]:
    if issubclass(one, DocumentedCode):
        for error in one:
            yield Code(error.value, error.kind.status, error.meaning)
    elif issubclass(one, Refusal) and one is not Refusal:
        code = vars(one).get("code")
        if code is not None and not isinstance(code, DocumentedCode):
            yield Code(code, one.status, one.meaning())


def _of_services() -> Iterator[ModuleType]:
    """The modules `refusals` of all contracts."""
    for module in walk_packages(contracts.__path__, f"{contracts.__name__}."):
        if module.name.endswith(".refusals"):
            yield import_module(module.name)


CODES = published()

STATUS_OF = {code.code: code.status for code in CODES}
