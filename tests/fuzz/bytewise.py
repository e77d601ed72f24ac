"""Changes of bytes, words and numbers, for files that are text or nearly so."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

Raw = Callable[[bytes, int], bytes]  # changes bytes, to at most so many

NUMBERS = ("0", "1", "-1", "2", "9", "127", "255", "256", "1000", "65535", "65536", "1048577",
           "2147483648", "-2147483649", "99999999999999999999", "1e308", "-1e400", "0.5", "1.5e-9",
           "nan", "inf", "1_000", "+7", " 3 ", "", "²", "٣", "½", "Ⅷ")  # fmt: skip
WORDS = ("\0", "\x1c", "\x85", "\u2028", "\ufeff", "\u200b", "\u202e", "\xad", "e\u0301", "\ufffd",
         "🐝", "שלום", "漢字", "İ", "ß", "\u0130x", "\r", "\n\n", "\r\r\n", "\t", "\x0c", "\xa0",
         "— Why is it so?", "Q: How many?", "A: Ten.", "Anna: We go.", "CHAPTER IV", "1.2 Numbers",
         "=====", "* * *", "On 5 May 2020 it rained.", "2024-02-30", "31/02/2021",
         "Date: 0000-00-00", "12:61:99,999", "x" * 300, "a b " * 100)  # fmt: skip
_LONE = (b"\xed\xa0\x80", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\xc3", b"\xf4\x90\x80\x80")


def of_bytes(data: bytes, others: Sequence[bytes], random: Random, raw: Raw,
             known: Sequence[str], size: int) -> bytes:  # fmt: skip
    for _ in range(random.choice((1, 1, 1, 2, 3, 5))):
        kind = random.randrange(9)
        start, end = sorted(random.randrange(len(data) + 1) for _ in range(2))
        end = min(end, start + random.choice((1, 4, 20, 200, 5_000)))
        at = random.randrange(len(data) + 1)
        piece = data[start:end]
        if kind <= 1:
            data = raw(data, size)
        elif kind == 2:
            data = data[:at] + word(random, known) + data[at:]
        elif kind == 3:
            data = _number(data, random)
        elif kind == 4:
            data = data[:start] + data[end:]
        elif kind == 5:
            data = data[:at] + piece + data[at:]
        elif kind == 6:
            data = data[:at] + piece * random.choice((2, 10, 100)) + data[at:]
        elif kind == 7:
            data = data[:start] + word(random, known) + data[end:]
        elif others:
            other = random.choice(others)
            cut = random.randrange(len(other) + 1)
            data = data[:at] + other[cut : cut + random.choice((20, 200, 5_000))] + data[at:]
        data = data[:size]
    return data


def word(random: Random, known: Sequence[str]) -> bytes:
    if random.random() < 0.08:
        return random.choice(_LONE)
    some = random.choice((known or WORDS, known or WORDS, WORDS, NUMBERS))
    return random.choice(some).encode("utf-8", "replace")


def _number(data: bytes, random: Random) -> bytes:
    found = list(re.finditer(rb"-?\d+(?:\.\d+)?", data))
    if not found:
        return data
    one = random.choice(found)
    return data[: one.start()] + random.choice(NUMBERS).encode() + data[one.end() :]


def plain_raw(random: Random) -> Raw:
    """A change of some bytes, where there is no libFuzzer to do it better."""

    def raw(data: bytes, size: int) -> bytes:
        changed = bytearray(data or b"x")
        for _ in range(random.choice((1, 2, 8))):
            at = random.randrange(len(changed))
            changed[at : at + random.randrange(3)] = random.randbytes(random.randrange(3))
            changed = changed or bytearray(b"x")
        return bytes(changed[:size])

    return raw
