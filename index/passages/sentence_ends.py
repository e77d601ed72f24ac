"""Where a sentence ends inside one paragraph.

Every stop, question mark and ellipsis is a candidate; the word before it and the one
behind it decide. No library is asked: ``docs/sentences.md`` has the figures that say why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import regex  # type: ignore[import-untyped]

from index.types import Span

_CLOSERS = r"""['"”’»›“)\]}」』】）〉》*_]"""
_OPENERS = r"""['"“‘«„‹(\[{¿¡「『*_—–-]"""
# A stop with what belongs to it: closing marks, reference marks, an emoji. Possessive
# throughout, so that no text makes it go back.
_CANDIDATE = regex.compile(
    rf"""(?:(?P<wide>[。！？｡।॥۔։።။]++[。！？…]*+)|(?P<mark>[.!?…‼⁇⁈⁉؟]++(?![\p{{Ll}}\d])))
    (?P<close>(?:{_CLOSERS}|\s[»›"'”’](?=[\s,.;)]|$))*+)
    (?:\[\d{{1,3}}\]|[¹²³⁴⁵⁶⁷⁸⁹⁰])*+
    (?:\s?(?=\p{{Emoji_Presentation}}|\p{{Emoji}}\uFE0F|\p{{RI}})\X)*+(?P<space>\s*+)""",
    regex.VERBOSE,
)
_NEXT = regex.compile(rf"{_OPENERS}*+\s?(?P<first>\S)(?P<rest>[\w'’]*+)(?P<stop>[.]?)")
_GRAPHEME = regex.compile(r"\X")
_GLUED_NEXT = regex.compile(r"""["'“‘(]?\p{Lu}[\p{Ll}\p{M}'’]*+(?=[\s,;:]|$)""")
_GLUED_WORD = regex.compile(
    r"""(?:^|[\s"'“‘(\[—–-])(?:[\p{L}\p{M}]*[\p{Ll}\p{M}]{2}|\d{2,4})[)"'”’]?$"""
)
_BEFORE_WORD = re.compile(r"""[(\["“‘«„/–—]""")
_INITIAL = regex.compile(r"\p{L}\p{M}*+$")
_ENUMERATOR = regex.compile(r"(?:\d{1,3}|\p{L}\p{M}*+)$")
_DOTTED = regex.compile(r"(?:\p{L}{1,3}\.[-–]?)+\p{L}{1,3}$")  # U.S, a.m, K.-J, Ph.D
# A short quotation or bracket: what stands inside does not end the sentence around it.
_ENCLOSED = regex.compile(
    r"""“[^“”]{1,80}+”|«[^«»]{1,80}+»|„[^„“”]{1,80}+[“”]|「[^「」]{1,80}+」|『[^『』]{1,80}+』
    |(?<![^\s(\[—–-])"(?=\S)[^"]{1,80}+(?<=\S)"(?!\w)|\([^()]{1,80}+\)|\[[^\[\]]{1,80}+\]""",
    regex.VERBOSE,
)

_LOOK_BACK = 40  # code points of the word before a stop


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words of closed classes which begin a sentence far more often than a name.
_STARTERS = _words(
    """The This That These Those It Its He She They We You His Her Their Our My There Here In On At
    By For From With As If When While After Before Since Because Although Though But And Or Yet
    However Then Thus Also One Some Many All Both Each Every No Not What Who Where Why How Which Is
    Are Was Were Did Does Has Had Have Can Could I A Another Such Now Today Nobody Nothing Only Even
    During According Once Until Despite Under Most Several Other Two Three
    Он Она Они Оно Это Эти Я Мы Вы В На По При Но И А После Затем Потом Его Её Их Там Тогда
    Der Die Es Sie Wir Ich Im Am Aber Dann Il Elle Ils Elles Nous"""
)
# Never the last word of a sentence, whatever follows.
_NEVER = _words("e.g i.e cf viz v vs mr mrs ms messrs mme z.b d.h u.a p.ex т.е ср напр")
# Last word of a sentence only if a starter follows.
_ABBREVIATIONS = _words(
    """dr prof st mt ft gen col lt maj capt cmdr cdr adm sgt cpl pvt brig sen rep gov pres rev hon
    fr sr jr sra srta dra don m mlle bros inc corp ltd co llc plc etc al ed eds et dept univ assn
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
    ave blvd rd hwy pkwy approx est min max ca c circa pop b d r fl feat incl esp fed civ crim
    lit transc pub pt ph oz id ibid supp stat reg cir dist cal bzw usw vgl nr bd abs ca sog evtl str
    г гг ул им пр просп пл д рис табл см тыс млн млрд руб акад проф д-р"""
)
# Labels of a number: no end where a digit follows, a word like any other elsewhere.
_LABELS = _words(
    """no nos n° fig figs eq eqs art arts sec secs ch chap p pp para paras cl ref refs vol vols tab
    app ver v § nr ziff рис табл стр ст п"""
)
_GERMAN_MONTHS = _words(
    """Januar Jänner Februar März April Mai Juni Juli August September Oktober November
    Dezember"""
)


def sentence_ends(text: str, block: Span) -> list[int]:
    """Offsets behind the last character of each sentence of ``block``, the last one included.

    ``block`` is a paragraph without white space at its ends. Linear in its length.
    """
    ends: list[int] = []
    inside = _Inside(text, block)
    start = block.start
    for found in _CANDIDATE.finditer(text, block.start, block.end):
        end = found.start("space")
        if end < block.end and not inside(found.start()) and _ends(text, block, start, found):
            ends.append(end)
            start = end
    ends.append(block.end)
    return ends


class _Inside:
    """Says of rising offsets whether each lies within a short quotation or bracket."""

    def __init__(self, text: str, block: Span) -> None:
        self._spans: Iterator[Any] = _ENCLOSED.finditer(text, block.start, block.end)
        self._start, self._stop = block.start, block.start

    def __call__(self, at: int) -> bool:
        while self._stop <= at:
            span = next(self._spans, None)
            if span is None:
                return False
            # The stop before the closing mark may end the sentence together with it.
            self._start, self._stop = span.start(), _last_word_end(span)
        return self._start < at


def _last_word_end(enclosed: Any) -> int:
    words = enclosed.group()[:-1].rstrip(" \xa0\u202f\n.!?…。！？'’”")
    return int(enclosed.start()) + len(words)


def _ends(text: str, block: Span, start: int, found: Any) -> bool:
    """Whether the candidate ends the sentence that begins at ``start``."""
    after: int = found.end()
    glued = not found["space"]
    if found["wide"]:
        if glued and found["close"] and "ぁ" <= text[after] <= "ん":
            return False  # 「…。」と: the sentence goes on behind the quotation
        return not glued or _between_graphemes(text, after)
    if glued:
        return _ends_glued(text, block, found)
    following = _NEXT.match(text, after, block.end)
    if following is None or not _may_begin(following):
        return False
    if found["mark"] != "." or found["close"][:1] in {")", "]"}:
        return True
    return _ends_at_stop(text, start, found.start(), following)


def _between_graphemes(text: str, at: int) -> bool:
    return bool(_GRAPHEME.match(text, at - 1).end() == at)


def _may_begin(following: Any) -> bool:
    """A sentence begins with no lower-case letter (iPhone aside) and no closing mark."""
    first, rest = following["first"], following["rest"]
    if first.islower():
        return bool(rest[:1].isupper())
    return first not in ".,;:!?…)]}»”%/=+&" or following.start("first") > following.start()


def _ends_glued(text: str, block: Span, found: Any) -> bool:
    """No white space behind the mark: an end only between two plain words, as in "end.Then"."""
    at = found.start()
    if len(found["mark"]) > 1 or not _GLUED_NEXT.match(text, found.end(), block.end):
        return False
    return bool(_GLUED_WORD.search(text[max(block.start, at - _LOOK_BACK) : at]))


def _last_word(before: str) -> str:
    """The word that ``before`` ends with, without opening marks; empty behind white space."""
    if not before or before[-1].isspace():
        return ""
    return _BEFORE_WORD.split(before.rsplit(None, 1)[-1])[-1]


def _ends_at_stop(text: str, start: int, at: int, following: Any) -> bool:
    """A single full stop at ``at`` with white space and a possible beginning behind it."""
    before = text[max(start, at - _LOOK_BACK) : at]
    word = _last_word(before)
    if not word or word[-1] in ")]}\"'”’»%":
        return True
    if before.strip() == word and _ENUMERATOR.match(word):
        return False  # "1. First …" inside a line
    next_word = following["first"] + following["rest"]
    if word.isdigit():
        return next_word not in _GERMAN_MONTHS
    name = word.casefold().lstrip("§")
    if name in _NEVER:
        return False
    if name in _LABELS and following["first"].isdigit():
        return False
    if next_word in _STARTERS and not following["stop"]:
        return True
    return not (name in _ABBREVIATIONS or _INITIAL.match(word) or _DOTTED.match(word))
