"""How names are compared: what two spellings of one channel have in common."""

import re
import unicodedata

_DECORATION = re.compile(r"\([^)]*\)|\[[^\]]*\]|[Ⓐ-ⓩ]")
_QUALITY = re.compile(r"\b(?:u?hd|fhd|uhd|sd|4k|8k|1080p|720p|576p|480p|hevc|h265)\b")
_NOT_WORD = re.compile(r"[^\w+]+", re.UNICODE)


def name_key(name: str) -> str:
    """A name without accents, case, punctuation, quality marks and decorations.

    "ARTE HD (Geo-blocked)" and "Arte.HD" are one; "Arte +1" is another. A name made
    of nothing else keeps what it has.
    """
    plain = unicodedata.normalize("NFKD", _DECORATION.sub(" ", name)).casefold()
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    plain = _NOT_WORD.sub(" ", plain.replace("_", " ")).strip()
    return _QUALITY.sub("", plain).replace(" ", "") or plain.replace(" ", "")


_COUNTRY = re.compile(r"\.[a-z]{2}$", re.IGNORECASE)


def guide_name_key(name: str) -> str:
    """The key of a guide channel's name, which often ends in a country: "Arte.fr"."""
    return name_key(_COUNTRY.sub("", name.strip()))
