"""What goes wrong on a machine, said so that its reader can act on it."""

from click import ClickException


class LocalError(ClickException):
    """One clear sentence for the terminal: what is wrong and what helps."""
