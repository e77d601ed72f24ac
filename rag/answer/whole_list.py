"""Where a list answers, all of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from index.passages.lists import entries, members
from index.passages.quotable import is_declarative
from index.structure import shapes
from index.types import Span
from rag.answer.candidates import Candidate
from rag.answer.context import is_part, place_in_passage, repeats, sentence_before
from rag.question.analyse import Question

Terms = Callable[[str], Sequence[str]]
AS_GOOD = 0.5  # of the best one's belief; set by hand
SEVERAL = 3  # quoted items of a list, of which it is then said how many there are


def with_its_list(
    question: Question, chosen: list[Candidate], ranked: Sequence[Candidate], terms: Terms
) -> list[Candidate]:
    """With the other items of the list that the best one is of, if it is the list that answers,
    and with the lists that those lead in to which are about as good.

    Best first, then its list in its order, for there may not be room for all. "Yes" or "no" wants
    no list.
    """
    found = list(chosen)
    for one in chosen if question.kind != "yesno" else ():
        spans = _led_by(one) if one.share >= AS_GOOD * chosen[0].share else []
        if not spans and one is chosen[0]:
            spans = _of_best(question, chosen, terms)
        found = _joined(found, one, spans, ranked)
    return found


def items_left_out(candidates: Sequence[Candidate]) -> list[str]:
    """A warning for each list that is quoted in part, though several of its items are."""
    said = []
    for one in candidates:
        text, sentences = one.document.text, one.passage.sentences
        listed = members(entries(text, sentences), place_in_passage(one))
        items = {sentences[i] for i in listed if is_declarative(sentences[i].of(text))}
        quoted = {other.span for other in candidates if other.document is one.document} & items
        if SEVERAL <= len(quoted) < len(items):
            said.append(
                f"{one.document.path}: a list has {len(items)} items, of which {len(quoted)} "
                "are quoted."
            )
    return list(dict.fromkeys(said))


def _led_by(one: Candidate) -> list[Span]:
    """The items of the list that a sentence leads in to."""
    sentences = one.passage.sentences
    found = entries(one.document.text, sentences)
    at = place_in_passage(one)
    first = next((i for i, entry in enumerate(found) if entry and entry.lead == at), None)
    return [] if first is None else [sentences[i] for i in members(found, first)]


def _of_best(question: Question, chosen: Sequence[Candidate], terms: Terms) -> list[Span]:
    """The list that the best one is of, with what leads in, if it is the list that answers."""
    best, sentences = chosen[0], chosen[0].passage.sentences
    found = entries(best.document.text, sentences)
    items = [sentences[i] for i in members(found, place_in_passage(best))]
    if not _answers_as_a_list(question, chosen, items, terms):
        return []
    before = sentence_before(best)
    lead = [before] if before and is_part(best, before) else []
    return [*lead, *_alike(question, best, items, terms)]


def _alike(question: Question, best: Candidate, items: Sequence[Span], terms: Terms) -> list[Span]:
    """The items with those of the question's words that the best one has for itself: not those
    that stand over the list."""
    asked = {term for word in question.terms for term in terms(word)}
    before = sentence_before(best)
    over = " ".join([*best.passage.headings, best.document[before] if before else ""])
    own = asked & set(terms(best.text)) - set(terms(over))
    return [span for span in items if own <= set(terms(best.document[span]))]


def _joined(
    chosen: Sequence[Candidate],
    one: Candidate,
    spans: Sequence[Span],
    ranked: Sequence[Candidate],
) -> list[Candidate]:
    """With the sentences at ``spans`` right behind ``one`` and as sure as it; each but once."""
    known = {other.place: other for other in ranked}
    found: list[Candidate] = []
    for other in chosen:
        if not repeats(other, found):
            found.append(other)
        for span in spans if other is one else ():
            new = replace(one, span=span, highlight=None)
            item = replace(known.get(new.place, new), share=one.share)
            if is_declarative(item.text) and not repeats(item, found):
                found.append(item)
    return found


def _answers_as_a_list(
    question: Question, chosen: Sequence[Candidate], items: Sequence[Span], terms: Terms
) -> bool:
    """Whether all is asked for of which the best sentence is an item: a list is asked for, or
    several of its items answer what is no one person, date or number: steps, reasons, things. One
    is enough where the question names what stands over them."""
    several = sum(one.document is chosen[0].document and one.span in items for one in chosen) > 1
    several = several or _is_headed(question, chosen[0], items, terms)
    is_open = question.answer_type in {"thing", "reason", "manner", "none"}
    asks = question.kind in {"fact", "explain"}
    return question.kind in {"list", "summary"} or (asks and is_open and several)


def _is_headed(question: Question, best: Candidate, items: Sequence[Span], terms: Terms) -> bool:
    """Whether the question has all words of the heading right over items that are no sentences:
    "What equipment do I need?" of "Equipment"."""
    asked = {term for word in question.terms for term in terms(word)}
    heading = {term for title in best.passage.headings[-1:] for term in terms(title)}
    named = {term for term in heading if not term.isdigit()}
    says = any(shapes.ends_sentence(best.document[span]) for span in items)
    return bool(named) and named <= asked and not says
