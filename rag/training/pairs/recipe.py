"""How many pairs of each kind a question gives: the balance of the training set.

A question meets some forty sentences when it is asked, of which one answers, and a
passage read too much costs less than a near miss believed. So there are about five wrong
pairs to a right one: about as many near misses made by rule as sentences that were mined
or stand beside the answer, since the first teach whether a question is answered and the
second which sentence does. The rules that are least sure (negation, terms) are drawn less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import chain
from random import Random

from rag.text.words import bare, content_words, fold
from rag.training.pairs.forms import record, terse, yes_no
from rag.training.pairs.inventory import Inventory
from rag.training.pairs.mining import Miner, is_wrong
from rag.training.pairs.near_misses import consistent, near_misses
from rag.training.pairs.restated import SOURCE, Restated, key_of
from rag.training.pairs.texts import answer_span, holds
from rag.training.pairs.types import Labelled, Pair, Text
from rag.training.pairs.withheld import kept_vague, left_out

MISSES = 5  # by rule, of each right pair; the rules are asked twice
CHANGED = 2  # right pairs with consistent changes
MINED = 3  # of the group
# Of the set.
FAR = {"squad1": 1, "squad2": 1, "qed": 3, "selqa": 2, "scifact": 2, "written": 1, "reports": 1}
POINTED = 3  # sentences of its paragraph that an unanswerable question may mean
UNLABELLED_NEAR, UNLABELLED_FAR = 24, 16  # for the soft labels of teachers
NO_HEADINGS = 0.3  # share of the questions whose pairs stand without headings
RESTYLED = 0.3  # share of the questions asked a second time in another way
NAMED = 0.15  # share of them asked a second time with the topic named, where there is a heading
YES_NO = 0.5  # of those that can be asked so
TERSE = 0.15  # share of the questions asked a second time of the same text as notes
FIELD_MISSES = 2  # by rule, of a field of a record
# Of the pairs of a question without an answer, by data set.
UNANSWERED = {
    "squad2": "squad2",
    "scifact": "claim_unsupported",
    "written": "not_said",
    "reports": "not_said",
    "asked": "not_said",
}
FOUND = frozenset({"mined", "far", "neighbour", "removed", "crossed", *UNANSWERED.values()})
WEIGHTS = {"negation": 0.3, "negation_in_text": 0.6, "other_term": 0.6, "other_term_in_text": 0.6}


@dataclass(frozen=True, slots=True)
class Around:
    """What the pairs of a group are drawn from."""

    near: Miner  # its own sentences
    far: Miner | None  # those of the data set on the same side of the split
    inventories: Sequence[Inventory]
    beside: Mapping[Text, list[Labelled]]  # the questions of each text
    # Sentences that answer a question wherever it is asked (by folded question): a claim has
    # its rationales in several abstracts.
    answering: Mapping[str, Set[str]]
    restated: Restated


def pairs_of(labelled: Labelled, around: Around, rng: Random) -> Iterator[Pair]:
    """All pairs of a question, and of the same question asked in another way."""
    if labelled.source != "qmsum" and rng.random() < NO_HEADINGS:
        bare = ((),) * len(labelled.text.sentences)
        bared = replace(labelled, text=Text(labelled.text.sentences, bare))
    else:
        bared = labelled
    hide = bared is not labelled
    beside = around.beside.get(labelled.text, [])
    made = _pairs(bared, beside, around, rng, hide)
    others = [restyled(bared, rng)] if rng.random() < RESTYLED else []
    if bared.style == "question" and rng.random() < NAMED:
        others.append(named(bared, rng))
    if bared.answerable and rng.random() < YES_NO:
        others.append(yes_no(bared, beside, rng))
    for other in filter(None, others):
        made = chain(made, _pairs(other, (), around, rng, hide))
    if bared.style == "question":
        made = chain(made, _as_notes(labelled, around, rng), _in_records(labelled, around, rng))
    made = chain(made, _again(labelled, around))
    answering = around.answering.get(fold(labelled.question), frozenset())
    for pair in made:
        if pair.label or pair.kind not in FOUND or pair.sentence not in answering:
            yield pair


def unlabelled(labelled: Labelled, around: Around) -> Iterator[Pair]:
    """What retrieval might find for a question, right or wrong: a teacher will say."""
    yield from around.near.nearest(labelled, UNLABELLED_NEAR)
    if around.far is not None:
        yield from around.far.nearest(labelled, UNLABELLED_FAR)


def _again(labelled: Labelled, around: Around) -> Iterator[Pair]:
    for asked in around.restated.get(key_of(labelled), ()):
        again = replace(labelled, question=asked)
        for pair in _pairs(again, (), around, Random(asked), False):
            yield replace(pair, source=SOURCE)


def _as_notes(labelled: Labelled, around: Around, rng: Random) -> Iterator[Pair]:
    if rng.random() < TERSE:
        yield from filter(None, map(terse, _pairs(labelled, (), around, rng, False)))


def _in_records(labelled: Labelled, around: Around, rng: Random) -> Iterator[Pair]:
    """Wrong answers stand in a record as the right one does, so that its form tells nothing."""
    if not labelled.answerable:
        return
    for pair in record(labelled, around.beside.get(labelled.text, []), rng):
        yield pair
        if pair.label:
            misses = list(near_misses(pair, around.inventories, rng))
            yield from rng.sample(misses, min(FIELD_MISSES, len(misses)))


def _pairs(
    labelled: Labelled, beside: Sequence[Labelled], around: Around, rng: Random, hide: bool
) -> Iterator[Pair]:
    if labelled.answerable:
        yield from _answerable(labelled, beside, around, rng)
    else:
        for at in around.near.best_of(labelled, POINTED):
            yield labelled.pair(at, 0, UNANSWERED[labelled.source])
    mined = list(around.near.mine(labelled, MINED if labelled.answerable else 1))
    if around.far is not None and labelled.answerable:
        mined += around.far.mine(labelled, FAR[labelled.source], "far")
    yield from (replace(one, headings=()) if hide else one for one in mined)


def _answerable(
    labelled: Labelled, beside: Sequence[Labelled], around: Around, rng: Random
) -> Iterator[Pair]:
    for at in labelled.right:
        span = answer_span(labelled.answers, labelled.text.sentences[at])
        yield (right := labelled.pair(at, 1, labelled.kind, span))
        if labelled.style != "keywords" and at == labelled.right[0]:
            changed = list(consistent(right, around.inventories, rng, labelled.answers))
            yield from rng.sample(changed, min(CHANGED, len(changed)))
        if at == labelled.right[0]:
            twice = [near_misses(right, around.inventories, rng) for _ in range(2)]
            misses = [one for one in dict.fromkeys(chain(*twice)) if _fits(one, labelled)]
            yield from _drawn(misses, rng)
            if labelled.style == "question":
                yield from left_out(right, labelled.answers)
                yield from kept_vague(right, labelled.answers, rng)
            yield from neighbours(labelled, at)
            yield from removed(labelled, at)
    if others := [one for one in beside if one.answerable and one is not labelled]:
        yield from crossed(labelled, rng.choice(others))


def _fits(miss: Pair, labelled: Labelled) -> bool:
    """A claim turned round, or with another number, is still borne out or refuted by the same
    sentence; only one about something else is not. So is a yes/no question, whose offered
    answer must be left as it is."""
    if labelled.style == "yes_no":
        named = miss.kind.startswith(("other_name", "other_place"))
        return named and holds(miss.question, [labelled.offered])
    return labelled.style != "claim" or miss.kind.startswith(("other_name", "other_place"))


def _drawn(misses: list[Pair], rng: Random) -> list[Pair]:
    kept = [one for one in misses if rng.random() < WEIGHTS.get(one.kind, 1.0)]
    rng.shuffle(kept)
    return kept[:MISSES]


def neighbours(labelled: Labelled, at: int) -> Iterator[Pair]:
    """The sentences before and after the one that answers, which now stands beside them."""
    for one in (at - 1, at + 1):
        if _is_wrong(labelled, one):
            yield labelled.pair(one, 0, "neighbour")


def removed(labelled: Labelled, at: int) -> Iterator[Pair]:
    """The answering sentence taken out: the next one, with what stood before the answer."""
    if not _is_wrong(labelled, at + 1):
        return
    pair = labelled.pair(at + 1, 0, "removed")
    before = labelled.text.before(at)
    if pair.before and not holds(f"{before}\n{pair.after}", labelled.answers):
        yield replace(pair, before=before)


def crossed(labelled: Labelled, other: Labelled) -> Iterator[Pair]:
    """A question with the sentence that answers another question to the same text."""
    if not (labelled.right and other.right):
        return
    at = other.right[0]
    beside = {labelled.right[0] - 1, labelled.right[0] + 1}  # these are neighbours already
    if _is_wrong(labelled, at) and at not in beside:
        yield labelled.pair(at, 0, "crossed")


def _is_wrong(labelled: Labelled, at: int) -> bool:
    return (
        0 <= at < len(labelled.text.sentences)
        and at not in labelled.right
        and at not in labelled.unsure
        and is_wrong(labelled.text.sentences[at], labelled.answers)
    )


def named(labelled: Labelled, rng: Random) -> Labelled | None:
    """The same question with its document's title, as people ask who have more than one.

    The title's words then stand in the heading of each of its sentences, right or wrong.
    """
    title = labelled.text.headings[0][0] if labelled.text.headings[0] else ""
    if not title or {bare(word) for word in content_words(title)} <= {
        bare(word) for word in content_words(labelled.question)
    }:
        return None
    asked = labelled.question
    lower = asked[:1].lower() + asked[1:]
    forms = [f"{asked} ({title})", f"{asked.rstrip(' ?')} in the text on {title}?"]
    forms += [
        f"{begin} {lower}" for begin in (f"In {title}:", f"{title}:", f"According to {title},")
    ]
    return replace(labelled, question=rng.choice(forms))


def restyled(labelled: Labelled, rng: Random) -> Labelled | None:
    """The same question as people type it: in small letters, or as keywords."""
    asked = labelled.question.rstrip(" ?.")
    if rng.random() < 0.5:
        new, style = asked.lower(), labelled.style
    else:
        new, style = " ".join(content_words(asked)), "keywords"
        if len(new.split()) < 3:
            return None
    return None if new == labelled.question else replace(labelled, question=new, style=style)
