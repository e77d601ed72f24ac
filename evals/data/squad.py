"""SQuAD 1.1 and 2.0."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from evals.data.files import as_stored, files_in, sha256_of, text_sha256, unique
from evals.fields import as_object, at, decode, objects, optional_list, parse, read_bytes, text
from evals.types import EvalError, EvalSet, Question, SetInfo
from rag.types import Json


def load_squad(path: Path, split: str | None = None) -> EvalSet[Question]:
    """Its JSON file, or a folder with one (with several: that of the split).

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
                context = as_stored(text(paragraph, "context"))
                asked = [_squad_question(row, context, title) for row in objects(paragraph, "qas")]
            texts[f"{stem}/{stem}_{count:03}.txt"] = context
            questions += [(place, question) for question in asked]
    if not questions:
        raise EvalError(f"{path} holds no question")
    return EvalSet(SetInfo(path.stem, "squad", sha256_of(data)), unique(questions), texts)


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
        text_sha256=text_sha256(context),
        whole_words=True,
    )


def _squad_file(path: Path, split: str | None) -> Path:
    if not path.is_dir():
        return path
    files = files_in(path, "*.json")
    chosen = files if len(files) == 1 else [f for f in files if f.name.startswith(split or "dev")]
    if len(chosen) == 1:
        return chosen[0]
    names = ", ".join(file.name for file in files) or "no JSON file"
    raise EvalError(f"{path} holds {names}; give the path of one SQuAD file")


def _file_stem(title: str, taken: Collection[str], number: int) -> str:
    stem = re.sub(r"[^\w(),-]", "_", title)[:80]
    return f"{stem}_{number}" if stem in taken else stem
