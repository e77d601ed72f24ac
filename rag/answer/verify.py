"""The check on what an LLM wrote: which of its sentences may be shown.

In a first, simple form. A sentence stays only if it names its quotes and each name,
number and date in it stands in one of them, if it denies no more and no less than they
do, and if most of its words are theirs. In doubt it goes: the extractive answer is
always there. Words can still be put together to say something that the quotes do not;
how often this passes is not measured yet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from index.passages.sentences import split_sentences
from index.types import Span
from rag.text.figures import figures, unsupported
from rag.text.words import STOP, content_words, fold, is_negation, word_set, words
from rag.types import Json

MAX_NEW_WORDS = 0.4  # share of content words in no cited quote; set by hand, to be measured
_MARK = re.compile(r"[\[【]\s*\d+(?:\s*[,;–-]\s*\d+)*\s*[\]】]")
_MARKS_AFTER_END = re.compile(rf"([.!?…]+[\"'”’»)]*)\s*((?:{_MARK.pattern}\s*)+)[.]?")
_BULLET = re.compile(r"^\s*(?:[-*•–—]|\d{1,2}[.)])\s+")
# denials and reversals that carry no negation word: each must stand in the quotes itself
_REVERSALS = word_set(
    "deny denies denied refuse refused refuses reject rejected rejects fail failed fails unable "
    "lack lacks lacked false untrue impossible prevent prevented cancel cancelled canceled stop "
    "stopped hardly barely only except unless half third quarter double twice triple dozens "
    "hundreds thousands millions billions both all every always more less fewer before after "
    "increase increased decrease decreased rise rose fall fell"
)
_TITLES = word_set("Mr Mrs Ms")
_OPENERS = word_set(  # may begin a sentence with a capital and be no name
    "additionally according however moreover furthermore meanwhile later earlier currently overall "
    "specifically similarly therefore thus today yesterday initially finally eventually previously "
    "following since consequently instead besides once two three four five six seven eight nine "
    "ten several people officials authorities experts researchers"
)


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """A sentence without its marks, and the evidence it names, counted from 1."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """``removed`` holds ``{"text", "reason"}`` for each sentence that may not be shown."""

    kept: tuple[WrittenSentence, ...]
    removed: tuple[Json, ...]


def check(written: str, evidence: Sequence[str]) -> Checked:
    """Each written sentence either kept or removed with the reason."""
    kept: list[WrittenSentence] = []
    removed: list[Json] = []
    for text, numbers in split_written(written):
        reason = objection(text, numbers, evidence)
        if reason is None:
            kept.append(WrittenSentence(text, numbers))
        else:
            removed.append({"text": text, "reason": reason})
    return Checked(tuple(kept), tuple(removed))


def split_written(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """Sentences without their marks, each with the numbers it names, each number once.

    A mark after the full stop belongs to the sentence before it.
    """
    clean = _MARKS_AFTER_END.sub(r" \2\1 ", _visible(text)).replace("\n", "\n\n")
    found: list[tuple[str, tuple[int, ...]]] = []
    for span in split_sentences(clean, Span(0, len(clean))):
        piece = span.of(clean)
        sentence = " ".join(_MARK.sub(" ", _BULLET.sub("", piece)).split())
        sentence = re.sub(r"\s+(?=[.,;:!?…])", "", sentence)
        if words(sentence):
            found.append((sentence, _numbers(piece)))
    return found


def _visible(text: str) -> str:
    """Without characters that cannot be seen: zero width, direction marks, controls."""
    kept = (c for c in unicodedata.normalize("NFC", text) if c == "\n" or not _is_hidden(c))
    return "".join(kept)


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in {"Cf", "Cc", "Co", "Cs", "Cn"} and char != "\t"


def _numbers(piece: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for mark in _MARK.findall(piece):
        for part in re.split(r"\s*[,;]\s*", mark[1:-1].strip()):
            ends = [int(end[:6]) for end in re.split(r"\s*[–-]\s*", part)]
            numbers += range(ends[0], min(ends[-1], ends[0] + 9) + 1) or ends
    return tuple(dict.fromkeys(numbers))


def objection(text: str, numbers: Sequence[int], evidence: Sequence[str]) -> str | None:
    """Why a sentence without its marks may not be shown; None if it may."""
    if not numbers:
        return "it has no citation"
    for number in numbers:
        if not 1 <= number <= len(evidence):
            return f"citation [{number}] does not exist"
    quotes = [_visible(evidence[number - 1]) for number in numbers]
    quoted = " \n ".join(quotes)
    if text.endswith("?"):
        return "it is a question"
    if figure := unsupported(figures(text), figures(quoted)):
        return f"{figure} stands in no cited quote"
    return _strange_word(text, quoted) or _denial(text, quotes) or _new_words(text, quoted)


def _strange_word(text: str, quoted: str) -> str | None:
    """A name, address, foreign letter or reversing word that no quote has."""
    known = _forms(quoted)
    for position, word in enumerate(words(text)):
        form = _form(word)
        if form in known or (form.rstrip("s") in known and form not in _REVERSALS):
            continue
        if word[0].isdigit():
            if any(c.isalpha() for c in word):
                return f"“{word}” stands in no cited quote"
            continue
        if _is_name(word, position) or not form.isascii() or re.search(r"[./@&]", form):
            if form.endswith("n") and form[:-1] in known:
                continue  # "Armenian" of a quote about Armenia
            return f"“{word}” stands in no cited quote"
        if form in _REVERSALS:
            return f"“{word}” stands in no cited quote"
    return None


def _is_name(word: str, position: int) -> bool:
    if not any(c.isupper() for c in word) or word == "I":
        return False
    opens = position == 0 and fold(word) in STOP | _OPENERS
    is_month_or_number = figures(word) != figures("") or bool(figures(f"1 {word}").months)
    return not opens and word not in _TITLES and not is_month_or_number


def _denial(text: str, quotes: Sequence[str]) -> str | None:
    denied = any(is_negation(word) for word in words(text))
    quotes_deny = [any(is_negation(word) for word in words(quote)) for quote in quotes]
    if denied and not any(quotes_deny):
        return "it denies what no cited quote denies"
    if any(quotes_deny) and not denied:
        return "a cited quote holds a denial that it leaves out"
    return None


def _new_words(text: str, quoted: str) -> str | None:
    said = [w for w in content_words(text) if w not in _TITLES and not figures(w).numbers]
    known = {_stem(form) for form in _forms(quoted)}
    new = [word for word in said if _stem(_form(word)) not in known]
    if said and len(new) / len(said) > MAX_NEW_WORDS:
        return f"too many of its words stand in no cited quote: {', '.join(new[:5])}"
    return None


def _forms(text: str) -> set[str]:
    """Folded words of a text, also the pieces of those joined by hyphen or slash."""
    forms = {_form(word) for word in words(text)}
    return forms | {piece for form in forms for piece in re.split(r"[-/&]", form) if piece}


def _form(word: str) -> str:
    return re.sub(r"['’]s?$", "", fold(word))


def _stem(form: str) -> str:
    """A crude stem: enough for "attended" and "attends"."""
    for ending in ("ations", "ation", "ings", "ing", "ies", "ied", "ed", "es", "ly", "s", "e", "y"):
        if form.endswith(ending) and len(form) - len(ending) >= 3:
            return form[: -len(ending)]
    return form
