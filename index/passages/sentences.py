"""Sentences and clauses as spans of a document's text.

``split_sentences`` cuts a stretch of text into paragraphs and list items, asks
``index.passages.sentence_ends`` where sentences end in each, and cuts what is too long.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from itertools import accumulate, pairwise

import regex  # type: ignore[import-untyped]

from index.passages.sentence_ends import sentence_ends
from index.types import Span

SPLITTER = "sentences-3"  # raise the number when the same text gives other sentences
MAX_SENTENCE = 4_000  # code points; a longer sentence is cut

_NL = r"(?>\r\n|[\n\r\x85\u2028])"
_BLANK = r"[^\S\n\r\x85\u2028\u2029]"
# "a. Minutes", but no "p. 5", "c. 1920" and "v. Jones", which a line may be wrapped at.
_LETTER = rf"[a-k]\.(?={_BLANK}++\p{{Lu}})"
_MARKERS = (
    rf"(?:{_BLANK}*+(?:[-*+•‣▪◦●]|\d{{1,3}}[.)]|\([a-z\d]{{1,3}}\)|[a-z]\)|{_LETTER}){_BLANK}++)++"
    r"(?=\S)"
)
_SPEECH = rf"{_BLANK}*+[—–―‒]{_BLANK}++(?=\S)"
_BOLD = r"(?:\*\*|__)?+"  # in Markdown: "**Monthly rent:** 1,250 euros"
_NAMED = r"[\p{Lu}\p{Lt}\d][^\s:]{0,30}"
# "Monthly rent: 1,250 euros": of two such lines, one under the other, each says something.
_ENTRY = rf"{_BLANK}*{_BOLD}{_NAMED}(?:{_BLANK}[^\s:]{{1,30}}){{0,4}}:{_BOLD}{_BLANK}"
_IN_QUOTES = r"""[^"“”„«»\n\r]{1,60}+"""
# A contract's definitions, one a line: '"Deposit" means 500 euros;'.
_DEFINITION = rf"""{_BLANK}*["“„«]{_IN_QUOTES}(?<![,.!?…])["”“»]{_BLANK}\p{{Ll}}"""
_IN_LINE = r"[^\n\r\x85\u2028\u2029]"
_OPENING = regex.compile(rf"\s*+(?:{_MARKERS}|{_SPEECH})?")
# A line inside a paragraph may begin with a dash because it was wrapped there: then the
# dash opens a speech only if the line before has come to its end.
_PARAGRAPH_END = regex.compile(
    rf"""(?:{_NL}(?:{_BLANK}*+(?:{_NL}|\u2029))++|\u2029)\s*+(?:{_MARKERS}|{_SPEECH})?
    |{_NL}{_MARKERS}
    |{_NL}(?={_ENTRY}+\S)(?<=(?:\A|[\n\r\x85\u2028\u2029]){_ENTRY}{_IN_LINE}*{_NL})
    |{_NL}(?={_DEFINITION})(?<=[;:](?:{_BLANK}(?:and|or))?{_BLANK}*{_NL})
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
_ALONE = regex.compile(r"\p{GCB=Other}*+")  # between any two of these a grapheme ends

Fits = Callable[[Span], bool]
Shares = Callable[[Sequence[Span]], Iterable[float]]


def split_sentences(text: str, span: Span) -> tuple[Span, ...]:
    """Spans of the sentences inside ``span``, in order, trimmed of white space.

    Only white space, list markers and the dash that opens a speech are left out. A
    single newline is white space; a blank line, a list item and the next of lines that
    are "Label: value" end a sentence. A
    sentence of more than ``MAX_SENTENCE`` code points is cut. Linear in the length.
    """
    found: list[Span] = []
    for block in _blocks(text, span):
        start = block.start
        for end in sentence_ends(text, block):
            found.extend(split_clauses(text, Span(start, end), _is_short))
            start = end
    return tuple(found)


def split_clauses(
    text: str, span: Span, fits: Fits, shares: Shares | None = None
) -> tuple[Span, ...]:
    """``span`` in pieces each of which fits, trimmed of white space, in order.

    Cut at clause ends where possible, else at white space, else between graphemes; a
    single grapheme that does not fit is a piece all the same. ``fits`` is taken to be
    true of every part of what it is true of, and is called a few times for each piece:
    twice where ``shares`` says well how much each stretch takes of what fits. That is only
    where the search begins, the pieces are the same without it.
    """
    whole = _trim(text, span.start, span.end)
    if not whole or fits(whole):
        return (whole,) if whole else ()
    clauses = [found.end() for found in _CLAUSE.finditer(text, whole.start, whole.end)]
    spaces = [found.start() for found in _SPACES.finditer(text, whole.start, whole.end)]
    ends = sorted({*clauses, *spaces, whole.end})
    totals: list[float] = []
    if shares is not None:
        stretches = [Span(*pair) for pair in pairwise([whole.start, *ends])]
        totals = list(accumulate(shares(stretches), initial=0.0))
    return tuple(_packed(text, whole.start, ends, frozenset(clauses), fits, totals))


def _packed(
    text: str,
    start: int,
    ends: Sequence[int],
    preferred: Set[int],
    fits: Fits,
    totals: Sequence[float] = (),
) -> Iterator[Span]:
    """Pieces from ``start`` on, each up to the last of ``ends`` with which it fits.

    A piece stops earlier at one of ``preferred`` that leaves it more than half its length.
    ``totals``: how much there is before each stretch, in what fits; empty where unknown.
    """
    at = 0
    while at < len(ends):
        full = totals[at] + 1 + 1e-6 if totals else 0.0
        guess = bisect_right(totals, full, at + 1) - 1 if totals else at
        last = _last_fit(text, start, ends, at, guess, fits)
        if last >= at:
            if ends[last] != ends[-1]:
                last = _preferred(ends, preferred, start, at, last)
            yield from _kept(text, start, ends[last])
        else:
            last = at
            yield from _in_graphemes(text, start, ends[at], fits)
        start, at = ends[last], last + 1


def _in_graphemes(text: str, start: int, end: int, fits: Fits) -> Iterator[Span]:
    """A stretch without a place to cut; one grapheme is given as it is."""
    word = _trim(text, start, end)
    ends = _grapheme_ends(text, word)
    if len(ends) == 1:
        yield word
    else:
        yield from _packed(text, word.start, ends, frozenset(), fits)


def _grapheme_ends(text: str, word: Span) -> Sequence[int]:
    if _ALONE.fullmatch(text, word.start, word.end):
        return range(word.start + 1, word.end + 1)
    return [found.end() for found in _GRAPHEME.finditer(text, word.start, word.end)]


def _preferred(ends: Sequence[int], preferred: Set[int], start: int, at: int, last: int) -> int:
    """The last end in ``preferred`` behind the middle of the piece, else ``last``."""
    middle = (start + ends[last]) // 2
    for index in range(last, at - 1, -1):
        if ends[index] <= middle:
            break
        if ends[index] in preferred:
            return index
    return last


def _last_fit(text: str, start: int, ends: Sequence[int], at: int, guess: int, fits: Fits) -> int:
    """Largest index from ``at`` on with which the piece fits, ``at - 1`` if none.

    By doubling steps up or down from ``guess``, the first that should not fit, then by
    halving: asking about a piece far too long is dear.
    """
    low, high, step = at - 1, len(ends), 1  # known: fits up to low, does not from high on
    probe = min(guess, high - 1)
    while high - low > 1:
        if fits(_trim(text, start, ends[probe])):
            low = probe
        else:
            high = probe
        step *= 2
        if high == len(ends):
            probe = min(low + step, high - 1)
        elif low < at:
            probe = max(high - step // 2, at)
        else:
            probe = (low + high + 1) // 2
    return low


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
