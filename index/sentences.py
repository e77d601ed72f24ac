"""Sentences and clauses as spans of a document's text.

``split_sentences`` cuts a stretch of text into paragraphs and list items, asks
``index.sentence_ends`` where sentences end in each, and cuts what is too long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set

import regex  # type: ignore[import-untyped]

from index.sentence_ends import sentence_ends
from index.types import Span

SPLITTER = "sentences-1"  # raise the number when the same text gives other sentences
MAX_SENTENCE = 4_000  # code points; a longer sentence is cut

_NL = r"(?>\r\n|[\n\r\x85\u2028])"
_BLANK = r"[^\S\n\r\x85\u2028\u2029]"
_MARKERS = (
    rf"(?:{_BLANK}*+(?:[-*+•‣▪◦●]|\d{{1,3}}[.)]|\([a-z\d]{{1,3}}\)|[a-z]\)){_BLANK}++)++(?=\S)"
)
_SPEECH = rf"{_BLANK}*+[—–―‒]{_BLANK}++(?=\S)"
_OPENING = regex.compile(rf"\s*+(?:{_MARKERS}|{_SPEECH})?")
# A line inside a paragraph may begin with a dash because it was wrapped there: then the
# dash opens a speech only if the line before has come to its end.
_PARAGRAPH_END = regex.compile(
    rf"""(?:{_NL}(?:{_BLANK}*+(?:{_NL}|\u2029))++|\u2029)\s*+(?:{_MARKERS}|{_SPEECH})?
    |{_NL}{_MARKERS}
    |{_NL}(?<=[.!?…:;。！？]['"”’»)\]]?{_BLANK}{{0,2}}{_NL}){_SPEECH}""",
    regex.VERBOSE,
)
_CLAUSE = regex.compile(
    r"""(?:[;:,–—](?=\s)|[、，；：](?=[\p{L}\p{N}])|
    (?=\s(?:and|but|or|nor|because|while|which|although|whereas|und|aber|oder|weil|
    et|mais|ou|car|y|pero|и|но|или|а|что)\s))""",
    regex.VERBOSE,
)
_SPACES = regex.compile(r"\s++")
_GRAPHEME = regex.compile(r"\X")


def split_sentences(text: str, span: Span) -> tuple[Span, ...]:
    """Spans of the sentences inside ``span``, in order, trimmed of white space.

    Only white space, list markers and the dash that opens a speech are left out. A
    single newline is white space; a blank line and a list item end a sentence. A
    sentence of more than ``MAX_SENTENCE`` code points is cut. Linear in the length.
    """
    found: list[Span] = []
    for block in _blocks(text, span):
        start = block.start
        for end in sentence_ends(text, block):
            found.extend(split_clauses(text, Span(start, end), _is_short))
            start = end
    return tuple(found)


def split_clauses(text: str, span: Span, fits: Callable[[Span], bool]) -> tuple[Span, ...]:
    """``span`` in pieces each of which fits, trimmed of white space, in order.

    Cut at clause ends where possible, else at white space, else between graphemes; a
    single grapheme that does not fit is a piece all the same. ``fits`` is taken to be
    true of every part of what it is true of, and is called a few times for each piece.
    """
    whole = _trim(text, span.start, span.end)
    if not whole or fits(whole):
        return (whole,) if whole else ()
    clauses = [found.end() for found in _CLAUSE.finditer(text, whole.start, whole.end)]
    spaces = [found.start() for found in _SPACES.finditer(text, whole.start, whole.end)]
    ends = sorted({*clauses, *spaces, whole.end})
    return tuple(_packed(text, whole.start, ends, frozenset(clauses), fits))


def _packed(
    text: str,
    start: int,
    ends: Sequence[int],
    preferred: Set[int],
    fits: Callable[[Span], bool],
) -> Iterator[Span]:
    """Pieces from ``start`` on, each up to the last of ``ends`` with which it fits.

    A piece stops earlier at one of ``preferred`` that leaves it more than half its length.
    """
    at = 0
    while at < len(ends):
        last = _last_fit(text, start, ends, at, fits)
        if last >= at:
            if ends[last] != ends[-1]:
                last = _preferred(ends, preferred, start, at, last)
            yield from _kept(text, start, ends[last])
        else:
            last = at
            yield from _in_graphemes(text, start, ends[at], fits)
        start, at = ends[last], last + 1


def _in_graphemes(text: str, start: int, end: int, fits: Callable[[Span], bool]) -> Iterator[Span]:
    """A stretch without a place to cut; one grapheme is given as it is."""
    word = _trim(text, start, end)
    ends = [found.end() for found in _GRAPHEME.finditer(text, word.start, word.end)]
    if len(ends) == 1:
        yield word
    else:
        yield from _packed(text, word.start, ends, frozenset(), fits)


def _preferred(ends: Sequence[int], preferred: Set[int], start: int, at: int, last: int) -> int:
    """The last end in ``preferred`` behind the middle of the piece, else ``last``."""
    middle = (start + ends[last]) // 2
    for index in range(last, at - 1, -1):
        if ends[index] <= middle:
            break
        if ends[index] in preferred:
            return index
    return last


def _last_fit(
    text: str, start: int, ends: Sequence[int], at: int, fits: Callable[[Span], bool]
) -> int:
    """Largest index from ``at`` on with which the piece fits, ``at - 1`` if none.

    By doubling steps, then halving: asking about a piece far too long is dear.
    """
    low, step = at, 1
    while low < len(ends):
        high = min(low + step, len(ends))
        if not fits(_trim(text, start, ends[high - 1])):
            break
        low, step = high, step * 2
    else:
        return low - 1
    high -= 1  # known: fits up to low - 1, does not with high
    while low < high:
        middle = (low + high) // 2
        if fits(_trim(text, start, ends[middle])):
            low = middle + 1
        else:
            high = middle
    return low - 1


def _is_short(span: Span) -> bool:
    return len(span) <= MAX_SENTENCE


def _blocks(text: str, span: Span) -> Iterator[Span]:
    """Paragraphs and list items, trimmed, without marker or speech dash; none is empty."""
    start = _OPENING.match(text, span.start, span.end).end()
    for found in _PARAGRAPH_END.finditer(text, start, span.end):
        yield from _kept(text, start, found.start())
        start = found.end()
    yield from _kept(text, start, span.end)


def _kept(text: str, start: int, end: int) -> Iterator[Span]:
    """The trimmed span, or nothing where it is empty."""
    span = _trim(text, start, end)
    if span:
        yield span


def _trim(text: str, start: int, end: int) -> Span:
    """Without white space at both ends; empty where there is nothing else."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return Span(start, end)
