"""What is raised for a value that cannot be taken."""

from lineup.validation import FieldCode


class BadValueError(ValueError):
    """A value that cannot be: a stable code, and a sentence for who entered it."""

    def __init__(self, code: FieldCode, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)
