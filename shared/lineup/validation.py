"""Everything wrong with a request, told in one answer: field, words and stable code."""

from dataclasses import dataclass, field

from lineup.errors import Conflict, Invalid

ABOUT_BOUNDS = frozenset({"out_of_range", "too_many", "too_short", "moment_invalid"})
"""Codes that say nothing without their field: as a whole the request is `invalid`."""


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """One value that cannot be taken; `is_taken` when only because others have it."""

    field: str
    code: str
    message: str
    is_taken: bool = False


@dataclass
class ValidationErrors:
    """Collects what is wrong while a request is read, then refuses it all at once."""

    errors: list[FieldError] = field(default_factory=list)

    def add(self, name: str, code: str, message: str) -> None:
        """Note a value that is wrong by itself."""
        self.errors.append(FieldError(field=name, code=code, message=message))

    def add_taken(self, name: str, code: str, message: str) -> None:
        """Note a value that somebody else already uses."""
        error = FieldError(field=name, code=code, message=message, is_taken=True)
        self.errors.append(error)

    def has(self, name: str) -> bool:
        """Whether a field is at fault already."""
        return any(error.field == name for error in self.errors)

    def refuse(self) -> None:
        """Raise when anything is wrong: one by its own code, several together.

        Conflict when every value is only taken, else Invalid. `fields` holds
        sentences, `details["codes"]` the stable codes, both by field.
        """
        if not self.errors:
            return
        kind = Conflict if all(error.is_taken for error in self.errors) else Invalid
        raise kind(
            self.errors[0].message if self._is_one() else "Some values are not valid.",
            code=self._code(kind),
            fields=self._by_field("message"),
            details={"codes": self._by_field("code")},
        )

    def _is_one(self) -> bool:
        return len(self.errors) == 1

    def _code(self, kind: type[Conflict | Invalid]) -> str:
        if self._is_one() and self.errors[0].code not in ABOUT_BOUNDS:
            return self.errors[0].code
        return "already_used" if kind is Conflict else Invalid.code

    def _by_field(self, what: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for error in self.errors:
            found.setdefault(error.field, []).append(getattr(error, what))
        return found
