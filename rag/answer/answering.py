"""What was found, made into the answer object: answered, partial, refused, or info."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from index.search.snapshot import Snapshot
from rag.answer.candidates import Candidate
from rag.answer.choose import are_rows_of_one, disagreements
from rag.answer.cite import cite, to_sentences
from rag.answer.context import repeats
from rag.answer.describe import collection_text, in_other_languages, partly_read
from rag.answer.halves import with_own_answers
from rag.answer.pipeline import LOOK_AROUND, Clock, Found, Pipeline
from rag.answer.render import answer_text
from rag.answer.table_rows import rows_left_out
from rag.answer.whole_list import items_left_out
from rag.answer.written import OpenWriter, written
from rag.question.computing import REFUSAL
from rag.types import Answer, AnswerSentence, Citation, IndexState, Json, Reason


@dataclass(frozen=True, slots=True)
class Collected:
    """What is known of an answer before anything was found."""

    id: str
    answer_key: str
    question: str
    standalone_question: str
    requested_mode: str
    filter: Json | None
    index: IndexState
    threshold: float
    warnings: tuple[str, ...] = ()  # of the index and the calibration as a whole
    calibration: Json | None = None
    refusal: str = ""  # why nothing at all is answered, if so

    def answer(
        self,
        status: str,
        text: str = "",
        confidence: float = 0.0,
        sentences: Sequence[AnswerSentence] = (),
        citations: Sequence[Citation] = (),
        reason: Reason | None = None,
        warnings: Sequence[str] = (),
    ) -> Answer:
        return Answer(
            id=self.id,
            answer_key=self.answer_key,
            question=self.question,
            standalone_question=self.standalone_question,
            status=status,
            mode="extractive",
            requested_mode=self.requested_mode,
            text=text,
            confidence=confidence,
            sentences=tuple(sentences),
            citations=tuple(citations),
            index=self.index,
            reason=reason,
            calibration=self.calibration,
            warnings=(*self.warnings, *warnings),
            filter=self.filter,
        )


def as_answer(
    base: Collected,
    found: Sequence[Found],
    pipeline: Pipeline,
    open_writer: OpenWriter | None,
    clock: Clock,
) -> Answer:
    """The answer to a question of one or more parts; an LLM writes it where one is given."""
    base = _read_as(base, found)
    found = with_own_answers(found)
    answered = [one for one in found if one.answered]
    if not answered:
        return _refusal(base, found, pipeline)
    chosen = _chosen(answered, pipeline)
    sentences: list[AnswerSentence] = []
    citations: list[Citation] = []
    quoted = [one for _, candidates in chosen for one in candidates]
    warnings = _warnings(quoted) + items_left_out(quoted)
    surest = _surest(answered)
    for part, candidates in chosen:
        warnings += rows_left_out(part.question, candidates, pipeline.snapshot.lexical.terms)
        more, cited = to_sentences(candidates, part.chance, len(citations) + 1)
        sentences += [_as_sure(one, surest) for one in more]
        citations += cited
        warnings += _disagreeing(part, candidates, cited)
    left = [one for one in found if not one.answered]
    answer = base.answer(
        "partial" if left else "answered",
        answer_text([sentence.to_dict() for sentence in sentences]),
        min(one.chance for one in answered),
        sentences,
        citations,
        _part_reason(left, pipeline) if left else None,
        warnings,
    )
    if open_writer is None:
        return answer
    with clock.measure("write"):
        return written(answer, open_writer, pipeline.settings)


def _read_as(base: Collected, found: Sequence[Found]) -> Collected:
    """With what was made of the question and of the texts that were read for it."""
    warnings = list(base.warnings)
    warnings += in_other_languages(set().union(*(one.tongues.of(one.chosen) for one in found)))
    corrected = [one.correction for one in found if one.correction]
    for before, after in dict.fromkeys(change for one in corrected for change in one.changes):
        warnings.append(f"No document holds “{before}”: it was read as “{after}”.")
    measured = all(one.tongues.are_measured(one.chosen) for one in found)
    only = corrected[0].question if corrected and len(found) == 1 else base.standalone_question
    return replace(
        base,
        standalone_question=only,
        warnings=tuple(warnings),
        calibration=base.calibration if measured else None,
    )


def _disagreeing(part: Found, quoted: Sequence[Candidate], cited: Sequence[Citation]) -> list[str]:
    return [
        one.warning(cited[one.first].number, cited[one.second].number)
        for one in disagreements(part.question, [citation.quote for citation in cited])
        if not are_rows_of_one(quoted[one.first], quoted[one.second])
    ]


def empty_answer(base: Collected, *, filtered: bool) -> Answer:
    """Nothing to search: an index without passages, or a filter that lets none through."""
    if filtered:
        message = "No document passes the filter. Ask without it, or check the names in it."
        return base.answer("no_answer", reason=Reason("nothing_retrieved", message))
    message = "Nothing is indexed yet. Run 'citewell index FOLDER' and ask again."
    return base.answer("no_answer", reason=Reason("empty_index", message))


def collection_answer(base: Collected, topic: str, snapshot: Snapshot) -> Answer:
    """About the collection itself, from the catalogue, with no claim about what documents say."""
    return base.answer("info", collection_text(topic, snapshot), confidence=1.0)


def _chosen(answered: Sequence[Found], pipeline: Pipeline) -> list[tuple[Found, list[Candidate]]]:
    """Each part's sentences, as many as there is room for, without what was quoted already."""
    sizes = [len(part.chosen) for part in answered]
    seen: list[Candidate] = []
    chosen = []
    for part, room in zip(answered, _rooms(sizes, pipeline.settings.max_sentences), strict=True):
        own: Sequence[Candidate] = part.chosen
        if room < len(own):
            own = pipeline.choose(part.question, part.supported, pipeline.model, room)
        new = [one for one in own if not repeats(one, seen)]
        seen += new
        chosen.append((part, new))
    return chosen


