"""Near misses made by rule from a question and the sentence that answers it.

Each rule takes a right pair and gives pairs that no longer fit, or nothing where it cannot
tell that they do not. What a rule changes must stand in the question and in what the reader
sees beside it, and what it puts there must not stand there: then question and sentence
speak of different things. Beside them ``consistent`` makes changed pairs that still fit,
so that a change alone is no sign of a miss. All is drawn from the ``Random`` given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from random import Random

from rag.text.words import bare, fold, is_negation, words
from rag.training.pairs import words as lists
from rag.training.pairs.inventory import Inventory
from rag.training.pairs.replacing import Mention, is_visible, mentions, replacement
from rag.training.pairs.swaps import swap, swap_all, swap_around
from rag.training.pairs.texts import holds, locate
from rag.training.pairs.types import Pair

Inventories = Sequence[Inventory]  # the group's own, then wider ones to fall back on
Rule = Callable[[Pair, Inventories, Random], Iterator[Pair]]

_AUX = re.compile(rf"\b(?:{'|'.join(lists.CONTRACTED)})\b", re.IGNORECASE)
_NAMING = re.compile(
    r"\b(?:name|term|word|title|called|known|kind|type|mean|definition|according|example|"
    r"percent|percentage|many|much|why|or)\b",
    re.IGNORECASE,
)
_WHO_DID = re.compile(
    r"^(?:Who|What)\s+(?=\w+ed\b|wrote\b|led\b|won\b|built\b|made\b|took\b)", re.I
)


def in_question(pair: Pair, inventories: Inventories, rng: Random) -> Iterator[Pair]:
    """Another name, place, date, number or term of the same kind in the question."""
    for mention, new in _replaceable(pair, inventories, rng):
        asked = swap(pair.question, mention.where, new)
        if not locate(mention.words, asked):
            yield _missed(pair, mention.rule, question=asked)


def in_sentence(pair: Pair, inventories: Inventories, rng: Random) -> Iterator[Pair]:
    """The same in the sentence, and not in the answer's words: it now speaks of another."""
    if pair.span is None:
        return
    answer = pair.sentence[slice(*pair.span)]
    for mention, new in _replaceable(pair, inventories, rng):
        old = mention.words
        if locate(old, answer) or not locate(old, pair.sentence):
            continue
        changed, _ = swap_around(pair.sentence, pair.span, old, new)
        left = {bare(word) for word in words(changed)} & {bare(word) for word in words(old)}
        if changed != pair.sentence and not left - {bare(word) for word in words(new)}:
            yield _missed(pair, f"{mention.rule}_in_text", sentence=changed)


def other_unit(pair: Pair, _: Inventories, rng: Random) -> Iterator[Pair]:
    """ "How many miles" where the text states miles becomes "How many kilometres"."""
    if "how many " not in pair.question.lower():
        return
    for units in lists.UNITS:
        for unit in sorted(units, key=len, reverse=True):
            where = re.search(rf"(?<=how many ){unit}\b", pair.question, re.IGNORECASE)
            others = [one for one in units if not _stands(one, pair.seen) and one != unit]
            if where and others and _stands(unit, pair.sentence):
                asked = swap(pair.question, where.span(), rng.choice(others))
                yield _missed(pair, "other_unit", question=asked)
                return


def _stands(unit: str, text: str) -> bool:
    spelt = [unit, lists.SPELLINGS.get(unit, unit)]
    return any(re.search(rf"\b{one.rstrip('s')}", text, re.IGNORECASE) for one in spelt)


def antonym(pair: Pair, _: Inventories, rng: Random) -> Iterator[Pair]:
    """A word of the question turned into its opposite, of which the text says nothing."""
    found = [
        (match.span(), new)
        for match in re.finditer(r"[A-Za-z-]+", pair.question)
        for new in lists.opposites(match.group())
        if not _says(new, pair.seen) and _says(match.group(), pair.sentence)
    ]
    if found and not _negated(pair.question):
        where, new = rng.choice(found)
        yield _missed(pair, "antonym", question=swap(pair.question, where, new))


def _says(word: str, text: str) -> bool:
    """Whether the word, or a form of it, stands there."""
    stem = re.escape(word[: max(4, len(word) - 3)]) if len(word) > 5 else rf"{re.escape(word)}\b"
    return re.search(rf"\b{stem}", text, re.IGNORECASE) is not None


def negation(pair: Pair, _: Inventories, rng: Random) -> Iterator[Pair]:
    """ "When did the war not end?": the question denied, where the sentence denies nothing."""
    asked = pair.question
    if _negated(asked) or _negated(pair.sentence) or _NAMING.search(asked):
        return
    if match := _WHO_DID.match(asked):
        yield _missed(pair, "negation", question=f"{match.group()}never {asked[match.end() :]}")
    elif (found := _AUX.search(asked)) and len(_AUX.findall(asked)) == 1:
        new = lists.CONTRACTED[found.group().lower()]
        is_subject = re.match(r"(?:who|what)\s+(?:is|are|was|were)\b", asked, re.IGNORECASE)
        if is_subject and rng.random() < 0.3:
            new = f"{found.group().lower()} not"
        yield _missed(pair, "negation", question=swap(asked, found.span(), new))


