from __future__ import annotations

import gc
import math
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.errors import DamageError, HomeError
from index.search.lexical import LexicalIndex

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
    frequency = {term: sum(term in other for other in words.values()) for term in query}
    scores: dict[int, float] = {}
    for one, found in words.items():
        counts = Counter(found)
        norm = K1 * (1 - B + B * fieldnorm(len(found)) / average)
        parts = []
        for term in set(query) & counts.keys():
            idf = math.log(1 + (size - frequency[term] + 0.5) / (frequency[term] + 0.5))
            parts.append(idf * counts[term] * (K1 + 1) / (counts[term] + norm))
        if parts:
            scores[one] = math.fsum(parts)
    return scores


def made_up(n: int, seed: int = 3) -> dict[int, str]:
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, len(WORDS) + 1)
    return {
        one: " ".join(rng.choice(WORDS, rng.integers(1, 90), p=weights / weights.sum()))
        for one in range(10, 10 + n)
    }


def filled(texts: Mapping[int, str]) -> LexicalIndex:
    index = LexicalIndex()
    index.change(1, texts.items())
    return index


def stored(texts: Mapping[int, str], folder: Path, version: int = 1) -> LexicalIndex:
    index = LexicalIndex.open(folder)
    index.change(version, texts.items())
    return index


def assert_same(found: Sequence[tuple[int, float]], wanted: Mapping[int, float], k: int) -> None:
    """The k best, equals by id."""
    best = sorted(wanted.items(), key=lambda hit: (-round(hit[1], 9), hit[0]))[:k]
    assert [one for one, _ in found] == [one for one, _ in best]
    np.testing.assert_allclose([s for _, s in found], [s for _, s in best], rtol=1e-12)


QUERIES = (WORDS[:1], WORDS[3:6], [WORDS[-1], WORDS[0]], [*WORDS[10:30], "unknown"])


@pytest.mark.parametrize("k", [1, 10, 1_000])
def test_the_same_as_by_hand(k: int) -> None:
    texts = made_up(400)
    index = filled(texts)
    assert len(index) == 400
    for query in QUERIES:
        assert index.terms(" ".join(query)) == query
        assert_same(index.search(query, k), bm25(texts, query), k)


def test_a_word_asked_twice_counts_once() -> None:
    index = filled(made_up(50))
    assert index.search([WORDS[2], WORDS[2]], 9) == index.search([WORDS[2]], 9)


def test_the_terms_that_begin_with_a_prefix() -> None:
    texts = made_up(200)
    there = {word for text in texts.values() for word in text.split()}
    index = filled(texts)
    for prefix in ("", "b", "ba", "bab", "babk", "babkx", "é"):
        found = index.terms_from(prefix)
        assert sorted(found) == sorted(word for word in there if word.startswith(prefix))
    assert filled({1: "Countries of the Émigré"}).terms_from("") != []
    assert filled({1: "Countries of the Émigré"}).terms_from("coun") == ["countri"]
    assert LexicalIndex().terms_from("") == []


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
    anew = filled(left)
    assert len(index) == len(left) == 130
    for query in QUERIES:
        assert_same(index.search(query, 30), bm25(left, query), 30)
        assert index.search(query, 500) == anew.search(query, 500)
    for word in WORDS:
        wanted = sum(word in text.split() for text in left.values())
        assert index.document_frequency(word) == anew.document_frequency(word) == wanted


def test_the_way_to_a_version_is_not_seen_in_its_results(tmp_path: Path) -> None:
    """Twelve commits with deletions: tantivy merges some segments, and counts what was deleted."""
    rng = np.random.default_rng(2)
    left, pool = made_up(300), iter(made_up(2_000, seed=5).values())
    index = stored(left, tmp_path)
    for version in range(2, 14):
        removed = rng.choice(sorted(left), 15, replace=False).tolist()
        added = {1_000 * version + n: next(pool) for n in range(10)}
        left = {one: text for one, text in left.items() if one not in removed} | added
        index.change(version, added.items(), removed)
    anew = filled(left)
    again = LexicalIndex.open(tmp_path)
    for query in QUERIES:
        for k in (1, 10, 1_000):
            assert index.search(query, k) == anew.search(query, k) == again.search(query, k)
        assert_same(index.search(query, 20), bm25(left, query), 20)


