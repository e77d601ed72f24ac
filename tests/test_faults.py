"""The short form of ``make faults``: some of every fault, chosen by a seed."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.faults import damage, flips, kills, order, points
from tests.faults.__main__ import of_control, of_fault, stories

needs_strace = pytest.mark.skipif(
    not points.can_trace(), reason="strace is missing, or this machine refuses ptrace"
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[points.Story]:
    return stories(tmp_path_factory.mktemp("faults"))


@needs_strace
@pytest.mark.parametrize("fault", points.FAULTS)
def test_a_run_that_is_cut_short_leaves_one_committed_state(
    told: list[points.Story], fault: str
) -> None:
    tried = 0
    for story in told:
        some = Random(7).sample(list(points.points(story, [fault])), 4)
        _, n, _, wrong = of_fault(story.name, some)
        assert wrong == []
        tried += n
    assert tried >= 4


@needs_strace
def test_a_store_that_writes_in_place_is_caught(told: list[points.Story]) -> None:
    _, tried, _, missed = of_control(told[0], Random(7), 4)
    assert (tried, missed) == (4, [])


@needs_strace
def test_what_is_said_is_on_the_disk(told: list[points.Story]) -> None:
    for story in told:
        n, wrong = order.unordered(story)
        assert n > 100
        assert wrong == []


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        (['1 pwrite64(5</h/catalogue.sqlite-wal>, "x", 1, 0) = 1'], "before the log was synced"),
        (
            [
                '1 write(5</h/bm25/.citewell.json.tmp>, "x", 1) = 1',
                '1 rename("/h/bm25/.citewell.json.tmp", "/h/bm25/citewell.json") = 0',
            ],
            "before it was synced",
        ),
        (['1 rename("/h/a.new", "/h/a") = 0'], "before /h/a was sure to have its name"),
        (['1 mkdir("/h", 0777) = 0'], "before /h was sure to have its name"),
        (
            [
                '1 write(5</h/bm25/2-ab/x.idx>, "x", 1 <unfinished ...>',
                "2 fsync(5</h/bm25/2-ab/y.idx>) = 0",
                "1 <... write resumed>) = 1",
                '1 rename("/h/bm25/.citewell.json.tmp", "/h/bm25/citewell.json") = 0',
                "1 fsync(6</h/bm25>) = 0",
            ],
            "x.idx was published before it was synced",
        ),
    ],
)
def test_a_wrong_order_is_told(lines: list[str], wrong: str) -> None:
    disk = order.Disk("/h")
    for call in order.calls([*lines, '1 writev(1<pipe:[3]>, [{iov_base="committed 2"}], 2) = 2']):
        disk.see(call)
    assert any(wrong in one for one in disk.wrong)


def test_a_right_order_is_not() -> None:
    lines = [
        '1 write(5</h/bm25/.citewell.json.tmp>, "x", 1) = 1',
        "1 fsync(5</h/bm25/.citewell.json.tmp>) = 0",
        '1 rename("/h/bm25/.citewell.json.tmp", "/h/bm25/citewell.json") = 0',
        "1 fsync(6</h/bm25>) = 0",
        '1 writev(1<pipe:[3]>, [{iov_base="committed 2"}], 2) = 2',
    ]
    disk = order.Disk("/h")
    for call in order.calls(lines):
        disk.see(call)
    assert disk.wrong == []


def test_killed_again_and_again_while_questions_are_asked(tmp_path: Path) -> None:
    asked = kills.run(tmp_path, 7, 3)
    assert asked.wrong == []
    assert asked.answers > 3


def test_damage_is_named_or_harmless(tmp_path: Path) -> None:
    world = flips.prepare(tmp_path)
    tally = flips.run(world, damage.of_files(7, 96, damage.FILES))
    assert tally.wrong == []
    assert sum(tally.counts.values()) == 96
    named = sum(n for (_, result), n in tally.counts.items() if result == flips.NAMED)
    assert named > 5


def test_damage_to_the_index_of_many_vectors_too(tmp_path: Path) -> None:
    with flips.few_are_many():
        world = flips.prepare(tmp_path)
        assert list(world.home.glob("dense/*.faiss"))
        tally = flips.run(world, damage.of_files(7, 20, damage.LARGE))
    assert tally.wrong == []
    assert sum(tally.counts.values()) == 20


def test_a_store_without_checks_is_caught(tmp_path: Path) -> None:
    world = flips.prepare(tmp_path)
    changes = [one for one in damage.of_rows(world, 7, 1) if one[0] == "row another"]
    with flips.unchecked():
        tally = flips.run(world, iter(changes))
    assert len(tally.wrong) > 3
