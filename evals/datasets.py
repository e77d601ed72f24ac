"""Loaders of eval sets and of published data sets, each in its own published format.

Every loader takes a path and raises EvalError, which names the file, the place and what is
wrong there. Fields that are not known are ignored.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from evals.fields import (
    as_object,
    at,
    decode,
    json_lines,
    objects,
    optional_list,
    optional_text,
    parse,
    read_bytes,
    text,
    typed,
)
from evals.metrics import fold
from evals.types import MAX_QUOTES, Beir, EvalError, EvalSet, Query, Question, SetInfo
from rag.types import Json, Turn

SHIPPED = Path(__file__).parent / "sets" / "seeds.jsonl"
MIN_ALTERNATIVE = 2  # one letter or digit stands in nearly any sentence
# Figures in print for the test split: all-MiniLM-L6-v2, BM25 of several programs, both fused.
PUBLISHED = {
    ("scifact", "test"): {
        "dense nDCG@10": "0.645",
        "bm25 nDCG@10": "0.665–0.686",
        "fused nDCG@10": "about 0.72",
    }
}


def load_set(path: Path, split: str | None = None) -> EvalSet:
    """An eval set of our own: JSON lines as the contract has them, blank lines allowed.

    With ``split`` only the questions of that split.
    """
    data = read_bytes(path)
    questions = _unique(_own_questions(path, data))
    chosen = tuple(q for q in questions if split in (None, q.split))
    if not chosen:
        of_split = f' of the split "{split}"' if split else ""
        raise EvalError(f"{path} holds no question{of_split}")
    return EvalSet(SetInfo(path.stem, "own", _sha256(data), split), chosen)


def _own_questions(path: Path, data: bytes) -> Iterator[tuple[str, Question]]:
    for place, row in json_lines(path, data):
        with at(place):
            question = _own_question(row)
        yield place, question


def _own_question(row: Json) -> Question:
    answerable = typed(row, "answerable", bool, "true or false")
    must = tuple(_alternatives("must_quote", group) for group in optional_list(row, "must_quote"))
    if answerable and not must:
        raise ValueError('"must_quote" is empty, but the question is answerable: say what to quote')
    if must and not answerable:
        raise ValueError('"must_quote" is given, but the question is not answerable')
    max_quotes = typed({"max_quotes": MAX_QUOTES} | row, "max_quotes", int, "a whole number")
    if max_quotes < 1 or isinstance(max_quotes, bool):
        raise ValueError('"max_quotes" must be a whole number from 1 up')
    split = optional_text(row, "split")
    if split not in (None, "fit", "test"):
        raise ValueError(f'"split" is "{split}"; it can be "fit" or "test"')
    must_not = optional_list(row, "must_not_quote")
    return Question(
        id=text(row, "id"),
        question=text(row, "question"),
        answerable=answerable,
        must_quote=must,
        must_not_quote=_alternatives("must_not_quote", must_not) if must_not else (),
        max_quotes=max_quotes,
        history=tuple(_turn(as_object(turn)) for turn in optional_list(row, "history")),
        kind=optional_text(row, "kind") or "other",
        group=optional_text(row, "document"),
        split=split,
    )


def _alternatives(field: str, group: Any) -> tuple[str, ...]:
    if not isinstance(group, list) or not group or not all(isinstance(a, str) for a in group):
        needed = "a list of lists of texts" if field == "must_quote" else "a list of texts"
        raise ValueError(f'"{field}" must be {needed}, none of them empty')
    for words in group:
        if len(fold(words)) < MIN_ALTERNATIVE:
            raise ValueError(f'"{field}" has "{words}", too short: nearly any quote holds it')
    return tuple(group)


def _turn(row: Json) -> Turn:
    role, content = text(row, "role"), typed(row, "content", str, "a text")
    if role == "user":
        return Turn("user", content)
    if role == "assistant":
        return Turn("assistant", content)
    raise ValueError(f'"role" in "history" is "{role}"; it can be "user" or "assistant"')


def load_squad(path: Path, split: str | None = None) -> EvalSet:
    """SQuAD 1.1 or 2.0: its JSON file, or a folder with one (with several: that of the split).

    Every paragraph becomes a text of its own, ``<article>/<article>_<number>.txt``. An answer
    is right when it quotes, from the question's own paragraph, a sentence that holds one of
    the gold answers, compared after folding and not inside a longer word or number. Where an
    answer stands in several sentences of its paragraph each of them counts: ``answer_start``
    is not used, since copies rebuilt from the explorer pages give the first occurrence there.
    The same words in another paragraph do not count, although they may answer the question.
    """
    path = _squad_file(path, split)
    data = read_bytes(path)
    with at(str(path)):
        articles = objects(as_object(parse(decode(data))), "data")
    texts: dict[str, str] = {}
    questions: list[tuple[str, Question]] = []
    for number, article in enumerate(articles):
        with at(f"{path}, article {number}"):
            title, paragraphs = text(article, "title"), objects(article, "paragraphs")
        stem = _file_stem(title, {file.split("/")[0] for file in texts}, number)
        for count, paragraph in enumerate(paragraphs):
            place = f'{path}, article "{title}", paragraph {count}'
            with at(place):
                context = _as_stored(text(paragraph, "context"))
                asked = [_squad_question(row, context, title) for row in objects(paragraph, "qas")]
            texts[f"{stem}/{stem}_{count:03}.txt"] = context
            questions += [(place, question) for question in asked]
    if not questions:
        raise EvalError(f"{path} holds no question")
    return EvalSet(SetInfo(path.stem, "squad", _sha256(data)), _unique(questions), texts)


def _squad_question(row: Json, context: str, title: str) -> Question:
    name = text(row, "id")
    answerable = not row.get("is_impossible", False)
    gold = tuple(dict.fromkeys(text(as_object(a), "text") for a in optional_list(row, "answers")))
    if answerable and not gold:
        raise ValueError(f'the question "{name}" is answerable and has no answer')
    return Question(
        id=name,
        question=text(row, "question"),
        answerable=answerable,
        must_quote=(gold,) if answerable else (),
        kind="answerable" if answerable else "unanswerable",
        group=title,
        text_sha256=_sha256(context.encode()),
        whole_words=True,
    )


def _squad_file(path: Path, split: str | None) -> Path:
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.json"))
    chosen = files if len(files) == 1 else [f for f in files if f.name.startswith(split or "dev")]
    if len(chosen) == 1:
        return chosen[0]
    names = ", ".join(file.name for file in files) or "no JSON file"
    raise EvalError(f"{path} holds {names}; give the path of one SQuAD file")


def _file_stem(title: str, taken: Collection[str], number: int) -> str:
    stem = re.sub(r"[^\w(),-]", "_", title)[:80]
    return f"{stem}_{number}" if stem in taken else stem


def _as_stored(context: str) -> str:
    """The text as the index will hold it, so that hashes agree."""
    return re.sub("[\0\ud800-\udfff]", "\ufffd", context.removeprefix("\ufeff"))


def load_beir(path: Path, split: str | None = None) -> Beir:
    """A BEIR folder: ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/<split>.tsv`` (test).

    A document becomes one text, its title, a blank line and its text, in a file named by
    its id; documents with the very same text share one file.
    """
    split = split or "test"
    documents, asked = path / "corpus.jsonl", path / "queries.jsonl"
    judged = path / "qrels" / f"{split}.tsv"
    corpus, queries, qrels = (read_bytes(file) for file in (documents, asked, judged))
    by_text: defaultdict[str, list[str]] = defaultdict(list)
    for place, row in json_lines(documents, corpus):
        with at(place):
            by_text[_as_stored(_beir_text(row))].append(text(row, "_id"))
    wording = {}
    for place, row in json_lines(asked, queries):
        with at(place):
            wording[text(row, "_id")] = text(row, "text")
    relevant = _qrels(judged, qrels)
    if unknown := next((name for name in relevant if name not in wording), None):
        raise EvalError(f'{judged} judges the query "{unknown}", which {asked} does not hold')
    ids = {f"{quote(names[0], safe='')}.txt": tuple(names) for names in by_text.values()}
    name = path.resolve().name
    return Beir(
        info=SetInfo(name, "beir", _sha256(corpus, queries, qrels), split),
        queries=tuple(Query(key, wording[key], grades) for key, grades in relevant.items()),
        texts=dict(zip(ids, by_text, strict=True)),
        ids=ids,
        published=PUBLISHED.get((name, split), {}),
    )


def _beir_text(row: Json) -> str:
    parts = (typed({part: ""} | row, part, str, "a text") for part in ("title", "text"))
    return "\n\n".join(part for part in parts if part)


def _qrels(path: Path, data: bytes) -> dict[str, dict[str, int]]:
    """Query -> document -> grade; queries without a grade above 0 are left out, as in trec_eval."""
    with at(str(path)):
        rows = list(csv.reader(decode(data).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    relevant: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for number, row in enumerate(rows[1:], start=2):
        with at(f"{path}, line {number}"):
            if len(row) != 3:
                raise ValueError("needs query-id, corpus-id and score, with tabs between")
            query, document, score = row
            if not re.fullmatch(r"-?[0-9]+", score.strip()):
                raise ValueError(f'the score is "{score}", not a whole number')
            if int(score) > 0:
                relevant[query][document] = int(score)
    if not relevant:
        raise EvalError(f"{path} judges no query")
    return dict(relevant)


def _unique(questions: Iterable[tuple[str, Question]]) -> tuple[Question, ...]:
    seen: dict[str, Question] = {}
    for place, question in questions:
        if question.id in seen:
            raise EvalError(f'{place}: the id "{question.id}" is used twice')
        seen[question.id] = question
    return tuple(seen.values())


def _sha256(*parts: bytes) -> str:
    """Of one part its plain hash, of several the hash of their hashes."""
    hashes = [hashlib.sha256(part).hexdigest() for part in parts]
    return hashes[0] if len(hashes) == 1 else _sha256("".join(hashes).encode())
