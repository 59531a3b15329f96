"""How names are compared: what two spellings of one channel have in common."""

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

LONGEST = 500
"""Longer names are compared by their beginnings."""
LONGEST_KEY_BYTES = 1000
"""An index holds no more than 2,700."""
_ROUND = re.compile(r"\([^)]*\)")
_SQUARE = re.compile(r"\[[^\]]*\]")
_CIRCLED = re.compile("[Ⓐ-ⓩ]")
_QUALITY = re.compile(r"\b(?:u?hd|fhd|uhd|sd|4k|8k|1080p|720p|576p|480p|hevc|h265)\b")
_HARMLESS = re.compile(
    r"\W*(?:geo\W?block\w*|not\W*24\W*7|24\W*7|offline|online|back\W?up\W*\d*|vip|raw|live"
    r"|(?:u?hd|fhd|sd|4k|8k|\d{3,4}[pi]?|hevc|[hx]\W?26[45]|\d\d\W?fps|multi|test)\W*)*",
    re.IGNORECASE,
)
"""What may stand in brackets without making a name another one."""
_NOT_WORD = re.compile(r"[^\w+]+", re.UNICODE)


def name_key(name: str) -> str:
    """A name without accents, case, punctuation, quality marks and decorations.

    "ARTE HD (Geo-blocked)" and "Arte.HD" are one; "Arte +1" is another. A name made
    of nothing else keeps what it has.
    """
    return _without_quality(_plain(_undecorated(name[:LONGEST])))


class NameKeys(NamedTuple):
    """A name as it is compared, from its very words to what is left of them."""

    exact: str
    """Every word of it."""
    strict: str
    """Without quality marks and remarks that make no other channel."""
    loose: str
    """`name_key`: without anything in brackets."""


def name_keys(name: str) -> NameKeys:
    """The keys of a channel's name.

    "News (East)" and "News (West)" are one loosely, but not strictly.
    """
    name = _CIRCLED.sub(" ", name[:LONGEST])
    exact = _bounded(_plain(name).replace(" ", ""))
    return NameKeys(exact, _without_quality(_plain(_remarked(name))), name_key(name))


def guide_name_keys(name: str) -> NameKeys:
    """The keys of a guide channel's name, which often ends in a country: "Arte.fr"."""
    return name_keys(_without_country(name))


FILLERS = frozenset(
    {
        *("0", "-", "--", "?", ".", "none", "null", "nil", "nan", "na", "n/a"),
        *("undefined", "unknown", "false", "empty", "no", "no id", "no_id", "noid"),
        *("no epg", "no_epg", "noepg", "no tvg-id", "no_tvg_id", "tvg-id", "tbd"),
    }
)
"""What playlists say where they know no guide id."""


def listed_id_key(guide_id: str) -> str:
    """The key of an id from a playlist; empty for what only fills its place."""
    key = id_key(guide_id)
    return "" if key in FILLERS else key


def id_key(guide_id: str) -> str:
    """The id of a guide channel as it is compared: without case."""
    return _bounded(guide_id[:LONGEST].strip().casefold())


def country_of(guide_id: str, name: str = "") -> str:
    """Of which country an id or a name says it is, such as "mt"; empty: it does not.

    Ids end in it ("One.mt", "BBC.One.uk2", "Arte.fr@HD"), names begin with it
    ("UK: One", "|DE| One").
    """
    for pattern, text in ((_ENDS_IN, guide_id), (_ENDS_IN, name), (_BEGINS_WITH, name)):
        found = pattern.search(text[-_LONGEST_SUFFIX:] if pattern is _ENDS_IN else text)
        code = found[1].casefold() if found else ""
        if code and f" {code} " in _COUNTRIES:
            return {"uk": "gb"}.get(code, code)
    return ""


def _plain(name: str) -> str:
    """Words without accents, case and punctuation."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return _NOT_WORD.sub(" ", plain.replace("_", " ")).strip()


def _without_quality(plain: str) -> str:
    return _bounded(_QUALITY.sub("", plain).replace(" ", "") or plain.replace(" ", ""))


def _bounded(key: str) -> str:
    return key.encode("utf-8", "replace")[:LONGEST_KEY_BYTES].decode("utf-8", "ignore")


def _undecorated(name: str) -> str:
    """A name without what stands in brackets; an open one is not looked for an end."""
    return _CIRCLED.sub(" ", _in_brackets(name, lambda _found: " "))


def _remarked(name: str) -> str:
    """A name without those brackets that make no other channel of it."""
    return _in_brackets(
        name, lambda found: " " if _HARMLESS.fullmatch(found[0][1:-1]) else found[0]
    )


def _in_brackets(name: str, written: Callable[[re.Match[str]], str]) -> str:
    for pattern, end in ((_ROUND, ")"), (_SQUARE, "]")):
        cut = name.rfind(end) + 1
        name = pattern.sub(written, name[:cut]) + name[cut:]
    return name


_COUNTRY = re.compile(r"\.[a-z]{2}$", re.IGNORECASE)
_LONGEST_SUFFIX = 40
_ENDS_IN = re.compile(
    r"\.([a-z]{2})(?:\d{0,2}|_\w{1,20})(?:@[\w-]{1,20})?\s*$", re.IGNORECASE
)
_BEGINS_WITH = re.compile(r"^[\W_]{0,3}([A-Z]{2})\s{0,2}[:|\])\-•▎┃]")
_COUNTRIES = (
    " ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi "
    "bj bl bm bn bo bq br bs bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn "
    "co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk "
    "fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn "
    "hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp "
    "kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml "
    "mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr "
    "nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa "
    "sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg "
    "th tj tk tl tm tn to tr tt tw tz ua ug uk um us uy uz va vc ve vg vi vn "
    "vu wf ws xk ye yt za zm zw "
)
"""ISO 3166, with "uk", and without "tv" and "fm", which say something else."""


def guide_name_key(name: str) -> str:
    """The loose key of a guide channel's name."""
    return name_key(_without_country(name))


def _without_country(name: str) -> str:
    return _COUNTRY.sub("", name.strip())
