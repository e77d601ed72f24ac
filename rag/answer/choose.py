"""Which sentences an answer is made of, how many, in which order. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.passages.outline import is_row
from rag.answer.both import with_both
from rag.answer.candidates import Candidate
from rag.answer.conflicts import Conflict, conflicts, rivals
from rag.answer.context import followed, repeats, with_neighbours
from rag.answer.table_rows import with_its_rows
from rag.answer.whole_list import Terms, with_its_list
from rag.question.analyse import Question
from rag.text.words import words

# Set by hand: the training sets hold few sources that disagree.
RIVAL = 0.2  # of the best one's belief, from which a sentence that says otherwise is shown too


def choose(
    question: Question,
    ranked: Sequence[Candidate],
    choice: Mapping[str, Mapping[str, float]],
    max_sentences: int,
    terms: Terms = words,
) -> list[Candidate]:
    """The sentences of the answer, in the order of the text.

    ``terms`` gives a text's words in the form in which they are compared. ``choice`` gives for
    each kind of question (or "other") how many sentences it has at most and what share of the
    best one's belief a further one needs.
    """
    if not ranked:
        return []
    rule = rule_for(question, choice, max_sentences)
    chosen = with_both(question.text, strongest(ranked, rule), ranked, terms)
    if rule.get("goes_on"):
        chosen = followed(question, chosen, ranked, int(rule["most"]))
    chosen = with_its_list(question, chosen, ranked, terms)
    chosen = with_its_rows(question, chosen, ranked, max_sentences, terms)[:max_sentences]
    if len(chosen) < max_sentences:
        chosen += _rival(question, chosen, ranked)
    return _in_order(with_neighbours(chosen, ranked, max_sentences))


def rule_for(
    question: Question, choice: Mapping[str, Mapping[str, float]], max_sentences: int
) -> Mapping[str, float]:
    """That of the question's kind, with no more than ``max_sentences`` at most."""
    rule = choice.get(question.kind, choice["other"])
    return {**rule, "most": min(rule["most"], max_sentences)}


def strongest(ranked: Sequence[Candidate], rule: Mapping[str, float]) -> list[Candidate]:
    """The best and those that are not far behind it, best first, without repetition."""
    chosen = list(ranked[:1])
    for one in ranked[1:]:
        if len(chosen) >= rule["most"] or one.share < rule["share"] * ranked[0].share:
            break
        if not repeats(one, chosen):
            chosen.append(one)
    return chosen


def _rival(
    question: Question, chosen: Sequence[Candidate], ranked: Sequence[Candidate]
) -> list[Candidate]:
    """The first well supported sentence that says otherwise than the best one, if any does."""
    best = chosen[0]
    others = [
        one
        for one in ranked[1:]
        if one.share >= RIVAL * best.share
        and not repeats(one, chosen)
        and not are_rows_of_one(best, one)
    ]
    return [one for one in others if disagreements(question, [best.text, one.text])][:1]


def are_rows_of_one(one: Candidate, other: Candidate) -> bool:
    """Whether two are rows of a document's tables: they are of different things."""
    rows = all(is_row(row.document, row.span) for row in (one, other))
    return rows and one.document is other.document


def disagreements(question: Question, sentences: Sequence[str]) -> list[Conflict]:
    """Which sentences of an answer give different values for the same thing."""
    found = conflicts(sentences)
    if question.kind == "fact":
        pairs = {(one.first, one.second) for one in found}
        more = rivals(question.answer_type, sentences, question.text)
        found += [one for one in more if (one.first, one.second) not in pairs]
    return found


def _in_order(chosen: Sequence[Candidate]) -> list[Candidate]:
    """By document, the one with the best sentence first, then by place."""
    first = {one.document.id: at for at, one in reversed(list(enumerate(chosen)))}
    return sorted(chosen, key=lambda one: (first[one.document.id], one.span.start))