def negation_in_sentence(pair: Pair, _: Inventories, __: Random) -> Iterator[Pair]:
    """ "The war was ended" becomes "was not ended", for a question that asks after the ending."""
    if (changed := _denied(pair)) is not None:
        yield _missed(pair, "negation_in_text", sentence=changed)


def _denied(pair: Pair) -> str | None:
    """The sentence with its only "was founded" denied, if the question has these words too."""
    if pair.span is None or _negated(pair.sentence) or _negated(pair.question):
        return None
    found = [
        match
        for match in re.finditer(r"\b(?:was|were|is|are) (?=(\w+(?:ed|en|wn|lt)\b))", pair.sentence)
        if re.search(rf"\b{match[1]}\b", pair.question) and not _inside(match.end(), pair)
    ]
    if len(found) != 1:
        return None
    end = found[0].end()
    return f"{pair.sentence[:end]}not {pair.sentence[end:]}"


def _inside(at: int, pair: Pair) -> bool:
    return pair.span is not None and pair.span[0] <= at < pair.span[1]


def _negated(text: str) -> bool:
    return any(is_negation(word) for word in words(text)) or bool(
        re.search(
            r"\b(?:fail|refus|lack|except|hardly|rarely|un(?:able|like))", text, re.IGNORECASE
        )
    )


RULES: dict[str, Rule] = {
    "in_question": in_question,
    "in_sentence": in_sentence,
    "other_unit": other_unit,
    "antonym": antonym,
    "negation": negation,
    "negation_in_sentence": negation_in_sentence,
}


def near_misses(pair: Pair, inventories: Inventories, rng: Random) -> Iterator[Pair]:
    """All that the rules make of a right pair, by one draw each, in the order of the rules."""
    for rule in RULES.values():
        for miss in rule(pair, inventories, rng):
            if (miss.question, miss.sentence) != (pair.question, pair.sentence):
                yield miss


def consistent(
    pair: Pair, inventories: Inventories, rng: Random, answers: Sequence[str] = ()
) -> Iterator[Pair]:
    """Right pairs that stay right when changed: the same name changed in question and text
    alike ("renamed"), and another answer in the answer's place ("other_answer")."""
    for mention, new in _replaceable(pair, inventories, rng):
        if (renamed := _renamed(pair, mention, new)) is not None:
            yield renamed
    if pair.span is not None:
        yield from _other_answer(pair, inventories, rng, answers)


def _renamed(pair: Pair, mention: Mention, new: str) -> Pair | None:
    old = mention.words
    if pair.span is None or locate(old, pair.sentence[slice(*pair.span)]):
        return None
    sentence, span = swap_around(pair.sentence, pair.span, old, new)
    if not locate(new, sentence):
        return None
    return replace(
        pair,
        question=swap(pair.question, mention.where, new),
        headings=tuple(swap_all(heading, old, new) for heading in pair.headings),
        before=swap_all(pair.before, old, new),
        sentence=sentence,
        after=swap_all(pair.after, old, new),
        span=span,
        kind="renamed",
    )


def _other_answer(
    pair: Pair, inventories: Inventories, rng: Random, answers: Sequence[str]
) -> Iterator[Pair]:
    """Only where the answer as a whole is a name, date or number, and stands there once."""
    assert pair.span is not None
    start, end = pair.span
    answer = pair.sentence[start:end]
    for mention in mentions(answer, inventories, answer):
        if mention.where != (0, len(answer)) or mention.kind == "term":
            continue
        new = replacement(mention, pair, inventories, rng)
        rest = pair.sentence[:start] + pair.sentence[end:]
        if new is None or holds(rest, [answer, *answers]):
            continue
        sentence = swap(pair.sentence, (start, end), new)
        left = len(sentence) - len(pair.sentence[end:]) - len(new)
        yield replace(pair, sentence=sentence, span=(left, left + len(new)), kind="other_answer")


def _replaceable(
    pair: Pair, inventories: Inventories, rng: Random
) -> Iterator[tuple[Mention, str]]:
    """What of the question can be replaced, in random order, and by what."""
    found = [
        mention
        for mention in mentions(pair.question, inventories, pair.seen)
        if is_visible(mention, pair)
    ]
    rng.shuffle(found)
    for mention in found:
        new = replacement(mention, pair, inventories, rng)
        if new is not None and fold(new) != fold(mention.words):
            yield mention, new


def _missed(
    pair: Pair, kind: str, *, question: str | None = None, sentence: str | None = None
) -> Pair:
    return replace(
        pair,
        question=question or pair.question,
        sentence=sentence or pair.sentence,
        label=0,
        span=None,
        kind=kind,
    )
