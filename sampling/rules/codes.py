"""Specimen codes: RF-, six characters that count, one that checks.

The alphabet is Douglas Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O, U.
The check character is a weighted sum in the field of 32 elements, GF(2)[x] / (x^5 + x^2 + 1): the
character at distance k from the end weighs x^k, so the weights 1, x, ..., x^6 are all different and
none is zero. Any one wrong character and any two exchanged characters therefore change the sum
(J. Verhoeff, Error Detecting Decimal Codes, Mathematical Centre Tracts 29, 1969, for the
conditions). Unlike Crockford's own modulo 37 it needs no sign outside the alphabet.
"""

from __future__ import annotations

from itertools import chain

from sampling.errors import RuleError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "RF-"
CODE_COUNT = 32**6

_DIGITS = 6
_REDUCTION = 0b100101  # x^5 + x^2 + 1
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_LOOK_ALIKE = ("0DQ", "1T7", "2Z", "5S", "6G", "8B", "UV", "4A", "MN", "CG", "EF", "PR", "KX", "VY")


class CodeMalformed(RuleError):
    """A text that has not the shape of a specimen code."""

    code = "specimen-code-malformed"
    title = "A specimen code is RF- and seven characters, such as RF-0000012."


class CodeMistyped(RuleError):
    """A text shaped like a specimen code whose check character does not fit the others."""

    code = "specimen-code-mistyped"
    title = "One character of this specimen code is wrong, or two are exchanged."


class CodeOutOfRange(RuleError):
    """A number no specimen code stands for."""

    code = "specimen-code-out-of-range"
    title = "Specimen codes count from 0 to 1,073,741,823."


def write_code(number: int) -> str:
    """Return the specimen code of a number from 0 to 32^6 - 1; raises CodeOutOfRange."""
    if not 0 <= number < CODE_COUNT:
        raise CodeOutOfRange(number=number)
    places = range(_DIGITS - 1, -1, -1)
    digits = "".join(ALPHABET[number >> (5 * place) & 31] for place in places)
    return PREFIX + digits + check_character(digits)


def read_code(text: str) -> str:
    """Return the code a person meant, in its one written form; raises CodeMalformed, CodeMistyped.

    Lower case, blanks and hyphens are forgiven, and O is read as 0, I and L as 1. The errors carry
    `did_you_mean`, the likely codes, best first.
    """
    typed = "".join(text.split()).replace("-", "").upper()
    has_prefix = typed.startswith("RF") and len(typed) == len("RF") + _DIGITS + 1
    body = (typed[len("RF") :] if has_prefix else typed).translate(_READ_AS)
    if not has_prefix or not set(body) <= set(ALPHABET):
        likely = _likely_codes(body) if len(body) == _DIGITS + 1 else ()
        raise CodeMalformed(_asking(CodeMalformed.title, likely), text=text, did_you_mean=likely)
    if check_character(body[:-1]) != body[-1]:
        likely = _likely_codes(body)
        raise CodeMistyped(_asking(CodeMistyped.title, likely), text=text, did_you_mean=likely)
    return PREFIX + body


def read_number(text: str) -> int:
    """Return the number a specimen code stands for; raises as read_code."""
    number = 0
    for character in read_code(text)[len(PREFIX) : -1]:
        number = number << 5 | _VALUE[character]
    return number


def code_block(first_number: int, *, count: int) -> tuple[str, ...]:
    """Return count consecutive codes from first_number on; raises CodeOutOfRange."""
    if count < 0 or first_number < 0 or first_number + count > CODE_COUNT:
        raise CodeOutOfRange(number=first_number, count=count)
    return tuple(write_code(number) for number in range(first_number, first_number + count))


def check_character(digits: str) -> str:
    """Return the character that checks the given ones, all from the alphabet."""
    total = 0
    for character in digits:
        total = _times_x(total ^ _VALUE[character])
    return ALPHABET[total]


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _REDUCTION if doubled & 32 else doubled


def _likely_codes(body: str) -> tuple[str, ...]:
    """Return the valid codes at most one exchange of neighbours or one look-alike away."""
    exchanged = (body[:i] + body[i + 1] + body[i] + body[i + 2 :] for i in range(len(body) - 1))
    replaced = (
        body[:i] + other + body[i + 1 :]
        for i, character in enumerate(body)
        for likeness in _LOOK_ALIKE
        if character in likeness
        for other in likeness
    )
    return tuple(
        dict.fromkeys(PREFIX + near for near in chain([body], exchanged, replaced) if _fits(near))
    )


def _fits(body: str) -> bool:
    return set(body) <= set(ALPHABET) and check_character(body[:-1]) == body[-1]


def _asking(sentence: str, likely: tuple[str, ...]) -> str:
    return f"{sentence} Did you mean {' or '.join(likely)}?" if likely else sentence
