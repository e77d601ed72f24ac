"""Pairs about the rows of tables."""

from __future__ import annotations

from collections import Counter

import pytest

from rag.training.pairs.tables import Thing, make_tables, read_things
from rag.training.pairs.types import Pair


@pytest.fixture(scope="module")
def things() -> list[Thing]:
    return read_things()


@pytest.fixture(scope="module")
def made(things: list[Thing]) -> list[tuple[str, Pair]]:
    return list(make_tables(things[:9], seed=3))


def test_what_is_listed_can_be_asked(things: list[Thing]) -> None:
    assert len({one.thing for one in things}) == len(things) > 20
    for thing in things:
        assert len(thing.instances) >= 20
        for one in thing.attributes:
            assert min(map(len, (one.names, one.values, one.questions))) > 0
            assert all("{x}" in question for question in one.questions)
            assert all("{v}" in question for question in one.reverse)
            assert not any("|" in cell for cell in (*one.names, *one.values))


def test_a_row_answers_with_the_cell_that_is_asked_for(
    things: list[Thing], made: list[tuple[str, Pair]]
) -> None:
    values = {value for thing in things for one in thing.attributes for value in one.values}
    names = {name for thing in things for name in thing.instances}
    for _, pair in made:
        if pair.label:
            assert pair.span is not None
            start, end = pair.span
            assert pair.sentence[start:end] in values | names
            assert pair.sentence[start - 2 : start] == ": "
        else:
            assert pair.span is None


def test_the_same_question_is_not_answered_by_a_table_without_its_column(
    made: list[tuple[str, Pair]],
) -> None:
    kinds = Counter(pair.kind for _, pair in made)
    assert set(kinds) == {"row", "other_row", "other_column"}
    right = {pair.question: pair for _, pair in made if pair.label}
    twins = [
        (right[pair.question], pair)
        for _, pair in made
        if pair.kind == "other_column" and pair.question in right
        and pair.group == right[pair.question].group
    ]  # fmt: skip
    assert len(twins) > 100
    for one, other in twins:
        start, end = one.span or (0, 0)
        label = one.sentence[:start].rpartition("; ")[2]
        assert label + one.sentence[start:end] not in other.sentence.split("; ")


def test_no_thing_is_on_two_sides(made: list[tuple[str, Pair]]) -> None:
    sides: dict[str, set[str]] = {}
    for side, pair in made:
        sides.setdefault(pair.group.rpartition(" ")[0], set()).add(side)
    assert all(len(found) == 1 for found in sides.values())
    assert {side for found in sides.values() for side in found} == {"train", "stop"}


def test_the_same_seed_makes_the_same_pairs(things: list[Thing]) -> None:
    first, second = (list(make_tables(things[:1], seed=5)) for _ in range(2))
    assert first == second
