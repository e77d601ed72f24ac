"""The short form of ``make fuzz``: some changes of made files, without libFuzzer, by a seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from index.errors import ReadError
from index.readers import parse
from index.types import About, Origin, Parsed, Section, Span
from tests.fuzz import SIZE, made, packages
from tests.fuzz.bytewise import plain_raw
from tests.fuzz.corpus import seeds
from tests.fuzz.harness import READERS, broken, check, name_of
from tests.fuzz.mutate import mutate, words

TIMES = 25  # for each reader
GOOD = Parsed(
    "The ferry sank. It was old.",
    (Section(Span(0, 15), "text", date="2021-05-12"), Section(Span(16, 27), "text")),
    about=About(unit="page", total=2, unread=(2,)),
    origins=(Origin(Span(0, 27), "page 1", 1, (0.0, 1.0, 2.0, 3.0)),),
)


def changed(reader: str, times: int) -> list[bytes]:
    files, random = made.files(reader), Random(7)
    raw = plain_raw(random)
    return [mutate(reader, random.choice(files), files, random, raw, SIZE) for _ in range(times)]


@pytest.mark.parametrize("reader", READERS)
def test_a_changed_file_is_read_or_refused_with_a_reason(reader: str) -> None:
    for data in changed(reader, TIMES):
        assert check(data, name_of(reader, data)) is None


@pytest.mark.parametrize("reader", ["docx", "odt", "epub", "xlsx", "pptx"])
def test_changes_of_an_archive_reach_the_reader(reader: str) -> None:
    files = changed(reader, 20)
    assert len(set(files)) > 15
    assert sum(bool(packages.unpack(data)) for data in files) > 15
    assert sum(is_read(data, reader) for data in files) > 7


def is_read(data: bytes, reader: str) -> bool:
    try:
        parse(data, name_of(reader, data))
    except ReadError:
        return False
    return True


@pytest.mark.parametrize("reader", READERS)
def test_the_files_to_begin_with_are_read(reader: str, tmp_path: Path) -> None:
    """Also without a folder of files, and after what is needless was left out of them."""
    assert all(is_read(data, reader) for data in seeds(reader, tmp_path / "none"))


def test_the_words_of_a_reader_are_those_of_its_code() -> None:
    assert {"trowd", "intbl"} <= set(words("rtf"))
    assert {"rowspan", "colspan"} <= set(words("html"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text": "The ferry\0sank. It was old."}, "NUL or a lone surrogate"),
        ({"text": "The ferry\ud800sank. It was old."}, "NUL or a lone surrogate"),
        ({"text": "The ferry sank."}, "section out of order or of the text"),
        ({"sections": GOOD.sections[::-1]}, "section out of order or of the text"),
        ({"sections": (Section(Span(3, 3), "text"),)}, "section out of order or of the text"),
        ({"origins": (Origin(Span(20, 28), "line 1"),)}, "origin out of the text"),
        ({"origins": (Origin(Span(0, 9), "x", 1, (0, float("nan"), 1, 1)),)}, "box without"),
        ({"about": About(unit="page", total=2, unread=(3,))}, "unread parts that are none"),
        ({"about": About(unit="page", total=2, unread=(2, 1))}, "unread parts out of order"),
        ({"date": "2021-02-30"}, "no date"),
        ({"title": 7}, "not to be sent"),
    ],
)
def test_a_wrong_result_is_told(wrong: dict[str, object], said: str) -> None:
    assert list(broken(GOOD)) == []
    assert any(one.startswith(said) for one in broken(replace(GOOD, **wrong)))  # type: ignore[arg-type]


def test_what_a_reader_raises_is_a_finding_unless_it_is_a_reason() -> None:
    def fails(data: bytes, name: str) -> Parsed:
        if data == b"no":
            raise ReadError("no text is in the file")
        if data == b"memory":
            raise MemoryError
        return parse(data, str(int(name)))

    assert check(b"no", "a.txt", fails) is None
    found = check(b"memory", "a.txt", fails)
    assert found is not None
    assert found.key == ("MemoryError", "outside")
    found = check(b"x", "a.txt", fails)
    assert found is not None
    assert (found.kind, found.where) == ("ValueError", "outside")
