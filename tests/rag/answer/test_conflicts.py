from __future__ import annotations

import pytest

from rag.answer.conflicts import Conflict, conflicts, rivals


def found(*sentences: str) -> list[tuple[int, int, str, tuple[str, str]]]:
    return [(one.first, one.second, one.kind, one.values) for one in conflicts(sentences)]


@pytest.mark.parametrize(
    ("one", "other", "kind", "values"),
    [
        ("In the exercise 2,500 sailors take part.",
         "In the exercise, 3.6 thousand sailors take part.",
         "number", ("2,500", "3.6 thousand")),
        ("The yard in Arl employs 300 workers.", "Two hundred workers are employed by the yard "
         "in Arl.", "number", ("300", "Two hundred")),
        ("The tunnel under the Sund is 30 km long.", "The tunnel under the Sund is 42 km long.",
         "number", ("30 km", "42 km")),
        ("The ferry cost the town $3 million.", "The ferry cost the town $4.5 million.",
         "number", ("$3 million", "$4.5 million")),
        ("The storm destroyed 40 houses in Arl in 1921.",
         "In 1921, the storm destroyed 70 houses in Arl.", "number", ("40", "70")),
        ("At least 300 sailors drowned off Arl.", "Only 120 sailors drowned off Arl.",
         "number", ("300", "120")),
        ("Ada Moreau was born in Arl in 1921.", "Ada Moreau was born in Arl on 5 May 1922.",
         "date", ("1921", "5 May 1922")),
        ("The lighthouse was built in 1843.", "The lighthouse was built in 1850.",
         "date", ("1843", "1850")),
        ("The bridge over the Sund was opened on 3 May 1932 by King Olav.",
         "The bridge over the Sund was opened in 1933.", "date", ("3 May 1932", "1933")),
        ("The old lighthouse was designed by Ada Moreau.",
         "The old lighthouse was designed by the engineer Li Wei.", "name",
         ("Ada Moreau", "Li Wei")),
        ("The captain of the ferry was Ada Moreau.", "The captain of the ferry was Li Wei.",
         "name", ("Ada Moreau", "Li Wei")),
        ("The capital of the island is Arl.", "The capital of the island is Brest.",
         "name", ("Arl", "Brest")),
    ],
)  # fmt: skip
def test_contradictions(one: str, other: str, kind: str, values: tuple[str, str]) -> None:
    if "Only" in other:  # "only" may mean that others are counted: careful, so none
        assert found(one, other) == []
        return
    assert found(one, other) == [(0, 1, kind, values)]
    assert found(other, one) == [(0, 1, kind, values[::-1])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # the same
        ("The yard employs 300 workers.", "The yard employs three hundred workers."),
        ("The yard employs about 300 workers.", "The yard employs 304 workers."),
        ("The yard employs more than 300 workers.", "The yard employs 350 workers."),
        ("Ada Moreau was born in 1921.", "Ada Moreau was born on 5 May 1921."),
        ("The lighthouse was designed by Ada Moreau.", "The lighthouse was designed by Moreau."),
        # another time, place or thing
        ("In 1919 the yard built 30 ships.", "In 1920 the yard built 40 ships."),
        ("The yard in Arl employs 300 workers.", "The yard in Brest employs 200 workers."),
        ("The yard employs 300 workers.", "The yard employs 90 workers in Brest."),
        ("The yard employs 300 workers now.", "The yard formerly employed 400 workers."),
        ("The yard will employ 300 workers.", "The yard employs 200 workers."),
        ("The yard employs 300 workers.", "The yard employs 40 engineers."),
        ("The yard employs 300 men.", "The yard employs 40 women."),
        ("The yard does not employ 300 workers.", "The yard employs 200 workers."),
        ("The yard employs 300 workers and owns 12 ships.", "The yard owns 14 docks."),
        ("The first bridge was opened in 1932.", "The second bridge was opened in 1950."),
        ("A bridge was opened in Arl in 1932.", "A bridge was opened in Arl in 1950."),
        ("The harbour wall of Arl was raised in 1932.",
         "The harbour wall of Arl was raised in 1950."),
        ("Ada Moreau was born in 1921.", "Li Wei was born in 1930."),
        ("Ada Moreau was born in 1921.", "Ada Moreau died in 1990."),
        ("Article 5 grants the town 300 acres.", "Article 6 grants the town 500 acres."),
        # several may be true
        ("Ada Moreau lives in the harbour town.", "Li Wei lives in the harbour town."),
        ("The council of Arl includes Ada Moreau.", "The council of Arl includes Li Wei."),
        ("The letter was read by Ada Moreau.", "The letter was read by Li Wei."),
        ("A painting of the town was painted by Ada Moreau.",
         "A painting of the town was painted by Li Wei."),
        ("The lighthouse was built by Ada Moreau.", "The lighthouse was built in 1921."),
        # too little or too much is said
        ("It has 300.", "It has 200."),
        ("2,500 sailors take part in the exercise.", "On the list there are 3.6 thousand."),
        ("The yard employs 300 workers and 20 clerks.", "The yard employs 200 workers, 30 clerks."),
        ("The town of Arl lies at the mouth of the river and has a yard that employs 300 workers.",
         "The yard employs 200 workers."),
        ("", ""),
        ("Wool is dear.", "Wool is dear."),
    ],
)  # fmt: skip
def test_what_is_no_contradiction(one: str, other: str) -> None:
    assert found(one, other) == []
    assert found(other, one) == []


