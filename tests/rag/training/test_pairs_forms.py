"""Records, notes and yes/no questions, on a text of our own."""

from __future__ import annotations

from random import Random

import pytest

from rag.training.pairs.forms import field_of, in_notes, record, terse, yes_no
from rag.training.pairs.mining import UNLABELLED, Miner
from rag.training.pairs.types import Labelled, Text, places

MILL = Text(
    (
        "The mill at Ashford stands by the river.",
        "It was founded by Clara Whitlow in 1843.",
        "The mill employed 240 workers from the valley.",
    ),
    (("Ashford",),) * 3,
)


def asked(question: str, right: int, *answers: str) -> Labelled:
    return Labelled(question, MILL, (right,), answers, True, "squad1", "Ashford")


FOUNDER = asked("Who was the founder of the mill at Ashford?", 1, "Clara Whitlow")
YEAR = asked("What year was the mill founded?", 1, "1843")
WORKERS = asked("How many workers did the mill employ?", 2, "240")


@pytest.mark.parametrize(
    ("labelled", "fields"),
    [
        (FOUNDER, {"Founder (mill)", "mill – Founder"}),
        (YEAR, {"Year (mill founded)", "mill founded – Year"}),
        (WORKERS, {"Number of workers (mill employ)", "mill employ – Number of workers"}),
        (asked("What is the capital of Ashford?", 0, "Dunmere"), {"Capital of Ashford"}),
    ],
)
def test_what_is_asked_for_becomes_a_label(labelled: Labelled, fields: set[str]) -> None:
    found = [field_of(labelled, Random(seed)) for seed in range(20)]
    assert {field[0] for field in found if field} == fields
    assert {field[1] for field in found if field} == {labelled.answers[0]}


@pytest.mark.parametrize(
    "labelled",
    [
        asked("When did Clara Whitlow found the mill?", 1, "1843"),  # it names nothing
        asked("What kind of mill was it?", 1, "a paper mill"),
        asked("What year was the old mill of the river valley rebuilt by them?", 1, "1843"),
        asked("What year was it?", 1, "some time in the eighteen hundreds or so"),
        asked("What city is Ashford City?", 1, "the city of Ashford"),  # the label says it
        asked("What did the workers do for a living?", 1, "grind corn"),
        asked("What of the mill was sold?", 1, "the wheel"),
        asked("What happened when the mill was sold?", 1, "a fire"),
    ],
)
def test_no_label_where_the_rule_does_not_fit(labelled: Labelled) -> None:
    assert field_of(labelled, Random(1)) is None


def test_a_record_has_the_answer_and_other_fields_around_it() -> None:
    for seed in range(10):
        pairs = list(record(WORKERS, [FOUNDER, YEAR, WORKERS], Random(seed)))
        right = [one for one in pairs if one.label]
        assert (len(right), len(pairs)) == (1, 3)
        assert right[0].span is not None
        assert right[0].sentence[slice(*right[0].span)] == "240"
        assert right[0].headings == ("Ashford",)
        shown = [one.sentence for one in pairs]
        for place, one in enumerate(pairs):
            assert one.before == (shown[place - 1] if place else "")
            assert one.after == (shown[place + 1] if place < 2 else "")
            assert one.question == WORKERS.question
        assert {one.kind for one in pairs} == {"field", "other_field"}
    assert {tuple(one.label for one in record(WORKERS, [YEAR], Random(seed)))
            for seed in range(10)} == {(0, 1), (1, 0)}  # fmt: skip


def test_a_field_with_the_same_answer_is_no_wrong_one() -> None:
    again = asked("What number of workers was there?", 2, "240")
    assert [one.label for one in record(WORKERS, [again], Random(1))] == [1]


def test_a_question_becomes_one_of_yes_or_no() -> None:
    made = {one.question for seed in range(20) if (one := yes_no(FOUNDER, [], Random(seed)))}
    assert made == {"Was Clara Whitlow the founder of the mill at Ashford?"}
    agent = asked("Who founded the mill?", 1, "Clara Whitlow")
    other = asked("Who sold the mill?", 1, "Edmund Pell")
    made = {one.question for seed in range(20) if (one := yes_no(agent, [other], Random(seed)))}
    assert made == {
        "Was it Clara Whitlow who founded the mill?",
        "Was it Edmund Pell who founded the mill?",
    }
    found = [one for seed in range(20) if (one := yes_no(FOUNDER, [], Random(seed)))]
    assert {(one.style, one.right) for one in found} == {("yes_no", FOUNDER.right)}
    assert {one.offered for one in found} == {"Clara Whitlow"}
    hanging = asked("What was the mill known as?", 1, "Ashford Mill")
    assert not any(yes_no(hanging, [], Random(seed)) for seed in range(20))
    assert yes_no(YEAR, [], Random(1)) is None


def test_notes_have_no_articles_and_no_subject_that_the_heading_says() -> None:
    assert in_notes(MILL.sentences[1], "Ashford") == "Founded by Clara Whitlow in 1843"
    assert in_notes("The Ashford has a tower.", "Ashford") == "Tower"
    assert in_notes("The mill was sold.", "Ashford") == "Mill sold"
    start = MILL.sentences[1].index("Clara")
    pair = terse(FOUNDER.pair(1, 1, "answer", (start, start + len("Clara Whitlow"))))
    assert pair is not None
    assert pair.span is not None
    assert pair.sentence[slice(*pair.span)] == "Clara Whitlow"
    assert pair.before == "Mill at Ashford stands by river"
    assert pair.after == "Mill employed 240 workers from valley"


def test_a_note_without_the_answer_or_of_two_words_is_none() -> None:
    assert terse(FOUNDER.pair(1, 1, "answer", (0, 6))) is None  # "It was" is gone
    short = Text(("It was sold soon.",), (("Ashford",),))
    assert (
        terse(Labelled("Was it?", short, (0,), (), True, "qed", "a").pair(0, 1, "answer")) is None
    )


def test_the_nearest_sentences_are_taken_as_they_come_but_not_the_right_one() -> None:
    found = list(Miner(places([MILL])).nearest(WORKERS, 3))
    assert [one.sentence for one in found] == [MILL.sentences[0]]
    assert {(one.kind, one.label, one.span) for one in found} == {(UNLABELLED, 0, None)}
