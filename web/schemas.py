"""What the HTTP API takes and gives. Fields that are not known are ignored, unless misspelt."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError
from starlette.responses import JSONResponse

from index.types import Document, Section
from rag.answer.describe import describe_document
from rag.answer.given import MAX_TEXTS
from rag.errors import QuestionError
from rag.question.requests import MAX_HITS, MAX_QUESTION, clean_query, clean_question
from rag.settings import LIMITS
from rag.types import Json, Turn

MAX_TURNS = 100
MAX_TURN = 20_000  # characters
NEAR = 0.8  # likeness from which a field's name is another's, misspelt
SHORT = 2  # letters of a name that anything is near
MAX_LOOKED_AT, MAX_NAME = 50, 50  # of a body's unknown fields, and of the letters of one
LEAST_ERROR, MOST_ERROR = LIMITS["max_error"]

_UNSAFE = re.compile("[\0\ud800-\udfff]")


class Reply(JSONResponse):
    """JSON whose encoding cannot fail on text that is not valid Unicode."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


def clean(value: Any) -> Any:
    """Text with NUL and lone surrogates as U+FFFD, as in documents; other values as they are."""
    return _UNSAFE.sub("\ufffd", value) if isinstance(value, str) else value


def _said_by(check: Callable[[str], str]) -> AfterValidator:
    """Refuses what the engine would refuse, in the engine's own words."""

    def checked(text: str) -> str:
        try:
            check(text)
        except QuestionError as error:
            raise PydanticCustomError(SAID, "{said}", {"said": str(error)}) from None
        return text

    return AfterValidator(checked)


SAID = "said"  # kind of an error whose message names the field itself
_ASKED = Field(json_schema_extra={"minLength": 1, "maxLength": MAX_QUESTION})
_CLEAN = BeforeValidator(clean)
Question = Annotated[str, _ASKED, _CLEAN, _said_by(clean_question)]
Query = Annotated[str, _ASKED, _CLEAN, _said_by(clean_query)]


class Body(BaseModel):
    """A field that is not known is ignored, but not one that is a known one misspelt: a limit
    that counts for nothing must not look as if it held."""

    model_config = ConfigDict(strict=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_misspelt(cls, data: Any) -> Any:
        if isinstance(data, dict) and (wrong := misspelt(data, cls.model_fields)):
            errors = [_not_a_field(name, meant) for name, meant in wrong.items()]
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return data


def misspelt(given: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Names that are near one of those that are known and not given, and which that is."""
    names = dict.fromkeys(given)
    absent = {_plain(name): name for name in known if name not in names and len(name) > SHORT}
    others = [name for name in names if name not in set(known)][:MAX_LOOKED_AT]
    near = {name: get_close_matches(_plain(name), absent, 1, NEAR) for name in others}
    return {name: absent[found[0]] for name, found in near.items() if found}


def _plain(name: str) -> str:
    """For comparing: maxError, max-error and max_error are spelt alike."""
    return re.sub("[-_ ]", "", name[:MAX_NAME]).casefold()


def _not_a_field(name: str, meant: str) -> InitErrorDetails:
    # A name so near a known one gives nothing away, unlike any other that was sent.
    said = PydanticCustomError(
        "unknown_field", "{said}", {"said": f"no such field; did you mean {meant}?"}
    )
    return InitErrorDetails(type=said, loc=(clean(name[:MAX_NAME]),), input=None)


class TurnBody(Body):
    role: Literal["user", "assistant"]
    content: Annotated[str, Field(max_length=MAX_TURN), _CLEAN]


class FilterBody(Body):
    """Limits a question to some documents: ids, paths, or globs of paths."""

    documents: list[Annotated[str, Field(min_length=1, max_length=1_000), _CLEAN]] = Field(
        max_length=1_000
    )


class AskBody(Body):
    question: Question
    history: list[TurnBody] = Field(default=[], max_length=MAX_TURNS)
    filter: FilterBody | None = None
    mode: Literal["extractive", "llm"] | None = None
    id: Annotated[str, Field(min_length=1, max_length=200), _CLEAN] | None = None
    max_error: float | None = Field(default=None, ge=LEAST_ERROR, le=MOST_ERROR)
    stream: bool = False

    def arguments(self) -> Json:
        """The keyword arguments of ``Engine.ask`` and ``Engine.stream``."""
        return {
            "history": [Turn(turn.role, turn.content) for turn in self.history],
            "filter": as_filter(self.filter),
            "mode": self.mode,
            "id": self.id,
            "max_error": self.max_error,
        }


class SearchBody(Body):
    query: Query
    k: int = Field(default=10, ge=1, le=MAX_HITS)
    filter: FilterBody | None = None


def _whole(text: str) -> str:
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("must not hold a lone surrogate")
    return text


class ExtractBody(Body):
    """Texts are taken as they are, or offsets into them would be of others."""

    question: Question
    texts: list[Annotated[str, AfterValidator(_whole)]] = Field(min_length=1, max_length=MAX_TEXTS)


def as_filter(body: FilterBody | None) -> Json | None:
    return None if body is None else body.model_dump()


def is_clean(value: object) -> bool:
    """Whether a JSON value can be written as UTF-8 at all."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


def document_json(document: Document) -> Json:
    """A document without its text. Offsets are code points in the text, half-open."""
    return {
        "schema": "citewell.document/1",
        **describe_document(document),
        "sections": [_section_json(section) for section in document.sections],
    }


def _section_json(section: Section) -> Json:
    return {
        "kind": section.kind,
        "title": section.title,
        "level": section.level,
        "page": section.page,
        "speaker": section.speaker,
        "date": section.date,
        "start_char_index": section.span.start,
        "end_char_index": section.span.end,
    }
