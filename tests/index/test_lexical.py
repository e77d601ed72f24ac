from __future__ import annotations

import math
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.errors import DamageError
from index.lexical import LexicalIndex

K1, B = 1.2, 0.75
WORDS = [f"{a}{b}k" for a in "bdfglmnprt" for b in "aeiou"]  # none of them is changed by stemming


def fieldnorm(length: int) -> int:
    """Lucene's and tantivy's length in a byte: exact up to 40, then 3 bits behind the first."""
    if length <= 40:
        return length
    shift = (length - 24).bit_length() - 4
    return (((length - 24) >> shift) << shift) + 24


def bm25(texts: Mapping[int, str], query: Sequence[str]) -> dict[int, float]:
    words = {one: text.split() for one, text in texts.items()}
    size = len(words) + 1  # the marker of the version is a document without words
    average = sum(map(len, words.values())) / size
    scores: dict[int, float] = {}
    for one, found in words.items():
        counts = Counter(found)
        for term in set(query) & counts.keys():
            n = sum(term in other for other in words.values())
            idf = math.log(1 + (size - n + 0.5) / (n + 0.5))
            norm = K1 * (1 - B + B * fieldnorm(len(found)) / average)
            tf = counts[term] * (K1 + 1) / (counts[term] + norm)
            scores[one] = scores.get(one, 0) + idf * tf
    return scores


def made_up(n: int, seed: int = 3) -> dict[int, str]:
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, len(WORDS) + 1)
    return {
        one: " ".join(rng.choice(WORDS, rng.integers(1, 90), p=weights / weights.sum()))
        for one in range(10, 10 + n)
    }


def filled(texts: Mapping[int, str], folder: Path | None = None) -> LexicalIndex:
    index = LexicalIndex(folder)
    index.change(1, texts.items())
    return index


def assert_same(found: Sequence[tuple[int, float]], wanted: Mapping[int, float], k: int) -> None:
    """Same scores, and the ids that have them; which of equals is last in the list is open."""
    best = sorted(wanted.items(), key=lambda hit: (-hit[1], hit[0]))[:k]
    np.testing.assert_allclose([s for _, s in found], [s for _, s in best], rtol=1e-4)
    for one, score in found:
        assert score == pytest.approx(wanted[one], rel=1e-4)
    assert list(found) == sorted(found, key=lambda hit: (-hit[1], hit[0]))


@pytest.mark.parametrize("k", [1, 10, 1_000])
def test_the_same_as_by_hand(k: int) -> None:
    texts = made_up(400)
    index = filled(texts)
    assert len(index) == 400
    for query in (WORDS[:1], WORDS[3:6], [WORDS[-1], WORDS[0]], [*WORDS[10:30], "unknown"]):
        assert index.terms(" ".join(query)) == query
        assert_same(index.search(query, k), bm25(texts, query), k)


def test_a_word_asked_twice_counts_once() -> None:
    index = filled(made_up(50))
    assert index.search([WORDS[2], WORDS[2]], 9) == index.search([WORDS[2]], 9)


def test_only_some_keep_their_scores() -> None:
    texts = made_up(300)
    index = filled(texts)
    query = WORDS[2:5]
    only = np.array([12, 40, 77, 200, 5_000], np.int64)
    everywhere = dict(index.search(query, 1_000))
    wanted = {one: everywhere[one] for one in only.tolist() if one in everywhere}
    assert dict(index.search(query, 1_000, only)) == pytest.approx(wanted)
    assert len(wanted) > 1
    assert index.search(query, 5, np.zeros(0, np.int64)) == []


def test_added_and_removed_as_if_made_anew() -> None:
    texts = made_up(200)
    index = filled(texts)
    added = {one + 1_000: text for one, text in made_up(50, seed=8).items()}
    removed = list(texts)[:120]
    index.change(2, added.items(), removed)
    left = {one: text for one, text in (texts | added).items() if one not in removed}
    assert len(index) == len(left) == 130
    for query in (WORDS[:1], WORDS[4:7]):
        assert {one for one, _ in index.search(query, 500)} == bm25(left, query).keys()
    anew = filled(left)
    assert index.document_frequency(WORDS[0]) >= anew.document_frequency(WORDS[0])
    assert anew.document_frequency(WORDS[0]) == sum(WORDS[0] in t.split() for t in left.values())


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("The treaties were signed.", "treaty"),
        ("ÉTUDES of the sea", "etude"),
        ("He was RUNNING", "run"),
        ("Der Straßenbau", "strassenbau"),
        ("В Москве холодно", "москве"),
        ("no stop words are dropped, not even: the", "the"),
    ],
)
def test_words_match_in_their_other_forms(text: str, query: str) -> None:
    index = filled({1: text, 2: "something else"})
    assert [one for one, _ in index.search(index.terms(query), 9)] == [1]


def test_any_text_can_be_asked() -> None:
    index = filled({1: "a plain text"})
    for text in ('"', "text:a AND (", "\0", "🌧", "[a TO b]", "a" * 100_000, ""):
        found = index.search(index.terms(text), 3)
        assert [one for one, _ in found] in ([], [1])
    assert index.search(index.terms("a"), 0) == []


def test_the_version_is_of_the_same_commit(tmp_path: Path) -> None:
    folder = tmp_path / "bm25"
    assert LexicalIndex(folder).version() is None
    filled(made_up(20), folder)
    assert LexicalIndex(folder).version() == 1
    LexicalIndex(folder).change(9, [], [10])
    again = LexicalIndex(folder)
    assert (again.version(), len(again)) == (9, 19)


def test_one_that_is_open_does_not_change_under_its_reader(tmp_path: Path) -> None:
    texts = made_up(30)
    reader = filled(texts, tmp_path)
    before = reader.search(WORDS[:1], 50)
    writer = LexicalIndex(tmp_path)
    writer.change(2, [], texts)
    assert len(writer) == 0
    assert reader.version() == 1
    assert reader.search(WORDS[:1], 50) == before


@pytest.mark.parametrize("ending", [".json", ".store", ".fast", ".idx", ".term", ".fieldnorm"])
def test_a_flipped_bit_is_a_damage_error_and_never_another(tmp_path: Path, ending: str) -> None:
    """tantivy panics on some of these, and a panic is no Exception."""
    filled(made_up(20), tmp_path / "good")
    (path,) = [
        path
        for path in (tmp_path / "good").iterdir()
        if path.name.endswith(ending)
        and not path.name.startswith(".")
        and (ending != ".json" or path.name == "meta.json")
    ]
    data = path.read_bytes()
    messages = []
    for number, at in enumerate(np.linspace(0, len(data) - 1, 20).astype(int).tolist()):
        folder = shutil.copytree(path.parent, tmp_path / f"bad-{number}")
        (folder / path.name).write_bytes(data[:at] + bytes([data[at] ^ 128]) + data[at + 1 :])
        try:
            ask_all(folder)
        except DamageError as error:
            messages.append(str(error))
    assert len(messages) > 1
    assert all("move that folder away" in message for message in messages)


def ask_all(folder: Path) -> None:
    index = LexicalIndex(folder)
    index.version()
    index.document_frequency(WORDS[0])
    index.search(WORDS[:3], 50, np.arange(10, 20, dtype=np.int64))


def test_a_file_in_place_of_the_folder_is_a_damage_error(tmp_path: Path) -> None:
    (tmp_path / "bm25").write_text("not a folder")
    with pytest.raises(DamageError):
        LexicalIndex(tmp_path / "bm25")
