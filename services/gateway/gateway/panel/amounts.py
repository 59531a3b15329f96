"""Amounts as people write them: with a comma or a point, thousands apart or not."""

import re
from contextlib import suppress

from lineup.money import BadAmount, Money, exponent_of

BETWEEN = re.compile(r"(?<=[0-9])[ \u00a0\u202f'\u2019](?=[0-9]{3}(?![0-9]))")
"""What stands between thousands and is never a decimal sign."""
GROUPED = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+")
PLAIN = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,3})?")
THOUSAND = 3
WRONG = "Enter an amount such as 9.00."
UNCLEAR = "This amount is ambiguous. Enter {} or {}."


def read_amount(text: str, asset: str) -> Money:
    """What was entered as an amount; BadAmount, at its field, for what is none or two.

    One sign with three digits behind it is a fraction to some and thousands to others.
    """
    digits = BETWEEN.sub("", text.strip())
    places = exponent_of(asset)
    plain = _plain(digits, places)
    if not PLAIN.fullmatch(plain):
        raise _bad(WRONG)
    try:
        return Money.parse(plain, asset)
    except BadAmount as refusal:
        raise _bad(refusal.message) from None


def may_be_amount(text: str) -> bool:
    """Whether a text is an amount of any currency; which is not known yet."""
    for asset in ("JPY", "EUR", "KWD"):
        with suppress(BadAmount):
            read_amount(text, asset)
            return True
    return False


def _plain(digits: str, places: int) -> str:
    """The digits with a point at most; what cannot be read stays as it is."""
    signs = [letter for letter in digits if letter in ".,"]
    if not signs:
        return digits
    whole, _, rest = digits.rpartition(signs[-1])
    if len(signs) == 1:
        return _of_one_sign(whole, signs[0], rest, places)
    if len(set(signs)) == 1:
        whole, rest = digits, ""
    elif signs.count(signs[-1]) > 1:
        return digits
    if not GROUPED.fullmatch(whole):
        return digits
    joined = re.sub("[.,]", "", whole)
    return f"{joined}.{rest}" if rest else joined


def _of_one_sign(whole: str, sign: str, rest: str, places: int) -> str:
    decimal = f"{whole}.{rest}"
    is_shaped = GROUPED.fullmatch(f"{whole}{sign}{rest}") and not whole.startswith("0")
    if not is_shaped or (places == THOUSAND and sign == "."):
        return decimal
    if places == 0:
        return whole + rest
    small = f"{decimal}" if places == THOUSAND else f"{whole}.{rest[:places]}"
    raise _bad(UNCLEAR.format(f"{whole}{rest}.{'0' * places}", small))


def _bad(words: str) -> BadAmount:
    return BadAmount(words, fields={"amount": [words]})
