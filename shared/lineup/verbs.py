"""Verbs: what services can be asked, each declared once, on its request.

    @verb("billing", Kind.READ, allowed=PARTNERS)
    class GetPlanUse(Request[PlanUse]):
        plan_id: UUID

The declaration says which service answers, whether that changes anything, who may ask
and what comes back. The handler on the bus, the gateway's calls and routes and the
tables of the documentation are all made of it. In the service a function answers it:

    @handles(GetPlanUse)
    def get_plan_use(work: UnitOfWork, request: GetPlanUse) -> PlanUse: ...
"""

import enum
import inspect
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import (
    Any,
    Generic,
    ParamSpec,
    TypeVar,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from lineup.access import AccessRule
from lineup.context import Feature, Pending, Permission, Role

C = TypeVar("C", bound=type)
P = ParamSpec("P")
R = TypeVar("R")


class Request(Generic[R]):
    """What a service is asked; R is its reply."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """It is done; nothing more to say."""


@dataclass(frozen=True)
class Route:
    """Where programs reach a verb over HTTP.

    `address` reads "POST /customers/<uuid:customer_id>/users"; "PATCH|PUT /plans/…"
    takes a change and the whole. `name` is the operation's id where it is not the
    verb's, `without` names fields that callers have no say in, and `has_tag` tells
    whether what changes is shown with a tag somewhere, to be compared.
    """

    address: str
    status: int | None = None
    """Of a reply; None: 201 for POST, else 200."""
    name: str = ""
    without: frozenset[str] = frozenset()
    has_tag: bool = True


class Kind(enum.StrEnum):
    """Whether a verb changes something."""

    READ = "read"
    WRITE = "write"
    """It acts once for an idempotency key: a repeat gets the first reply."""


@dataclass(frozen=True, kw_only=True)
class Verb:
    """What a service can be asked, as its declaration says."""

    service: str
    name: str
    kind: Kind
    access: AccessRule
    request: type
    reply: Any
    route: Route | None = None
    """None: programs cannot ask it over HTTP."""

    @property
    def allowed(self) -> frozenset[Role]:
        """The roles that may ask; nobody named: everybody, even before sign-in."""
        return self.access.allowed


EVERY_SERVICE = "*"
"""Who a verb is declared for that each service answers for itself."""
VERBS: dict[type, Verb] = {}
"""Every verb by its request, as far as contracts were imported; see `verbs_of`."""


@dataclass_transform(
    frozen_default=True,
    kw_only_default=True,
    field_specifiers=(field,),
)
def verb(  # noqa: PLR0913 - all that a declaration may say
    service: str,
    kind: Kind,
    *,
    allowed: Collection[Role],
    needs: Permission | None = None,
    while_pending: Collection[Pending] = (),
    while_locked: bool = False,
    in_own_name: bool = False,
    feature: Feature | None = None,
    by_limited_keys: bool = False,
    rest: str | Route | None = None,
) -> Callable[[C], C]:
    """Declare a class to be a request, frozen, with fields given by keyword.

    Its verb is the name of the class in snake case. `needs` is the permission that a
    login must have, where it has not all that its role may do. `while_pending`: who
    must do one of these first may ask it already. `in_own_name`: nobody asks it while
    logged in as another. `by_limited_keys`: API keys ask it whatever they were limited
    to.
    """

    def declare(contract: C) -> C:
        request: type = dataclass(frozen=True, kw_only=True)(contract)
        VERBS[request] = Verb(
            service=service,
            name=re.sub(r"(?<!^)(?=[A-Z])", "_", contract.__name__).lower(),
            kind=kind,
            access=AccessRule(
                allowed=frozenset(allowed),
                needs=needs,
                while_pending=frozenset(while_pending),
                while_locked=while_locked,
                in_own_name=in_own_name,
                feature=feature,
                changes=kind is Kind.WRITE,
                by_limited_keys=by_limited_keys,
            ),
            request=request,
            reply=_reply_of(contract),
            route=Route(rest) if isinstance(rest, str) else rest,
        )
        return contract

    return declare


def _reply_of(contract: type) -> Any:
    """What `class GetPlan(Request[PlanView])` says that it is answered by."""
    for base in getattr(contract, "__orig_bases__", ()):
        if get_origin(base) is Request:
            return get_args(base)[0]
    raise TypeError(f"{contract.__name__} is no Request of a reply.")


def verb_of(request: type) -> Verb:
    """What is declared of a request's class; TypeError where nothing is."""
    try:
        return VERBS[request]
    except KeyError:
        raise TypeError(f"{request.__name__} is not declared as a @verb.") from None


def verbs_of(service: str) -> list[Verb]:
    """Every verb that the contracts declare of a service, by name."""
    _import_contracts()
    declared = (
        replace(one, service=service)
        for one in VERBS.values()
        if one.service in {service, EVERY_SERVICE}
    )
    return sorted(declared, key=lambda one: one.name)


@cache
def _import_contracts() -> None:
    from lineup import contracts

    for module in walk_packages(contracts.__path__, f"{contracts.__name__}."):
        import_module(module.name)


Needs = Mapping[str, Any]
"""What a function wants to be handed beside its work and request: types by name."""


@dataclass(frozen=True, kw_only=True)
class Handler:
    """The function that answers a verb.

    `row` is the table of the one thing that a read shows. `changes` is the read that
    shows what a write changes, or a function that locks and shows it, for callers who
    name its tag. `runs_itself`: the function makes its own transactions.
    """

    verb: Verb
    function: Callable[..., Any]
    row: Any = None
    changes: Any = None
    runs_itself: bool = False


HANDLERS: dict[type, Handler] = {}
"""Every handler by its request, as far as rooms were imported."""


def handles(
    request: type[Request[R]], *, row: Any = None, changes: Any = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let `def operation(work, request, *, …) -> reply` answer a verb.

    What it needs besides stands behind the star, by type: a Keyring, the service's
    settings, or what else its service class provides.
    """
    return _register(request, row=row, changes=changes)


def handles_call(
    request: type[Request[R]],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let `def operation(database, call, *, …) -> reply` answer a verb: for what must
    be kept though the caller is refused, or takes several transactions.
    """
    return _register(request, runs_itself=True)


def _register(
    request: type[Request[R]], **how: Any
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def register(function: Callable[P, R]) -> Callable[P, R]:
        if request in HANDLERS:
            raise TypeError(f"{request.__name__} is handled twice.")
        HANDLERS[request] = Handler(verb=verb_of(request), function=function, **how)
        return function

    return register


def positional_of(function: Callable[..., Any]) -> int:
    """How many parameters a function has before its star."""
    parameters = inspect.signature(function).parameters.values()
    return sum(one.kind is not one.KEYWORD_ONLY for one in parameters)


@cache
def needs_of(function: Callable[..., Any]) -> Needs:
    """The parameters behind a function's star: types by name."""
    hints = get_type_hints(function)
    parameters = inspect.signature(function).parameters.values()
    return {p.name: hints[p.name] for p in parameters if p.kind is p.KEYWORD_ONLY}
