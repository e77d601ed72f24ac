"""What a question asks for, by rules for any English question. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.question.followup import standalone
from rag.question.followup.switching import without_opening
from rag.question.patterns import (
    ASKED_TO,
    CHANCES,
    COLLECTION,
    EXPLAIN,
    FRONTED,
    GREETING,
    INVERTED,
    LIST,
    NEXT_PART,
    REPLIES,
    SENTENCE_END,
    SHARED_CLAUSE,
    SMALL_TALK,
    SUMMARY,
    TRAILING_WH,
    TYPE_RULES,
    UPDATED,
    WHAT_ABOUT,
    WRAPPED,
    clauses,
    is_small_talk,
)
from rag.text.words import (
    AUX,
    IMPERATIVES,
    QUOTED,
    WH,
    capitalise,
    content_words,
    fold,
    is_negation,
    names,
    numbers,
    quoted,
    words,
)
from rag.types import Turn

_MOST_PARTS = 6  # more are a pasted text rather than a question


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart.

    ``kind``: "fact", "list", "explain", "yesno", "keywords" or "summary".
    ``answer_type``: "person", "date", "place", "number", "duration", "money", "thing",
    "reason", "manner" or "none".
    ``terms``: content words in their order and case, each once; negations are only in ``negated``.
    """

    text: str
    kind: str
    answer_type: str
    negated: bool
    terms: tuple[str, ...]
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    quoted: tuple[str, ...]


def analyse(question: str) -> Question:
    """What a question asks for. Never fails; an empty text is keywords without terms."""
    core = unwrap(question)
    kind = _kind(core)
    return Question(
        text=question,
        kind=kind,
        answer_type="none" if kind in {"yesno", "keywords", "summary"} else _answer_type(core),
        negated=_negated(core),
        terms=_terms(core),
        names=names(core),
        numbers=numbers(core),
        quoted=quoted(question),
    )


def unwrap(question: str) -> str:
    """The question without greeting and politeness: "Do you know who came?" gives "who came?"."""
    text = re.sub(r"\b(wh\w+|how)'s\b", r"\1 is", _one_line(question), flags=re.I)
    for _ in range(4):
        before = text
        text = without_opening(text)
        text = GREETING.sub("", text, count=1) or text
        text = ASKED_TO.sub("", WRAPPED.sub("", text, count=1), count=1)
        if text == before:
            break
    return text


def about_collection(question: str) -> str | None:
    """ "documents" when it asks what the index holds, "updated" when it was last changed,
    "thanks", "goodbye", "agreed" or "greeting" for small talk, else None."""
    if is_small_talk(question):
        said = clauses(question)
        fitting = (name for name, kind in REPLIES.items() if any(map(kind.fullmatch, said)))
        return next(fitting, "greeting")
    rest = " ".join(piece for piece in clauses(question) if not SMALL_TALK.fullmatch(piece))
    if COLLECTION.fullmatch(rest):
        return "documents"
    return "updated" if UPDATED.fullmatch(rest) else None


def parts(question: str) -> tuple[str, ...]:
    """The questions in a question, each of which can be asked alone; in doubt the question itself.

    Pronouns of a later part are filled from the parts before it. Statements stay with
    the question that follows them.
    """
    found = [part for piece in _asked(_one_line(question)) for part in _split(piece)]
    if not 2 <= len(found) <= _MOST_PARTS:
        return (question,)
    done: list[str] = []
    for part in found:
        done.append(standalone(part, [Turn("user", earlier) for earlier in done]))
    return tuple(dict.fromkeys(done))


def _one_line(text: str) -> str:
    return " ".join(text.replace("’", "'").split())


def _asked(text: str) -> list[str]:
    """The text cut after each question, statements before a question left with it."""
    sentences = SENTENCE_END.split(text)
    pieces, statements = [], ""
    for sentence in sentences:
        first = fold(next(iter(words(unwrap(sentence))), ""))
        if sentence.endswith("?") or (first in IMPERATIVES and len(words(sentence)) > 2):
            pieces.append(f"{statements} {sentence}".strip())
            statements = ""
        else:
            statements = f"{statements} {sentence}".strip()
    return [*pieces[:-1], f"{pieces[-1]} {statements}".strip()] if pieces else [text]


