"""What values in requests may be: said once with their type, checked at every entry.

A contract says `name: Name`; whoever takes a request in (the bus, a command, an import)
calls `checked`, and the REST schemas and their specification follow from the same
types. What says nothing is bounded, too, by the defaults of `rules`.
"""

from lineup.values.checking import checked
from lineup.values.mail import find_mail_address
from lineup.values.text import tidy_line

__all__ = ["checked", "find_mail_address", "tidy_line"]
