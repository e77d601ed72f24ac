"""QMSum: questions to a meeting with the turns that were marked as relevant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evals.fields import as_object, at, decode, objects, parse, read_bytes, text, typed
from index.passages.quotable import is_declarative
from rag.training.pairs.overlap import Overlap, terms
from rag.training.pairs.texts import cut, locate, natural
from rag.training.pairs.types import Labelled, Text
from rag.types import Json

MOST_RIGHT = 3  # sentences of the gold turns that are taken to answer
MIN_SHARED = 3  # content words that these share with the written answer


def read_qmsum(path: Path) -> Iterator[Labelled]:
    """The specific queries of one meeting (a JSON file); its speakers become headings.

    People marked turns, some thirty a query, most of which only say "okay". The sentences
    that share most with the written answer are taken for right, the other sentences of
    the gold turns for unsure; what lies outside is wrong.
    """
    with at(str(path)):
        meeting = as_object(parse(decode(read_bytes(path))))
        turns = objects(meeting, "meeting_transcripts")
        queries = objects(meeting, "specific_query_list")
    where, turn_of = _text(turns)
    overlap = Overlap(where.sentences)
    for number, query in enumerate(queries):
        with at(f"{path}, query {number}"):
            labelled = _labelled(query, where, turn_of, overlap, path.stem)
        if labelled.right:
            yield labelled


def _text(turns: list[Json]) -> tuple[Text, list[int]]:
    sentences: list[str] = []
    headings: list[tuple[str, ...]] = []
    turn_of: list[int] = []
    for number, turn in enumerate(turns):
        speaker = natural(text(turn, "speaker"))
        for sentence in cut(natural(typed(turn, "content", str, "a text"))):
            sentences.append(sentence)
            headings.append((speaker,))
            turn_of.append(number)
    return Text(tuple(sentences), tuple(headings)), turn_of


def _labelled(
    query: Json, where: Text, turn_of: list[int], overlap: Overlap, group: str
) -> Labelled:
    asked, answer = natural(text(query, "query")), text(query, "answer")
    gold = {
        turn
        for first, last in typed(query, "relevant_text_span", list, "a list")
        for turn in range(int(first), int(last) + 1)
    }
    inside = [at for at, turn in enumerate(turn_of) if turn in gold]
    scores = {
        at: overlap.score(answer, where.sentences[at])
        for at in inside
        if len(terms(answer) & terms(where.sentences[at])) >= MIN_SHARED
        and is_declarative(where.sentences[at])
    }
    # "What did Marketing think of …?" is answered by what Marketing says.
    asked_for = [at for at in scores if locate(where.headings[at][-1], asked)]
    scores = {at: scores[at] for at in asked_for or scores}
    right = tuple(sorted(scores, key=lambda at: (-scores[at], at))[:MOST_RIGHT])
    unsure = tuple(at for at in inside if at not in right)
    return Labelled(asked, where, right, (), True, "qmsum", group, unsure, style=_style(asked))


def _style(asked: str) -> str:
    return "question" if asked.rstrip().endswith("?") else "query"