def _split(piece: str) -> list[str]:
    """One question cut where a second one is joined to it with "and"."""
    lead = " ".join(SENTENCE_END.split(piece)[:-1])
    last = piece[len(lead) :].strip()
    core = unwrap(last).rstrip(" ?.!")
    if shared := SHARED_CLAUSE.match(core):
        clause = shared["clause"]
        asked = [*re.split(r",\s*", shared["first"]), shared["second"]]
        cut = [f"{wh.strip()} {clause}" for wh in asked]
    elif trailing := TRAILING_WH.match(core):
        clause = f"{trailing['aux']} {trailing['rest']}"
        cut = [f"{trailing['first']} {clause}", f"{trailing['second']} {clause}"]
    else:
        cut = _split_clauses(core)
    if len(cut) < 2:
        return [piece]
    asked = [f"{capitalise(part)}{'.' if _is_request(part) else '?'}" for part in cut]
    return [f"{lead} {asked[0]}".strip(), *asked[1:]]


def _split_clauses(core: str) -> list[str]:
    first = fold(next(iter(words(core)), ""))
    for joint in NEXT_PART.finditer(core):
        left, right = core[: joint.start()].rstrip(" ,;"), core[joint.end() :]
        if first not in WH | AUX | IMPERATIVES and not re.match(
            r"(?:in|on|at|by|for) wh", left, re.I
        ):
            return [core]
        if len(words(left)) < 3 or len(words(right)) < 2:
            continue
        # "the man who came and who left": a second one that is not inverted may be relative
        embedded = any(fold(word) in WH for word in words(left)[2:])
        inverted = any(fold(word) in AUX for word in words(right)[:1]) or bool(
            INVERTED.match(right)
        )
        if inverted or _is_request(right) or (first in WH and not embedded):
            return [left, *_split_clauses(right)]
    return [core]


def _is_request(part: str) -> bool:
    return fold(words(part)[0]) in IMPERATIVES


def _main_clause(core: str) -> str:
    """The last sentence that asks, without what is put in front of its question word."""
    sentences = SENTENCE_END.split(core.strip())
    asking = [s for s in sentences if s.rstrip('"”»)').endswith("?")] or sentences[-1:]
    return FRONTED.sub("", asking[-1].rstrip(' ?!."”»)'), count=1)


def _kind(core: str) -> str:
    clause = _main_clause(core)
    tokens = [fold(word) for word in words(clause)]
    if not tokens or WHAT_ABOUT.match(clause):
        return "keywords"
    asks = any(token in WH or token.removesuffix("'s") in WH for token in tokens)
    if SUMMARY.search(clause):
        return "summary"
    if tokens[0] in {"if", "whether"} or _is_yesno(clause, tokens):
        return "yesno"
    if not asks and tokens[0] not in IMPERATIVES:
        return "fact" if any(token in AUX for token in tokens) else "keywords"
    if _answer_type(core) == "reason" or EXPLAIN.search(clause):
        return "explain"
    return "list" if LIST.search(clause) and not CHANCES.search(clause) else "fact"


def _is_yesno(clause: str, tokens: list[str]) -> bool:
    if tokens[0] not in AUX or len(tokens) < 2:
        return False
    return not re.match(r"May \d|(?:May|Will|Can)$", clause)


def _answer_type(core: str) -> str:
    clause = _main_clause(core)
    matches = [
        (match.start(), rank, name)
        for rank, (name, rule) in enumerate(TYPE_RULES)
        if (match := rule.search(clause))
    ]
    if not matches:
        return "reason" if re.match(r"explain\b.*\b(?:reason|cause)", clause, re.I) else "none"
    return min(matches)[2]


def _terms(core: str) -> tuple[str, ...]:
    """Content words without the verb of a request ("name", "explain") that begins the sentence."""
    requests = {fold(words(s)[0]) for s in SENTENCE_END.split(core) if words(s)} & IMPERATIVES
    terms = content_words(WHAT_ABOUT.sub(r"\1", core, count=1))
    first = {fold(term) for term in terms[:1]} & requests
    return tuple(term for term in terms if fold(term) not in first)


def _negated(core: str) -> bool:
    unquoted = QUOTED.sub(" ", core)
    clause = re.sub(
        r"\bNo\.? ?(?=\d)|\b(?:whether|if|or) (?:or )?not\b", " ", _main_clause(unquoted)
    )
    return any(is_negation(word) for word in words(re.sub(r"\bno$", "", clause, flags=re.I)))