def test_equals_are_ordered_by_id_wherever_they_are_stored(tmp_path: Path) -> None:
    index = LexicalIndex.open(tmp_path)
    ids = np.random.default_rng(6).permutation(400).tolist()
    for version, at in enumerate(range(0, 400, 100), start=1):
        index.change(version, [(one, "the same words again") for one in ids[at : at + 100]])
    for k in (1, 10, 90, 399, 1_000):
        found = index.search(["same", "again"], k)
        assert [one for one, _ in found] == list(range(min(k, 400)))
    assert len({score for _, score in index.search(["same", "again"], 400)}) == 1


def test_a_term_is_whatever_the_analyzer_says() -> None:
    """Characters that tantivy escapes when it explains a score."""
    text = "นั่ง क्षि \u0e31\u0e31 x\u0301y zürich naïve ⅷ ﬁn 北京"
    index = filled({1: text, 2: "something else"})
    for term in index.terms(text):
        ((one, score),) = index.search([term], 5)
        assert one == 1
        assert score > 0


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


def test_nothing_is_there_before_the_first_version(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "missing", tmp_path / "empty"):
        index = LexicalIndex.open(folder)
        assert (index.version(), len(index), index.source) == (None, 0, "")
        assert index.search(["word"], 5) == []
        assert index.document_frequency("word") == 0
    assert not (tmp_path / "missing").exists()  # reading writes nothing


