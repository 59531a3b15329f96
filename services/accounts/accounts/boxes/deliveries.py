"""A delivery as CSV: a line for each box, and every fault with its line."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from lineup.contracts.accounts.boxes import MOST_BOXES
from lineup.errors import Invalid
from lineup.validation import FieldCode
from lineup.values.bad_value import BadValueError
from lineup.values.people import mac as mac_in
from lineup.values.rules import Text

FIELD = "csv"
SEPARATORS = ";\t"
HEADING = "serial"
SERIAL = Text(shortest=1, longest=100, is_trimmed=True)


@dataclass(frozen=True)
class DeliveredBox:
    """A line of a delivery."""

    line: int
    serial: str
    mac: str


def read_delivery(text: str) -> list[DeliveredBox]:
    """The boxes of a delivery; Invalid, naming every line at fault, if one is wrong."""
    boxes, faults = [], []
    for line, cells in _rows(text):
        try:
            boxes.append(_box(line, cells))
        except BadValueError as wrong:
            faults.append((line, wrong.message))
    faults += _doubles(boxes, "serial", "serial number")
    faults += _doubles(boxes, "mac", "MAC address")
    refuse(faults)
    if not boxes or len(boxes) > MOST_BOXES:
        raise Invalid(fields={FIELD: [f"A delivery has 1 to {MOST_BOXES:,} boxes."]})
    return boxes


def refuse(faults: list[tuple[int, str]]) -> None:
    """Invalid where lines are at fault, in their order."""
    if faults:
        told = [f"Line {line}: {why}" for line, why in sorted(faults)]
        raise Invalid(fields={FIELD: told})


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that say something, with their numbers, without the heading."""
    lines = text.lstrip("\ufeff").splitlines()
    first = lines[0] if lines else ""
    separator = next((one for one in SEPARATORS if one in first), ",")
    for line, cells in enumerate(
        csv.reader(lines, delimiter=separator, skipinitialspace=True), 1
    ):
        stripped = [cell.strip() for cell in cells]
        is_heading = line == 1 and stripped[:1] and HEADING in stripped[0].lower()
        if any(stripped) and not is_heading:
            yield line, stripped


def _box(line: int, cells: list[str]) -> DeliveredBox:
    if len(cells) < 2:
        words = "Give a serial number and a MAC address."
        raise BadValueError(FieldCode.REQUIRED, words)
    serial = SERIAL.checked(cells[0])
    return DeliveredBox(line, serial, mac_in(cells[1]))


def _doubles(
    boxes: list[DeliveredBox], name: str, words: str
) -> Iterator[tuple[int, str]]:
    """Lines that repeat what an earlier one says."""
    first: dict[str, int] = {}
    for box in boxes:
        line = first.setdefault(getattr(box, name).lower(), box.line)
        if line != box.line:
            yield box.line, f"The {words} is that of line {line}."
