"""Encodings that texts are written in, by the names they are declared by."""

import codecs
import re

AS_IS = {"utf-8", "ascii"}
TEXT = re.compile(
    r"utf-(?:8-sig|16|16-[lb]e|32|32-[lb]e)|iso8859-\d+|cp\d+|koi8-[rtu]|mac-\w+"
    r"|gb2312|gbk|gb18030|big5|big5hkscs|euc_\w+|shift_jis\w*|iso2022_\w+"
    r"|tis-620|johab|hz|hp-roman8|kz1048|ptcp154",
    re.ASCII,
)
"""The names of encodings guides are written in. Python knows others: some unpack, some
turn letters, and some take time that grows with the square of the length."""


def known_text_encoding(name: str) -> str:
    """The name Python knows an encoding by; empty for what is no encoding of texts."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return known if known in AS_IS or TEXT.fullmatch(known) else ""
