"""What a programme is made of, between the reader and the table."""

import enum


class ProgrammeFlag(enum.IntFlag):
    """What a guide says beside the programme itself."""

    NEW = 1
    PREMIERE = 2
    REPEAT = 4
    LAST_CHANCE = 8


MARKS = {
    "new": ProgrammeFlag.NEW,
    "premiere": ProgrammeFlag.PREMIERE,
    "previously-shown": ProgrammeFlag.REPEAT,
    "last-chance": ProgrammeFlag.LAST_CHANCE,
}
"""The XMLTV element that says each mark."""

FIELDS = (
    "title",
    "sub_title",
    "description",
    "categories",
    "episode",
    "icon",
    "language",
    "made_on",
    "rating",
    "star_rating",
    "marks",
    "extra",
)
"""Columns a reader fills, in the order of its rows' text."""

COLUMNS = ("import_id", "channel_no", "start_at", "stop_at", *FIELDS)
"""Columns of COPY."""

FIELD = "\x1f"
"""Stands between the fields of a row: XML cannot contain it."""
ROW = "\x1e"
"""Stands after a row, for the same reason."""
