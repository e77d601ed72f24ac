"""The same question and answer in the forms that other documents and people give them.

The data sets are prose with questions that begin with an interrogative. A user's folder has
records ("Capital: Nairobi"), notes without articles and verbs, and yes/no questions; here
these are made by rule from what the sets hold. Where a rule does not fit it gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from rag.text.words import bare, content_words, is_content
from rag.training.pairs.texts import holds, locate
from rag.training.pairs.types import Labelled, Pair

LONGEST_ANSWER = 6  # words of an answer that a record or a yes/no question can hold
MOST_DETAILS = 3  # words of the question, beside what it asks for, that a record repeats
OTHER_FIELDS = 2  # wrong pairs from the same record
WRONG_OFFER = 0.4  # share of the yes/no questions that offer another answer

_AUX = "is|was|are|were|did|does|do|has|have|had|can|could|will|would"
_ASKED = (
    re.compile(rf"^(?:\w+ )?(?:what|which) ((?:[\w'’-]+ ){{0,2}}[\w'’-]+?) (?:{_AUX})\b(.*)", re.I),
    re.compile(
        r"^(?:what|who|which) (?:is|was|are|were) the ((?:[\w'’-]+ ){0,2}[\w'’-]+?)"
        r"((?: (?:of|in|for|at|on)\b.*)?)$",
        re.I,
    ),
)
_MANY = re.compile(rf"^how many ((?:[\w'’-]+ ){{0,2}}[\w'’-]+?) (?:{_AUX})\b(.*)", re.I)
_NO_LABEL = {"type", "types", "kind", "kinds", "sort", "other", "name", "term", "word", "else"}
_NO_FIRST = {"happened", "happens", "of", *_AUX.split("|")}
_IDENTITY = re.compile(r"^(?:what|who|which [\w'’ -]+?) (is|was|are|were) (.+)$", re.I)
_HANGS = re.compile(r"\b(?:of|in|for|at|on|by|with|from|to|as|called|named|known)$", re.I)
_AGENT = re.compile(
    r"^who ((?:\w+ed|wrote|sang|sings|led|leads|won|built|made|drew|found|became|plays|owns)\b.+)$",
    re.I,
)
_SUBJECT = r"(?:it|he|she|they|this|these)"
_HELPING = r"(?:(?:has|have|had) been|is|was|are|were|has|have|had)"
_ARTICLES = re.compile(r"\b(?:the|an?) (?=\w)", re.I)
_COPULA = re.compile(r" (?:is|was|are|were)(?= \w)")


def field_of(labelled: Labelled, rng: Random) -> tuple[str, str] | None:
    """What the question asks for as a record's label, and the answer: ("Capital", "Nairobi").

    Words of the question that neither the label nor the heading has stand beside the label.
    """
    answer = _short_answer(labelled)
    asked = labelled.question.strip(" ?.")
    if answer is None or (found := _label(asked)) is None:
        return None
    label, rest = found
    known = {bare(word) for word in content_words(" ".join([label, labelled.group]))}
    details = [word for word in content_words(rest) if bare(word) not in known]
    if len(details) > MOST_DETAILS or holds(answer, [label]):
        return None
    label = label[:1].upper() + label[1:]
    beside = " ".join(details)
    if not beside:
        return label, answer
    return rng.choice((f"{label} ({beside})", f"{beside} – {label}")), answer


def _label(asked: str) -> tuple[str, str] | None:
    if found := _MANY.match(asked):
        return f"number of {found[1]}", found[2]
    for pattern in _ASKED:
        if found := pattern.match(asked):
            words = found[1].lower().split()
            plain = words[0] not in _NO_FIRST and not _NO_LABEL.intersection(words)
            if plain and is_content(words[-1]):
                return found[1], found[2]
    return None


def _short_answer(labelled: Labelled) -> str | None:
    fitting = [one for one in labelled.answers if len(one.split()) <= LONGEST_ANSWER]
    return min(fitting, key=lambda one: (-labelled.answers.count(one), one)) if fitting else None


def record(labelled: Labelled, beside: Sequence[Labelled], rng: Random) -> Iterator[Pair]:
    """The answer as a field of a record about its text, and other fields of it as wrong ones.

    The fields are of the questions ``beside`` it, to the same text.
    """
    own = field_of(labelled, rng)
    if own is None:
        return
    others = [
        field
        for one in beside
        if one.answerable and (field := field_of(one, rng)) is not None
        and field[0] != own[0] and not holds(field[1], labelled.answers)
        and not holds(own[1], [field[1]])
    ]  # fmt: skip
    chosen = rng.sample(others, min(OTHER_FIELDS, len(others)))
    lines = [f"{label}: {answer}" for label, answer in (own, *chosen)]
    order = rng.sample(range(len(lines)), len(lines))
    shown = [lines[at] for at in order]
    for place, at in enumerate(order):
        start = len(lines[at]) - len(own[1])
        yield Pair(
            labelled.question,
            (labelled.group,),
            shown[place - 1] if place else "",
            shown[place],
            shown[place + 1] if place + 1 < len(shown) else "",
            int(at == 0),
            (start, len(lines[at])) if at == 0 else None,
            "field" if at == 0 else "other_field",
            labelled.source,
            labelled.group,
        )


def yes_no(labelled: Labelled, beside: Sequence[Labelled], rng: Random) -> Labelled | None:
    """ "Who was elected in 1998?" as "Was Ann Lee elected in 1998?".

    Some offer the answer of another question instead: the same sentence decides these too.
    """
    answer = _short_answer(labelled)
    asked = labelled.question.strip(" ?.")
    form = _IDENTITY.match(asked) or _AGENT.match(asked)
    if answer is None or form is None or _HANGS.search(asked):
        return None
    if rng.random() < WRONG_OFFER:
        begin = asked.split()[0].lower()
        others = [
            other
            for one in beside
            if one.question.lower().startswith(begin)
            and (other := _short_answer(one)) is not None
            and not holds(other, labelled.answers) and not holds(answer, [other])
        ]  # fmt: skip
        if not others:
            return None
        answer = rng.choice(others)
    verb = form[1]
    if form.re is _AGENT:
        new = f"Was it {answer} who {verb}?"
    else:
        new = f"{verb[:1].upper()}{verb[1:].lower()} {answer} {form[2]}?"
    return replace(labelled, question=new, style="yes_no", offered=answer)


def terse(pair: Pair) -> Pair | None:
    """The sentence and those beside it as notes: no subject, articles, "is" and final stop.

    The subject is left out where it is a pronoun or the heading, which says it.
    """
    heading = pair.headings[-1] if pair.headings else ""
    sentence = in_notes(pair.sentence, heading)
    span = None
    if pair.span is not None:
        span = locate(_thin(pair.sentence[slice(*pair.span)]), sentence)
    if len(sentence.split()) < 3 or (pair.span is not None and span is None):
        return None
    before, after = (in_notes(one, heading) for one in (pair.before, pair.after))
    return replace(pair, before=before, sentence=sentence, after=after, span=span)


def in_notes(text: str, heading: str) -> str:
    subject = rf"(?:{_SUBJECT}|(?:the )?{re.escape(heading)})" if heading else _SUBJECT
    text = re.sub(rf"^{subject}\s+(?:{_HELPING}\s+)?", "", text, count=1, flags=re.I)
    text = _thin(text)
    return text[:1].upper() + text[1:].removesuffix(".")


def _thin(text: str) -> str:
    return _COPULA.sub("", _ARTICLES.sub("", text))
