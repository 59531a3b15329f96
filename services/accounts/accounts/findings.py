"""Findings: every fault of a request, told in one answer (CU-17)."""

from dataclasses import dataclass, field

from lineup.errors import Conflict, Invalid


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One value that cannot be taken; `is_taken` when only because others have it."""

    field: str
    code: str
    message: str
    is_taken: bool = False


@dataclass
class Findings:
    """Collects faults while a request is read, then refuses them all at once."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, name: str, code: str, message: str) -> None:
        """Note a value that is wrong by itself."""
        self.faults.append(Fault(field=name, code=code, message=message))

    def add_taken(self, name: str, code: str, message: str) -> None:
        """Note a value that somebody else already uses."""
        fault = Fault(field=name, code=code, message=message, is_taken=True)
        self.faults.append(fault)

    def has(self, name: str) -> bool:
        """Whether a field is at fault already."""
        return any(fault.field == name for fault in self.faults)

    def refuse(self) -> None:
        """Raise when there are faults: one by its own code, several together.

        Conflict when every value is only taken, else Invalid. `fields` holds
        sentences, `details["codes"]` the stable codes, both by field.
        """
        if not self.faults:
            return
        kind = Conflict if all(fault.is_taken for fault in self.faults) else Invalid
        raise kind(
            self.faults[0].message if self._is_one() else "Some values cannot be used.",
            code=self.faults[0].code if self._is_one() else self._code_of_many(kind),
            fields=self._by_field("message"),
            details={"codes": self._by_field("code")},
        )

    def _is_one(self) -> bool:
        return len(self.faults) == 1

    def _code_of_many(self, kind: type[Conflict | Invalid]) -> str:
        return "already_used" if kind is Conflict else Invalid.code

    def _by_field(self, what: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for fault in self.faults:
            found.setdefault(fault.field, []).append(getattr(fault, what))
        return found
