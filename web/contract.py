"""What ``/openapi.json`` says of the responses."""

from __future__ import annotations

from typing import Any

from rag.types import Json

Responses = dict[int | str, dict[str, Any]]


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _or_null(kind: Json) -> Json:
    return {"anyOf": [kind, {"type": "null"}]}


STRING: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}
COUNT: Json = {"type": "integer", "minimum": 0}
ANY_OBJECT: Json = {"type": "object"}
OFFSET: Json = COUNT | {"description": "Code points in the document's text"}
COLUMNS = _or_null(STRING | {"description": "Names of the columns of a quoted row's table"})

CITATION = _object(
    number=COUNT,
    type=STRING,
    document_id=STRING,
    document_title=STRING,
    path=STRING,
    page=_or_null(COUNT),
    unit=_or_null(STRING | {"description": "What page counts: page, slide"}),
    section=_or_null(STRING),
    columns=COLUMNS,
    speaker=_or_null(STRING),
    date=_or_null(STRING),
    start_char_index=OFFSET,
    end_char_index=OFFSET,
    cited_text=STRING | {"description": "The document's text between the two offsets, exactly"},
    text_sha256=STRING | {"description": "SHA-256 of the document's text in UTF-8"},
)
SENTENCE = _object(
    text=STRING,
    citations=_list(COUNT),
    confidence=NUMBER,
    highlight=_or_null(_object(start=COUNT, end=COUNT)),
)
REASON = _object(
    code=STRING,
    message=STRING,
    nearest=_list(CITATION),
    missing_terms=_list(STRING),
    score=_or_null(NUMBER),
    threshold=_or_null(NUMBER),
)
INDEX = _object(fingerprint=STRING, version=COUNT, documents=COUNT, passages=COUNT)
ANSWER = _object(
    schema=STRING | {"const": "citewell.answer/1"},
    id=STRING,
    answer_key=STRING,
    question=STRING,
    standalone_question=STRING | {"description": "How a follow-up question was read"},
    status=STRING | {"description": "answered, partial, no_answer or info"},
    mode=STRING,
    requested_mode=STRING,
    fallback=_or_null(STRING),
    text=STRING,
    confidence=NUMBER,
    calibration=_or_null(ANY_OBJECT),
    sentences=_list(SENTENCE),
    citations=_list(CITATION),
    reason=_or_null(REASON),
    removed=_list(ANY_OBJECT),
    warnings=_list(STRING),
    filter=_or_null(ANY_OBJECT),
    index=INDEX,
    timings_ms=ANY_OBJECT,
)
SPAN = _object(
    start_char_index=COUNT | {"description": "Code points in the text as it was sent"},
    end_char_index=COUNT,
    text=STRING | {"description": "The sentence: the text between the two offsets, exactly"},
    confidence=NUMBER,
    highlight=_or_null(_object(start=COUNT, end=COUNT)),
    columns=COLUMNS,
)
EXTRACTION = _object(
    schema=STRING | {"const": "citewell.extract/1"},
    question=STRING,
    answerable={"type": "boolean"},
    confidence=NUMBER,
    calibration=_or_null(ANY_OBJECT),
    threshold=NUMBER,
    warnings=_list(STRING),
    texts=_list(
        _object(
            answerable={"type": "boolean"},
            confidence=NUMBER,
            spans=_list(SPAN) | {"description": "Best first; none where the text does not answer"},
            nearest=_or_null(SPAN),
            warnings=_list(STRING),
        )
    )
    | {"description": "One for each text, in their order"},
)
DOCUMENT = _object(
    schema=STRING | {"const": "citewell.document/1"},
    id=STRING,
    title=STRING,
    path=STRING | {"description": "Where it was found; of an upload the name it was sent under"},
    media_type=STRING,
    date=_or_null(STRING),
    characters=COUNT,
    text_sha256=STRING,
    file_sha256=STRING,
    warnings=_list(STRING),
    sections=_list(ANY_OBJECT),
)
PLACE = _object(
    schema=STRING | {"const": "citewell.place/1"},
    document_id=STRING,
    path=STRING,
    file_changed={"type": "boolean"}
    | {"description": "The file is not the one that was indexed: then only what is known of it"},
    places=_list(
        _object(
            label=STRING | {"description": "As a person would say it: page 3; Budget, row 12"},
            page=_or_null(COUNT),
            boxes=_list(_list(NUMBER))
            | {
                "description": "left, bottom, right, top in points from the lower left corner "
                "of the page, one for each line of the quote"
            },
            start=OFFSET,
            end=OFFSET,
        )
    )
    | {"description": "In order; raw in one of them has the file's own characters"},
)
_TAKEN = {
    "anyOf": [
        _object(status=COUNT, document=DOCUMENT),
        _object(status=COUNT, problem=ANY_OBJECT),
    ]
}
UPLOAD = {
    "anyOf": [
        DOCUMENT,
        _object(schema=STRING | {"const": "citewell.upload/1"}, files=_list(_TAKEN)),
    ]
}
UPLOAD_EVENTS: Json = {
    "type": "string",
    "description": "With Accept: text/event-stream: events received, reading, embedding (done of "
    "passages), then done with the document or error, each with one line of JSON, for every file",
}
FILES: Json = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": _object(file=_list({"type": "string", "format": "binary"})),
        }
    },
}

STREAM: Json = {
    "type": "string",
    "description": "With stream: events retrieved, sentence, reset, done and error, "
    "each with one line of JSON; done holds the answer object",
}

PROBLEM: Responses = {
    "4XX": {
        "description": "A problem (RFC 9457): what is wrong with the request",
        "content": {
            "application/problem+json": {
                "schema": _object(type=STRING, title=STRING, status=COUNT, detail=STRING)
            }
        },
    }
}


def described(text: str, schema: Json = ANY_OBJECT, events: Json | None = None) -> Responses:
    content: Json = {"application/json": {"schema": schema}}
    if events is not None:
        content["text/event-stream"] = {"schema": events}
    return {200: {"description": text, "content": content}}
