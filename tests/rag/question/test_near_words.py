from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from index.search.lexical import LexicalIndex
from rag.question.near_words import MOST_TEXTS, Vocabulary
from rag.question.spelling import Correction, Known, corrected

TEXTS = {
    1: "The government sent a delegation to Drummond Bay.",
    2: "Countries delegate such things to their governments.",
    3: "The COMMITTEE met in Drummond Bay. The committees of the valley did not.",
    4: "Osterwald and his wife lived near the committee room.",
    5: "Émigrés came by boat, and the government paid.",
}


def vocabulary(texts: Mapping[int, str], *removed: int) -> Vocabulary:
    lexical = LexicalIndex()
    lexical.change(1, texts.items())
    lexical.change(2, [], removed)

    def holding(term: str) -> Iterator[str]:
        for passage, _ in lexical.search([term], MOST_TEXTS):
            yield texts[passage]

    return Vocabulary(lexical.terms_from, lexical.terms, lexical.document_frequency, holding)


def ask(written: str, words: Vocabulary) -> Correction | None:
    return corrected(f"Where is {written}?", [written], words.near, lambda _: False)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("govermnent", "government"),
        ("goverment", "government"),
        ("governmnets", "governments"),
        ("delagation", "delegation"),
        ("delegatoin", "delegation"),
        ("contries", "countries"),
        ("countreis", "countries"),
        ("comittee", "committee"),
        ("comittees", "committees"),
        ("Ostervald", "Osterwald"),
        ("Dummond", "Drummond"),
        ("emigrees", "émigrés"),
        ("rummond", "Drummond"),
        ("xgovernment", "government"),
    ],
)
def test_the_word_that_was_meant(written: str, meant: str) -> None:
    found = ask(written, vocabulary(TEXTS))
    assert found is not None
    assert found.question.casefold() == f"where is {meant}?".casefold()


@pytest.mark.parametrize("written", ["Zanzibar", "parliament", "delphinium", "cellar", "boar-d"])
def test_no_word_is_near(written: str) -> None:
    assert ask(written, vocabulary(TEXTS)) is None


def test_passages_and_the_usual_form() -> None:
    near = vocabulary(TEXTS).near
    assert set(near("comittee")) == {
        Known("committee", "committe", 2),
        Known("committees", "committe", 2),
    }
    assert Known("government", "govern", 3) in near("goverment")


def test_words_of_removed_passages_are_no_words() -> None:
    assert ask("Osterwalt", vocabulary(TEXTS)) is not None
    assert ask("Osterwalt", vocabulary(TEXTS, 4)) is None
