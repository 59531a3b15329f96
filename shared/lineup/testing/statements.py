"""What an engine asks of its database, statement by statement, held to a budget.

Savepoints count, each being a way to the server and back; what begins and ends a
transaction does not.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Engine, event

SHOWN_CHARACTERS = 160
SENT = "before_cursor_execute"
R = TypeVar("R")


class Statements(list[str]):
    """Statements in the order they were sent; `str` shows them, a line each."""

    def __str__(self) -> str:
        lines = [f"{n:3} {text[:SHOWN_CHARACTERS]}" for n, text in enumerate(self, 1)]
        return "\n".join([f"{len(self)} statements:", *lines])


@contextmanager
def statements_of(engine: Engine) -> Iterator[Statements]:
    """Notes what is sent by any connection of an engine while the body runs."""
    sent = Statements()

    def note(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        sent.append(" ".join(text.split()))

    event.listen(engine, SENT, note)
    try:
        yield sent
    finally:
        event.remove(engine, SENT, note)


@contextmanager
def held_to(engine: Engine, budget: int, reason: str) -> Iterator[None]:
    """Fails, and shows the statements, unless the body takes as many as the budget.

    Fewer fail, too, so that the number written down stays what it is.
    """
    with statements_of(engine) as sent:
        yield
    if len(sent) != budget:
        raise AssertionError(f"The budget is {budget}: {reason}.\n{sent}")


def sent_by(engine: Engine, do: Callable[[], Any]) -> list[tuple[str, Any]]:
    """The statements that something sends, each with its values."""
    sent: list[tuple[str, Any]] = []

    def note(
        _connection: Any, _cursor: Any, statement: str, values: Any, *_: Any
    ) -> None:
        sent.append((statement, values))

    event.listen(engine, SENT, note)
    try:
        do()
    finally:
        event.remove(engine, SENT, note)
    return sent


def holder(
    engine: Engine, budgets: Mapping[str, tuple[int, str]]
) -> Callable[[str, Callable[[], R]], R]:
    """`held("a top-up", lambda: …)` does it and holds it to its budget."""

    def held(name: str, do: Callable[[], R]) -> R:
        with held_to(engine, *budgets[name]):
            return do()

    return held
