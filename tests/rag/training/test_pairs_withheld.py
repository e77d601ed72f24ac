"""Sentences that speak of what is asked for and do not say it."""

from __future__ import annotations

from random import Random

import pytest

from rag.training.pairs.recipe import named
from rag.training.pairs.types import Labelled, Pair, Text
from rag.training.pairs.withheld import kept_vague, left_out


def right(question: str, sentence: str, answer: str, before: str = "") -> Pair:
    start = sentence.index(answer)
    span = (start, start + len(answer))
    return Pair(question, ("Mill",), before, sentence, "", 1, span, "answer", "own", "mill")


BUILT = "The old mill was built by Ada Moreau in 1843 and burned in 1901."
DAY = "On 5 May 1843, the old mill was opened."


@pytest.mark.parametrize(
    ("pair", "left"),
    [
        (
            right("When was the mill built?", BUILT, "1843"),
            "The old mill was built by Ada Moreau and burned in 1901.",
        ),
        (
            right("By whom was the mill built?", BUILT, "Ada Moreau"),
            "The old mill was built in 1843 and burned in 1901.",
        ),
        (
            right("Who was the mill built by?", BUILT, "Ada Moreau"),
            "The old mill was built in 1843 and burned in 1901.",
        ),
        (right("What day was it opened?", DAY, "5 May 1843"), "The old mill was opened."),
        (right("What was opened on 5 May?", DAY, "the old mill"), None),
        (right("When was the mill built?", BUILT, "1843", "It is of 1843."), None),
        (right("Where is it?", "It is in Arvika.", "Arvika"), None),  # too little is left
    ],
)  # fmt: skip
def test_the_answer_is_left_out(pair: Pair, left: str | None) -> None:
    found = list(left_out(pair, [pair.sentence[slice(*pair.span or (0, 0))]]))
    assert [one.sentence for one in found] == ([left] if left else [])
    assert all((one.label, one.span, one.kind) == (0, None, "withheld") for one in found)


@pytest.mark.parametrize(
    ("pair", "begin", "end"),
    [
        (right("When was the mill built?", BUILT, "1843"),
         "The old mill was built by Ada Moreau ", " and burned in 1901."),
        (right("Who built the mill?", BUILT, "Ada Moreau"),
         "The old mill was built by ", " in 1843 and burned in 1901."),
        (right("How many people worked there?", "In 1901, 40 people worked at it.", "40"),
         "In 1901, ", " people worked at it."),
        (right("Which company owns the mill?", "Its owner is Orr Ltd of Arvika.", "Orr Ltd"),
         "Its owner is ", " of Arvika."),
    ],
)  # fmt: skip
def test_something_vague_stands_in_its_place(pair: Pair, begin: str, end: str) -> None:
    answer = pair.sentence[slice(*pair.span or (0, 0))]
    (miss,) = kept_vague(pair, [answer], Random(1))
    assert miss.sentence.startswith(begin)
    assert miss.sentence.endswith(end)
    assert answer not in miss.sentence
    assert len(miss.sentence) > len(begin + end)
    assert (miss.label, miss.span, miss.kind) == (0, None, "vague")


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("Who led it?", "Under manager Wade Phillips the mill did well.", "Wade Phillips"),
        ("How many ships sank?", "In 1901, 12 of 40 ships sank here.", "12"),
        ("Where did she live?", "She lived for years in Paris, France, with Bo.", "Paris"),
        ("Which kind of mill is it?", "It is the Dutch mill of the town.", "Dutch"),
        ("Why did it burn?", "The mill burned because of a candle.", "a candle"),
        ("How many people?", "At least forty people work at the mill.", "forty"),
    ],
)
def test_where_no_rule_fits_nothing_is_made(question: str, sentence: str, answer: str) -> None:
    assert not list(kept_vague(right(question, sentence, answer), [answer], Random(1)))


def test_a_question_names_its_topic() -> None:
    text = Text(("It was built in 1843.",), (("Arvika mill", "History"),))
    asked = Labelled("When was it built?", text, (0,), ("1843",), True, "squad1", "Arvika mill")
    made = {one.question for seed in range(30) if (one := named(asked, Random(seed)))}
    assert len(made) == 5
    assert all("Arvika mill" in one for one in made)
    known = Labelled("Who owns Arvika's mill?", text, (0,), ("x",), True, "squad1", "Arvika mill")
    assert named(known, Random(1)) is None