def test_a_version_with_its_source(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "bm25"
    index = LexicalIndex.open(folder)
    index.change(1, made_up(20).items(), source="digest of version 1")
    assert (index.version(), len(index), index.source) == (1, 20, "digest of version 1")
    LexicalIndex.open(folder).change(9, [], [10], source="and of 9")
    again = LexicalIndex.open(folder)
    assert (again.version(), len(again), again.source) == (9, 19, "and of 9")
    again.change(10, [], list(made_up(20)))
    last = LexicalIndex.open(folder)
    assert (last.version(), len(last), last.source) == (10, 0, "")


def test_one_that_is_open_does_not_change_under_its_reader(tmp_path: Path) -> None:
    texts = made_up(30)
    stored(texts, tmp_path)
    reader = LexicalIndex.open(tmp_path)
    before = reader.search(WORDS[:1], 50)
    writer = LexicalIndex.open(tmp_path)
    writer.change(2, [], texts)
    writer.change(3, [(1, WORDS[0])])
    assert [one.name[0] for one in tmp_path.iterdir() if one.is_dir()] == ["3"]
    assert len(writer) == 1
    assert (reader.version(), len(reader)) == (1, 30)
    assert reader.search(WORDS[:1], 50) == before
    assert reader.document_frequency(WORDS[0]) == len(before)


def test_a_writer_that_was_overtaken_says_so(tmp_path: Path) -> None:
    stored(made_up(5), tmp_path)
    first, second = LexicalIndex.open(tmp_path), LexicalIndex.open(tmp_path)
    second.change(2, [(500, "new")])
    with pytest.raises(HomeError, match="version 2 by now"):
        first.change(2, [(600, "other")])
    assert (first.version(), len(first)) == (1, 5)
    assert LexicalIndex.open(tmp_path).search(["new"], 5) == second.search(["new"], 5) != []


def test_texts_are_not_held(tmp_path: Path) -> None:
    """10 MB of text go through; tantivy's own memory is bounded by its writer's heap."""
    index = LexicalIndex.open(tmp_path)
    tracemalloc.start()
    index.change(1, ((n, f"{n} " + "word" * 2_500) for n in range(1_000)), iter(range(5)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(index) == 1_000
    assert peak < 1_000_000


def test_many_small_commits_leave_few_files(tmp_path: Path) -> None:
    index = LexicalIndex.open(tmp_path)
    for version in range(1, 16):
        index.change(version, [(version, "a few words")])
    assert len(index) == 15
    # 15 segments would be more than 90 files
    assert sum(path.is_file() for path in tmp_path.rglob("*")) < 70


def test_an_error_while_texts_are_read_changes_nothing(tmp_path: Path) -> None:
    index = stored(made_up(20), tmp_path)
    before = index.search(WORDS[:2], 50)

    def texts() -> Iterator[tuple[int, str]]:
        yield 500, WORDS[0]
        raise DamageError("document d7 is damaged")

    for one in (index, filled(made_up(20))):
        with pytest.raises(DamageError, match="document d7 is damaged"):
            one.change(2, texts(), [10])
        assert (one.version(), one.search(WORDS[:2], 50)) == (1, before)
    assert LexicalIndex.open(tmp_path).search(WORDS[:2], 50) == before
    index.change(2, [(500, WORDS[0])], [10])
    assert (index.version(), len(index)) == (2, 20)


THREADS = Path("/proc/self/task")


@pytest.mark.skipif(not THREADS.exists(), reason="the system does not list threads in /proc")
def test_tantivys_threads_go_with_the_index(tmp_path: Path) -> None:
    """They look at a file twice a second; nothing may wait for the garbage collector."""
    stored(made_up(5), tmp_path)

    def running() -> int:
        return len(list(THREADS.iterdir()))

    gc.disable()
    try:
        before = running()
        for _ in range(20):
            LexicalIndex.open(tmp_path)
        deadline = time.monotonic() + 5
        while running() > before and time.monotonic() < deadline:
            time.sleep(0.05)
        assert running() <= before
    finally:
        gc.enable()


# Real sentences (from the Universal Declaration of Human Rights, articles 1, 5, 18 and 26).
LANGUAGES = {
    "Chinese": (
        ["人人生而自由，在尊严和权利上一律平等。", "任何人不得加以酷刑。",
         "人人都有受教育的权利。"],
        [("教育", 2), ("酷刑的", 1), ("尊严和权利", 0)],
    ),
    "Japanese": (
        ["すべての人間は、生れながらにして自由である。", "何人も、拷問を受けることはない。",
         "すべて人は、教育を受ける権利を有する。"],
        [("拷問", 1), ("教育を受ける", 2), ("人間", 0)],
    ),
    "Korean": (
        ["모든 인간은 태어날 때부터 자유로우며 평등하다.", "어느 누구도 고문을 받지 아니한다.",
         "모든 사람은 교육을 받을 권리를 가진다."],
        [("고문", 1), ("교육", 2), ("자유", 0)],
    ),
    "Russian": (
        ["Все люди рождаются свободными и равными.", "Никто не должен подвергаться пыткам.",
         "Каждый человек имеет право на образование."],
        [("пытка", 1), ("образования", 2), ("свободный", 0)],
    ),
    "German": (
        ["Alle Menschen sind frei und gleich an Würde geboren.", "Niemand darf gefoltert werden.",
         "Jeder hat das Recht auf Bildung und über sie zu verfügen."],
        [("wurde", 0), ("Bildung", 2), ("GEFOLTERT", 1)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_found_in_other_languages(language: str) -> None:
    texts, asked = LANGUAGES[language]
    index = filled(dict(enumerate(texts)))
    for query, expected in asked:
        found = index.search(index.terms(query), 3)
        assert found, query
        assert found[0][0] == expected, query


def test_english_terms_are_as_they_were() -> None:
    index = LexicalIndex()
    assert index.terms("The Café's 3.5 running shoes") == [
        "the",
        "cafe",
        "s",
        "3",
        "5",
        "run",
        "shoe",
    ]
    assert index.terms("BMW東京都2号x") == ["bmw", "東京", "京都", "2", "号", "x"]
