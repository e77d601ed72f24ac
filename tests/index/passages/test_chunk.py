from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embed import SentenceTransformerEmbedder
from index.passages.chunk import Draft, chunk, embedding_text
from index.passages.outline import NOT_QUOTED
from index.passages.quotable import is_declarative
from index.passages.sentences import split_sentences
from index.passages.tokens import count_tokens
from index.readers import parse
from index.types import Embedder, Parsed, Section, Span
from tests.conftest import SEEDS
from tests.fakes import FakeEmbedder


def chunked(document: Parsed, embedder: Embedder) -> list[Draft]:
    count, window = embedder.count, embedder.window
    return list(chunk(document.text, document.sections, count=count, window=window))


def plain(text: str, *sections: Section) -> Parsed:
    return Parsed(text, sections or (Section(Span(0, len(text)), "text"),))


def texts(drafts: Sequence[Draft], text: str) -> list[str]:
    return [draft.span.of(text) for draft in drafts]


def check(document: Parsed, drafts: Sequence[Draft], embedder: Embedder) -> None:
    """All that must hold of the passages of any document."""
    text = document.text
    embedded = [embedding_text(draft.headings, draft.span.of(text)) for draft in drafts]
    assert all(n <= embedder.window for n in embedder.count(embedded))
    assert all(one.span.end <= other.span.start for one, other in pairwise(drafts))
    assert all(draft.n_tokens == count_tokens(draft.span.of(text)) for draft in drafts)
    remaining = list(drafts)
    for section in document.sections:
        inside = [one for one in remaining if section.span.contains(one.span)]
        sentences = split_sentences(text, section.span)
        wanted = section.kind not in NOT_QUOTED and any(
            is_declarative(s.of(text)) for s in sentences
        )
        assert bool(inside) == wanted
        if wanted:
            check_section(text, sentences, inside)
        remaining = [one for one in remaining if one not in inside]
    assert not remaining, "a passage crosses a section"


def check_section(text: str, sentences: Sequence[Span], drafts: Sequence[Draft]) -> None:
    named = [span for draft in drafts for span in draft.sentences]
    assert tuple(dict.fromkeys(named)) == tuple(sentences), "each sentence once, in its order"
    for draft in drafts:
        whole = Span(draft.sentences[0].start, draft.sentences[-1].end)
        if draft.span != whole:
            assert len(draft.sentences) == 1
            assert whole.contains(draft.span)
    for sentence in sentences:  # a sentence in pieces loses nothing but white space
        pieces = [d.span for d in drafts if d.sentences == (sentence,)]
        if pieces:
            kept = "".join(piece.of(text) for piece in pieces)
            assert "".join(kept.split()) == "".join(sentence.of(text).split())


def test_no_passage_of_the_seeds_is_cut_short(embedder: SentenceTransformerEmbedder) -> None:
    for path in sorted(SEEDS.iterdir()):
        document = parse(path.read_bytes(), path.name)
        drafts = chunked(document, embedder)
        assert len(drafts) > 10
        check(document, drafts, embedder)


def test_a_long_numbered_list_under_long_headings_is_not_cut_short(
    embedder: SentenceTransformerEmbedder,
) -> None:
    headings = "".join(f"{'#' * n} {'Observations of the harbour ' * 9}\n\n" for n in (1, 2, 3))
    items = "".join(f"{n}. Boat {n} left.\n" for n in range(100, 400))
    document = parse(f"{headings}{items}".encode(), "boats.md")
    drafts = chunked(document, embedder)
    check(document, drafts, embedder)
    assert max(len(draft.sentences) for draft in drafts) > 10


def test_list_markers_between_sentences_count(fake: FakeEmbedder) -> None:
    document = plain("".join(f"{n}. Boats left.\n" for n in range(100, 200)))
    check(document, chunked(document, fake), fake)


@pytest.mark.parametrize("window", [12, 24, 64, 200])
def test_long_headings_never_leave_the_text_without_room(window: int) -> None:
    embedder = FakeEmbedder(window=window)
    lines = ["# " + "harbour " * 300, "## " + "x" * 5_000, "The ferry left at nine."]
    document = parse("\n\n".join(lines).encode(), "a.md")
    drafts = chunked(document, embedder)
    check(document, drafts, embedder)
    assert " ".join(texts(drafts, document.text)) == "The ferry left at nine."


def test_a_long_heading_keeps_its_first_words() -> None:
    heading = " ".join(f"word{n}" for n in range(100))
    text = f"# {heading}\n\n## Inner\n\nThe ferry left."
    (draft,) = chunked(parse(text.encode(), "a.md"), FakeEmbedder(window=64))
    outer, inner = draft.headings
    assert inner == "Inner"
    assert heading.startswith(f"{outer} ")
    assert 10 <= len(outer.split()) <= 21


def test_sections_are_not_glued(fake: FakeEmbedder) -> None:
    text = "First item.\nSecond item.\nThird item."
    starts = [0, 12, 25, len(text)]
    sections = [Section(Span(*pair), "item") for pair in pairwise(starts)]
    drafts = chunked(plain(text, *sections), fake)
    assert texts(drafts, text) == ["First item.", "Second item.", "Third item."]