def test_all_pairs_in_order() -> None:
    sentences = ["The yard employs 300 workers.", "Wool is dear.", "The yard employs 200 workers.",
                 "The yard employs two hundred workers."]  # fmt: skip
    assert [(one.first, one.second) for one in conflicts(sentences)] == [(0, 2), (0, 3)]
    assert conflicts([]) == []


def test_the_warning() -> None:
    one = Conflict(0, 3, "number", ("2,500", "3.6 thousand"))
    assert one.warning(1, 2) == (
        "Two quotes give different numbers: “2,500” [1] and “3.6 thousand” [2]."
    )
    assert "different dates" in Conflict(0, 1, "date", ("1921", "1922")).warning(1, 2)
    assert "different names" in Conflict(0, 1, "name", ("Ada", "Li")).warning(1, 2)
    (loose,) = rivals("number", ["There are 2,500 sailors.", "The roll is of 3,600."])
    assert loose.warning(1, 2) == (
        "Two quotes give different numbers, perhaps not of the same thing: "
        "“2,500” [1] and “3,600” [2]."
    )


@pytest.mark.parametrize(
    ("answer_type", "one", "other", "values"),
    [
        ("number", "At present there are about 2,500 sailors.",
         "The fleet as listed in the roll – 3.6 thousand.", ("2,500", "3.6 thousand")),
        ("number", "At present there are about 2,500 sailors.", "The roll names 3,600 sailors.",
         ("2,500", "3,600")),
        ("date", "He came in 1921.", "It was in May 1923 that he came.", ("1921", "May 1923")),
        ("money", "They gave $300 for it.", "It was sold at $500.", ("$300", "$500")),
        ("number", "There are 2,500 sailors.", "There are 70 ships.", None),
        ("number", "They went under Articles 2 and 4.", "There are 70 ships.", None),
        ("number", "There are 2,500 sailors.", "There are about 2.5 thousand.", None),
        ("number", "There are 2,500 sailors.", "There are 12 officers and 300 sailors.", None),
        ("number", "The share is 20%.", "The fleet has 30 ships.", None),
        ("number", "He came in 1921.", "It was in May 1923 that he came.", None),
        ("person", "There are 2,500 sailors.", "There are 2,600 sailors.", None),
    ],
)  # fmt: skip
def test_rivals(answer_type: str, one: str, other: str, values: tuple[str, str] | None) -> None:
    assert [pair.values for pair in rivals(answer_type, [one, other])] == (
        [values] if values else []
    )


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("When were the Osprey and the Plover launched?", "The Osprey was launched in 1931.",
         "In 1944 the Plover left the yard."),
        ("When were Dock 3 and Dock 5 dug?", "Dock 3 was dug in 1931.",
         "They dug Dock 5 in 1944."),
    ],
)  # fmt: skip
def test_values_of_two_things_that_are_asked_for_do_not_differ(
    question: str, one: str, other: str
) -> None:
    assert rivals("date", [one, other], question) == []
    assert rivals("date", [one, other], "When was it done?")
    assert rivals("date", [one, other], "When was the Osprey or Dock 3 seen?")
