"""The collector of field errors under the name it has in this service."""

from lineup.validation import ValidationErrors as Findings

__all__ = ["Findings"]
