"""What is raised for a value that cannot be taken."""


class BadValueError(ValueError):
    """A value that cannot be: a stable code, and a sentence for who entered it."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)