def test_a_question_is_the_context_of_its_answer_and_no_passage(fake: FakeEmbedder) -> None:
    text = "— Who keeps the lighthouse?\n\n— Ada Holt keeps it.\n\nShe lives there.\n"
    ask, first, second = Span(0, 29), Span(29, 51), Span(51, len(text))
    sections = (Section(ask, "question"), Section(first, "answer"), Section(second, "answer"))
    drafts = chunked(plain(text, *sections), fake)
    assert texts(drafts, text) == ["Ada Holt keeps it.", "She lives there."]
    assert [len(draft.headings) for draft in drafts] == [1, 1]
    assert all("Who keeps the lighthouse?" in draft.headings[0] for draft in drafts)


def test_passages_are_about_equal_and_of_whole_sentences(fake: FakeEmbedder) -> None:
    text = " ".join(f"Boat {n} left the quay at nine." for n in range(20))  # 8 tokens each
    drafts = chunked(plain(text), fake)
    assert [len(draft.sentences) for draft in drafts] == [7, 7, 6]
    assert " ".join(texts(drafts, text)) == text


def test_a_long_sentence_is_cut_at_clause_ends_for_embedding_only(fake: FakeEmbedder) -> None:
    clauses = [f"Boat {n} left the quay at dawn with nine men" for n in range(12)]
    text = "Short one. " + ", ".join(clauses) + ". Another short one."
    document = plain(text)
    drafts = chunked(document, fake)
    check(document, drafts, fake)
    sentences = split_sentences(text, Span(0, len(text)))
    pieces = [draft for draft in drafts if draft.sentences == (sentences[1],)]
    assert len(pieces) > 2
    assert all(piece.span.of(text).endswith((",", ".")) for piece in pieces)


def test_a_sentence_that_fits_exactly_is_whole_and_one_token_more_is_not() -> None:
    embedder = FakeEmbedder(window=20)
    for words, passages in ((16, 1), (17, 2)):  # with the full stop and 3 special tokens
        text = " ".join(["a"] * words) + "."
        drafts = chunked(plain(text), embedder)
        assert len(drafts) == passages
        check(plain(text), drafts, embedder)


def test_little_is_counted_to_cut_what_has_no_sentence_end(fake: FakeEmbedder) -> None:
    """Counting is nearly all of the time; a search for each end took twelve times the text."""
    text = " ".join(f"harbour{n % 97} and quay{n % 89}" for n in range(8_000))
    counted = 0

    def count(texts: Sequence[str]) -> list[int]:
        nonlocal counted
        counted += sum(map(len, texts))
        return fake.count(texts)

    section = Section(Span(0, len(text)), "text")
    drafts = list(chunk(text, [section], count=count, window=fake.window))
    check(plain(text), drafts, fake)
    assert counted < 4 * len(text)


def test_a_run_without_spaces_is_cut_between_graphemes(fake: FakeEmbedder) -> None:
    family = "👩‍👩‍👧"
    document = plain(f"{family * 200}a.")
    drafts = chunked(document, fake)
    check(document, drafts, fake)
    assert len(drafts) > 2
    assert all(piece.startswith(family) for piece in texts(drafts, document.text))


WORDS = [
    *(
        "river",
        "Ada",
        "said",
        "3.5",
        "U.S.",
        "Dr.",
        "été",
        "e\u0301tude",
        "café,",
        "and",
        "because",
    ),
    *(
        "👩‍👩‍👧",
        "🏗️",
        "🇫🇷",
        "مرحبا",
        "שלום",
        "Привет,",
        "東京は大きい。",
        "a;",
        "—",
        "“quoted”",
        "x" * 150,
    ),
    *("[SEP]", "<|endoftext|>", "\u202e", "\u200b", "(b)", "1.", "-"),
]
ENDS = [".", "!", "?", "…", ".”", "。", ":", ""]
BREAKS = [
    " ",
    " ",
    " ",
    "\n",
    "\r\n",
    "\n\n",
    "\r\n\r\n",
    "\n- ",
    "\n12. ",
    "\n# ",
    "\n— ",
    "\u2028",
]
SENTENCE = st.builds(
    lambda words, end, after: " ".join(words) + end + after,
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=60),
    st.sampled_from(ENDS),
    st.sampled_from(BREAKS),
)
TEXTS = st.lists(SENTENCE, min_size=1, max_size=25).map("".join)


def parsed(text: str, name: str) -> Parsed:
    return parse(f"Ada wrote this. {text}".encode(), name)


@settings(max_examples=150)
@given(text=TEXTS, name=st.sampled_from(["a.txt", "a.md"]), window=st.sampled_from([16, 40, 256]))
def test_passages_of_any_text_hold(text: str, name: str, window: int) -> None:
    document = parsed(text, name)
    embedder = FakeEmbedder(window=window)
    check(document, chunked(document, embedder), embedder)


@settings(max_examples=40)
@given(text=TEXTS, name=st.sampled_from(["a.txt", "a.md"]))
def test_the_true_embedder_cuts_no_passage_of_any_text(
    embedder: SentenceTransformerEmbedder, text: str, name: str
) -> None:
    document = parsed(text, name)
    check(document, chunked(document, embedder), embedder)


def test_nothing_to_quote_gives_no_passage(fake: FakeEmbedder) -> None:
    assert chunked(plain("Who is it? Where? * * *"), fake) == []
    assert chunked(Parsed("", ()), fake) == []
