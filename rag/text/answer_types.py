"""Words that can answer a type of question: a date for "when", a name for "who". Pure rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from index.types import Span
from rag.text.words import fold

MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)"
)
NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|"
    r"ninety|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|half|twice|once|"
    r"a third|a quarter|several|none|no)"
)
UNIT = (
    r"(?:second|minute|hour|day|night|week|fortnight|month|quarter|year|decade|century|centurie)s?"
)
DIGITS = r"\d+(?:[.,]\d+)*"
AMOUNT = rf"(?:{DIGITS}|{NUMBER_WORD})(?:[\s-]+(?:{NUMBER_WORD}|and|of))*"
DAY = r"\d{1,2}(?:st|nd|rd|th)?"

DATE = re.compile(
    rf"\b(?:{DAY}(?:\s*(?:-|–|to|and)\s*{DAY})?\s+(?:of\s+)?{MONTH}(?:,?\s+\d{{4}})?"
    rf"|{MONTH}\s+{DAY}(?:\s*(?:-|–|to)\s*{DAY})?(?:,?\s+\d{{4}})?|{MONTH}\s+\d{{4}}"
    rf"|(?:early|mid|late|the)?[\s-]?(?:1[0-9]|20)\d\ds?(?:\s*(?:-|–|to)\s*(?:1[0-9]|20)?\d\d)?"
    rf"|\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}|\d+\s+(?:BCE?|CE|AD)|AD\s+\d+"
    rf"|(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)(?:[\s-]century)"
    rf"|(?:on\s+)?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today|tomorrow"
    rf"|(?:last|next|this)\s+(?:week|month|year|spring|summer|autumn|fall|winter|{MONTH})"
    rf"|\d{{1,2}}(?::\d\d)?\s?[ap]\.?m\.?|\d{{1,2}}:\d\d|in\s+{MONTH}(?=[\s,.]))(?![\w-]*\d)",
)
DURATION = re.compile(
    rf"\b(?:{AMOUNT}|a few|a couple of|an?|some|many|short|long)[\s-]+(?:\w+[\s-])?"
    rf"(?:{UNIT}|period|time)\b",
    re.IGNORECASE,
)
MONEY = re.compile(
    rf"(?:US)?[$€£¥₽]\s?{DIGITS}(?:\s+(?:thousand|million|billion|trillion))?"
    rf"|\b{AMOUNT}\s+(?:dollars?|euros?|pounds?|yen|roubles?|rubles?|francs?|marks?|cents?|"
    rf"rupees?|USD|EUR|GBP)\b",
    re.IGNORECASE,
)
NUMBER = re.compile(
    rf"(?:[$€£¥₽]\s?)?\b{AMOUNT}"
    r"(?:\s?(?:%|percent|per cent|°[CF]?|km²?|kg|m²?|cm|mm|ft|mi)(?!\w))?",
    re.IGNORECASE,
)
# "Article 5", "Articles 2 and 4", "No. 12", "page 3": the number is a name
_NAMED = re.compile(
    r"\b(?:no|nr|number|page|p|chapter|section|article|paragraph|clause|item|line|room|floor|level|"
    r"phase|stage|type|class|grade|version|figure|table|step|day|route|unit|group|team|rule|annex|"
    r"appendix|station|pier|gate|track)\.?\s+$",
    re.IGNORECASE,
)
_ALL_NAMED = re.compile(
    r"\b(?:nos|numbers|pages|pp|chapters|sections|articles|paragraphs|clauses|rooms|floors|phases|"
    r"stages|versions|figures|tables|routes|rules|stations|piers|gates|tracks)\.?\s+"
    r"(?:\d+\w*(?:\s*[-–]\s*\d+\w*)?,\s+)*(?:\d+\w*(?:,?\s+(?:and|or|to)\s+|\s*[-–]\s*))?$",
    re.IGNORECASE,
)
_OF_ALL = re.compile(r"\b(?:each|every|the|all|per|this|an?)\s+$", re.IGNORECASE)  # "every day 400"
NAME = re.compile(
    r"(?:[A-ZÀ-ÖØ-ÞА-Я][\w’'-]*\.?)(?:\s+(?:(?:of|de|la|le|von|van|der|bin|al|the|and)\s+)?"
    r"[A-ZÀ-ÖØ-ÞА-Я][\w’'.-]*)*"
)
PLACE = re.compile(
    r"\b(?:in|at|near|from|to|into|across|outside|inside|throughout)\s+(?:the\s+)?(?P<it>"
    r"(?:[\w-]+\s+of\s+)?[A-ZÀ-ÖØ-ÞА-Я][\w’'-]+(?:\s+(?:of\s+)?[A-ZÀ-ÖØ-ÞА-Я][\w’'-]+)*)"
)
_CALENDAR = re.compile(
    rf"{MONTH}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|I|The|A|An|He|She|It|They|We|This|That"
)
_AFTER_PLACE_WORD = re.compile(r"\b(?:in|at|near|from|to|into)\s+(?:the\s+)?$")
REASON = re.compile(
    r"\b(?:because|since|due to|owing to|as a result|in order|so that|so as|therefore|thus|"
    r"caused?|reasons?|grounds?|thanks to|leads? to|led to|for this|with (?:a|the) (?:view|aim)|"
    r"aim(?:s|ed)?|purpose|to (?!the\b|an?\b)[a-z]+)\b",
    re.IGNORECASE,
)
CAUSE = re.compile(  # names one, where REASON may only hint at it
    r"\b(?:because|due to|owing to|thanks to|reasons?|caus(?:e|es|ed)|leads? to|led to|"
    r"attribut(?:e|es|ed)|blam(?:e|es|ed)|explain(?:s|ed)?|result(?:s|ed) from)\b",
    re.IGNORECASE,
)
_REACH = 80  # code points before a number that are looked at
MANNER = re.compile(
    r"\b(?:by|through|via|using|with|means of|method|process|technique)\b", re.IGNORECASE
)


def find(answer_type: str, sentence: str, asked: frozenset[str]) -> Iterator[Span]:
    """Stretches of a sentence that are of a type and not of the question's own words.

    ``asked`` holds the question's words, folded. Types without a shape of their own
    ("thing", "none") have none.
    """
    if (rule := _RULES.get(answer_type)) is None:
        return
    for span in rule(sentence):
        span = _trimmed(span, sentence)
        new = [word for word in re.findall(r"\w+", fold(span.of(sentence))) if word not in asked]
        if new and any(word not in {"the", "of", "and", "in", "on"} for word in new):
            yield span


def _trimmed(span: Span, sentence: str) -> Span:
    """Without what a pattern took along at its ends: white space, the sentence's full stop."""
    text = span.of(sentence)
    start = span.start + len(text) - len(text.lstrip())
    text = text.strip()
    ends = not any(map(str.isalnum, sentence[span.end :]))
    if ends and re.search(r"\w\w\.$", text):  # but not that of "Washington D.C."
        text = text[:-1]
    return Span(start, start + len(text))