def _surest(answered: Sequence[Found]) -> dict[str, AnswerSentence]:
    """Each sentence, by its text, as the part has it that it answers best: another one may only
    have brought it along."""
    said = [one for part in answered for one in to_sentences(part.chosen, part.chance)[0]]
    return {one.text: one for one in sorted(said, key=lambda one: one.confidence)}


def _as_sure(one: AnswerSentence, surest: Mapping[str, AnswerSentence]) -> AnswerSentence:
    best = surest.get(one.text, one)
    is_surer = best.confidence > one.confidence
    return replace(one, confidence=best.confidence, highlight=best.highlight) if is_surer else one


def _rooms(sizes: Sequence[int], most: int) -> list[int]:
    """How many each may have of ``most``: all it has, else about as many as the others."""
    rooms = [0] * len(sizes)
    while sum(rooms) < min(most, sum(sizes)):
        for at, size in enumerate(sizes):
            rooms[at] += rooms[at] < size and sum(rooms) < most
    return rooms


def _refusal(base: Collected, found: Sequence[Found], pipeline: Pipeline) -> Answer:
    best = max(found, key=lambda one: one.chance)
    missing = _missing(found, pipeline)
    if not any(one.ranked for one in found):
        code, message = "nothing_retrieved", "Nothing in the documents is close to this."
    elif held_back := base.refusal or next((one.held_back for one in found if one.held_back), ""):
        code, message = "target_error", held_back
    else:
        code, message = "not_supported", _unsupported(found)
    numbers = round(best.chance, 4), best.threshold
    reason = Reason(code, message, _nearest(found), missing, *numbers)
    warnings = partly_read(pipeline.snapshot)
    return base.answer("no_answer", confidence=best.chance, reason=reason, warnings=warnings)


def _unsupported(found: Sequence[Found]) -> str:
    message = "No sentence in the documents answers this well enough."
    return f"{message} {REFUSAL}" if any(one.is_beyond for one in found) else message


def _part_reason(left: Sequence[Found], pipeline: Pipeline) -> Reason:
    unsaid = [one.question.text for one in left if not one.held_back]
    said = [f"The documents do not say this: {_listed(unsaid)}"] if unsaid else []
    said += [f"{_listed([one.question.text])}: {one.held_back}" for one in left if one.held_back]
    best = max(left, key=lambda one: one.chance)
    return Reason(
        "part_not_supported",
        "\n".join(said),
        _nearest(left),
        _missing(left, pipeline),
        round(best.chance, 4),
        best.threshold,
    )


def _nearest(found: Sequence[Found]) -> tuple[Citation, ...]:
    nearest = {one.place: one for part in found for one in part.nearest}
    first = list(nearest.values())[:LOOK_AROUND]
    return tuple(cite(one, number) for number, one in enumerate(first, start=1))


def _missing(found: Sequence[Found], pipeline: Pipeline) -> tuple[str, ...]:
    missing = [term for one in found for term in pipeline.missing_terms(one.question)]
    return tuple(dict.fromkeys(missing))


def _listed(items: Sequence[str]) -> str:
    return ", ".join(f"“{item}”" for item in items)


def _warnings(candidates: Iterable[Candidate]) -> list[str]:
    """What was noted when the quoted documents were read, each once."""
    documents = {one.document.id: one.document for one in candidates}
    return [
        f"{document.path}: {warning}"
        for document in documents.values()
        for warning in document.warnings
    ]
