"""A gzip body made once, personalised without compressing it again.

Deflate writes a text that it has just seen as a reference back to it. So the first
place of the personal text goes into a stored block and the rest is compressed with
that block as its window: every later place refers back, and another text of the same
length, written over the stored one, appears in all of them. The check sum follows by
algebra: CRC-32 is linear, so exchanging the same text in all places changes it by one
fixed multiplication (RFC 1951, RFC 1952).
"""

import random
import struct
import zlib
from array import array
from collections.abc import Sequence

HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
STORED_BLOCK = b"\x00"
DEEPEST = 32_000
"""A reference reaches back 32 KiB."""
SHORTEST, LONGEST = 8, 250
"""Shorter texts are not worth a reference; longer ones do not fit the proof below."""
TRIES = 6
POLYNOMIAL = 0xEDB88320
ONE = 0x8000_0000
"""The polynomial 1 in CRC-32's reflected bit order."""


class NotPersonal(ValueError):  # noqa: N818 - reads as a sentence
    """This text cannot be made into such a body; compress it each time."""


class PersonalGzip:
    """The gzip bodies of `parts` joined by any text of `length` bytes.

    Raises NotPersonal when there is no place for a text, it lies too deep, or the
    compressor would not refer back for every one of them.
    """

    def __init__(self, parts: Sequence[bytes], length: int) -> None:
        if len(parts) < 2 or not SHORTEST <= length <= LONGEST:
            raise NotPersonal("No place for the text, or a length that does not suit.")
        if len(parts[0]) + length > DEEPEST:
            raise NotPersonal("The first place lies too deep.")
        self.length = length
        self._plain_bytes = sum(map(len, parts)) + length * (len(parts) - 1)
        self._before = _stored(parts[0], length)
        self._after = self._compressed(parts)
        self._start_sum, self._tables = _check_sum(parts, length)
        self.size = len(self._before) + len(self._after)
        """Bytes it keeps in memory, about."""

    def body(self, text: bytes) -> bytes:
        """The body with `text` in every place; ValueError for another length."""
        if len(text) != self.length:
            raise ValueError("Another length needs another body.")
        return b"".join(
            (
                self._before,
                text,
                self._after,
                struct.pack("<II", self.sum_of(text), self._plain_bytes & 0xFFFFFFFF),
            )
        )

    def sum_of(self, text: bytes) -> int:
        """CRC-32 of the whole plain text with `text` in every place."""
        own = zlib.crc32(text)
        first, second, third, fourth = self._tables
        return (
            self._start_sum
            ^ first[own >> 24]
            ^ second[own >> 16 & 255]
            ^ third[own >> 8 & 255]
            ^ fourth[own & 255]
        )

    def _compressed(self, parts: Sequence[bytes]) -> bytes:
        for placeholder in _placeholders(parts, self.length):
            after = _deflated(parts, placeholder)
            if self._is_proven(parts, after):
                return after
        raise NotPersonal("The compressor did not refer back for every place.")

    def _is_proven(self, parts: Sequence[bytes], after: bytes) -> bool:
        """Whether `after` is right whatever the text.

        Each byte it unpacks to is either fixed or a copy of one byte of the text. The
        first probe has no byte twice, so a copy of a wrong byte would show; the second
        differs from it in every place, so a fixed byte that only looked right would.
        """
        first = bytes(range(self.length))
        second = bytes(reversed(range(255 - self.length + 1, 256)))
        return all(
            _unpacked(self._before + probe + after) == probe.join(parts)
            for probe in (first, second)
        )


def _stored(first_part: bytes, length: int) -> bytes:
    size = len(first_part) + length
    lengths = struct.pack("<HH", size, size ^ 0xFFFF)
    return HEADER + STORED_BLOCK + lengths + first_part


def _deflated(parts: Sequence[bytes], placeholder: bytes) -> bytes:
    window = parts[0] + placeholder
    compressor = zlib.compressobj(
        9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, window
    )
    rest = placeholder.join(parts[1:])
    return compressor.compress(rest) + compressor.flush()


def _unpacked(body: bytes) -> bytes | None:
    try:
        return zlib.decompressobj(-15).decompress(body[len(HEADER) :])
    except zlib.error:
        return None


def _placeholders(parts: Sequence[bytes], length: int) -> list[bytes]:
    """Texts whose bytes are rare in `parts`: what they refer to is then themselves."""
    counts = [0] * 256
    for part in parts[:64]:
        for byte in set(part):
            counts[byte] += 1
    rare = sorted(range(256), key=counts.__getitem__)[: max(length, 32)]
    chance = random.Random(length)  # noqa: S311 - no secret, and the same each time
    return [bytes(chance.sample(rare, length)) for _ in range(TRIES)]


def _check_sum(parts: Sequence[bytes], length: int) -> tuple[int, list["array[int]"]]:
    """What the whole's CRC-32 is made of: a start, and a table a byte of the text's.

    crc(whole) = start ^ factor x crc(text), in the field of CRC-32. The factor is read
    off two texts whose own sums differ by the polynomial 1.
    """
    zeros = bytes(length)
    step = bytes(length - 4) + _bytes_that_add(ONE)
    whole = zlib.crc32(zeros.join(parts))
    factor = whole ^ zlib.crc32(step.join(parts))
    tables = _tables(factor)
    own = zlib.crc32(zeros)
    for table, shift in zip(tables, (24, 16, 8, 0), strict=True):
        whole ^= table[own >> shift & 255]
    return whole, tables


def _bytes_that_add(difference: int) -> bytes:
    """The last four bytes that change a CRC-32 by `difference`, instead of zeros.

    CRC-32 of four bytes is one to one; this runs it backwards.
    """
    register = difference
    for _ in range(32):
        register = (
            (register ^ POLYNOMIAL) << 1 | 1 if register & ONE else register << 1
        ) & 0xFFFFFFFF
    return struct.pack("<I", register)


def _tables(factor: int) -> list["array[int]"]:
    """Products of `factor` with every value of each of four bytes, highest first."""
    products = {}
    for bit in range(31, -1, -1):
        products[bit] = factor
        factor = factor >> 1 ^ (POLYNOMIAL if factor & 1 else 0)
    return [_table([products[low + bit] for bit in range(8)]) for low in (24, 16, 8, 0)]


def _table(bits: list[int]) -> "array[int]":
    row = [0] * 256
    for value in range(1, 256):
        lowest = value & -value
        row[value] = row[value ^ lowest] ^ bits[lowest.bit_length() - 1]
    return array("Q", row)