def _matches(pattern: re.Pattern[str]) -> Callable[[str], Iterator[Span]]:
    def rule(sentence: str) -> Iterator[Span]:
        for match in pattern.finditer(sentence):
            yield Span(match.start(), match.end())

    return rule


def _persons(sentence: str) -> Iterator[Span]:
    """Names of who acts: not dates, not a place after "in", not the sentence's first word alone."""
    for match in NAME.finditer(sentence):
        begins = not sentence[: match.start()].strip(" \"'“‘«(—–-")
        if " " not in match.group() and (
            begins or _AFTER_PLACE_WORD.search(sentence, 0, match.start())
        ):
            continue
        if not _CALENDAR.fullmatch(match.group()):
            yield Span(match.start(), match.end())


def _places(sentence: str) -> Iterator[Span]:
    for match in PLACE.finditer(sentence):
        if not _CALENDAR.fullmatch(match["it"]):
            yield Span(*match.span("it"))


def _numbers(sentence: str) -> Iterator[Span]:
    """Amounts, without the days and years of dates and numbers that name something."""
    dates = [match.span() for match in DATE.finditer(sentence)]
    for match in NUMBER.finditer(sentence):
        in_date = any(start <= match.start() < end for start, end in dates)
        if not in_date and not names_by_number(sentence[: match.start()]):
            yield Span(match.start(), match.end())


def names_by_number(before: str) -> bool:
    """Whether a number after this only names: "page ", "Articles 2 and "."""
    before = before[-_REACH:]
    named = _NAMED.search(before) or _ALL_NAMED.search(before)
    return named is not None and not _OF_ALL.search(before[: named.start()])


_RULES: dict[str, Callable[[str], Iterator[Span]]] = {
    "date": _matches(DATE),
    "duration": _matches(DURATION),
    "money": _matches(MONEY),
    "number": _numbers,
    "person": _persons,
    "place": _places,
}


def has_type(answer_type: str, sentence: str, asked: frozenset[str]) -> bool:
    """Whether a sentence holds words of a type; for reasons and manners, words that lead to one."""
    if answer_type == "reason":
        return REASON.search(sentence) is not None
    if answer_type == "manner":
        return MANNER.search(sentence) is not None
    return next(find(answer_type, sentence, asked), None) is not None
