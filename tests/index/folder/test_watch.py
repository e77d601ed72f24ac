"""Real files, really watched. Waiting is for an event and ends with it; the limit is generous."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.folder.walk import Found, Rules, walk
from index.folder.watch import changes, fold

LIMIT_S = 30.0
RULES = Rules(max_bytes=1_000)


def put(path: Path, text: str = "Some text.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


class Told:
    """What ``changes`` tells, gathered by a thread."""

    def __init__(self, roots: list[Path], rules: Rules, every_s: float) -> None:
        self.stop = threading.Event()
        self._batches: list[set[Path]] = []
        self._news = threading.Condition()
        self._errors: list[BaseException] = []
        self.thread = threading.Thread(target=self._run, args=(roots, rules, every_s))
        self.thread.start()

    def _run(self, roots: list[Path], rules: Rules, every_s: float) -> None:
        try:
            for batch in changes(roots, self.stop, rules, every_s):
                with self._news:
                    self._batches.append(batch)
                    self._news.notify()
        except BaseException as error:
            self._errors.append(error)

    def until(self, *paths: Path, times: int = 1) -> list[set[Path]]:
        """The batches since the last call; waits until each path was told so many times."""

        def enough() -> bool:
            return all(sum(path in one for one in self._batches) >= times for path in paths)

        with self._news:
            done = self._news.wait_for(enough, LIMIT_S)
            assert not self._errors
            assert done, f"told {self._batches}, waited for {paths}"
            batches, self._batches = self._batches, []
        return batches


@contextmanager
def watching(*roots: Path, rules: Rules = RULES, every_s: float = 600.0) -> Iterator[Told]:
    told = Told(list(roots), rules, every_s)
    try:
        yield told
    finally:
        told.stop.set()
        told.thread.join(LIMIT_S)
        assert not told.thread.is_alive()


def union(batches: list[set[Path]]) -> set[Path]:
    return set().union(*batches)


def test_what_editors_and_people_do(tmp_path: Path) -> None:
    a, b, sub = tmp_path / "a.txt", tmp_path / "b.txt", tmp_path / "sub"
    put(a)
    put(sub / "deep" / "x.txt")
    with watching(tmp_path) as told:
        assert told.until(tmp_path) == [{tmp_path}]  # the roots, as soon as they are watched
        batches = told.until(put(a, "Changed."))
        b.write_text("Replaced.")
        b.replace(a)
        batches += told.until(a, b)
        a.rename(b)
        batches += told.until(a, b)
        b.unlink()
        batches += told.until(b)
        batches += told.until(put(sub / "deep" / "x.txt", "Changed."))
        assert union(batches) == {a, b, sub / "deep" / "x.txt"}


def test_a_saved_file_is_told_soon(tmp_path: Path) -> None:
    with watching(tmp_path) as told:
        told.until(tmp_path)
        waits = []
        for number in range(5):
            path = tmp_path / f"{number}.txt"
            started = time.monotonic()
            put(path)
            told.until(path)
            waits.append(time.monotonic() - started)
        assert min(waits) < 0.3  # of five: other processes may hold any of them up


def test_folders_that_are_made_moved_and_made_anew(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    put(outside / "in" / "x.txt")
    root.mkdir()
    with watching(root) as told:
        told.until(root)
        put(root / "new" / "deep" / "a.txt")
        told.until(root / "new", times=2)  # the second time when it is watched
        put(root / "new" / "deep" / "a.txt", "Changed.")
        told.until(root / "new" / "deep" / "a.txt")
        (root / "new").rename(root / "other")
        assert {root / "new", root / "other"} <= union(told.until(root / "other", times=2))
        put(root / "other" / "deep" / "b.txt")
        told.until(root / "other" / "deep" / "b.txt")
        (root / "other").rename(outside / "out")
        told.until(root / "other")
        (outside / "in").rename(root / "in")
        told.until(root / "in", times=2)
        put(root / "in" / "x.txt", "Changed.")
        told.until(root / "in" / "x.txt")
        shutil.rmtree(root / "in")
        put(root / "in" / "y.txt")
        told.until(root / "in", times=2)
        put(root / "in" / "y.txt", "Changed.")
        told.until(root / "in" / "y.txt")


def test_what_is_hidden_and_the_home_are_left_out(tmp_path: Path) -> None:
    root, home = tmp_path / ".root", tmp_path / ".root" / "home"
    put(root / ".git" / "x.txt")
    put(root / "docs" / "x.txt")
    put(home / "y.txt")
    with watching(root, rules=Rules(1_000, home=home)) as told:
        told.until(root)
        for path in (root / ".a.txt", root / ".git" / "x.txt", home / "y.txt", home / "z" / "a"):
            put(path, "Changed.")
        batches = told.until(put(root / "b.txt"))
        put(root / "docs" / ".citewellignore")
        batches += told.until(root / "docs")
        put(root / ".git" / ".citewellignore")
        batches += told.until(put(root / "c.txt"))
        assert union(batches) == {root / "b.txt", root / "docs", root / "c.txt"}
    with watching(root, rules=Rules(1_000, hidden=True)) as told:
        told.until(root)
        put(root / ".git" / "x.txt")
        told.until(root / ".git" / "x.txt")


def test_a_link_out_of_the_root_is_not_watched(tmp_path: Path) -> None:
    root = tmp_path / "root"
    put(tmp_path / "other" / "x.txt")
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "other")
    with watching(root) as told:
        told.until(root)
        (root / "later").symlink_to(tmp_path / "other")
        told.until(root / "later")
        put(tmp_path / "other" / "x.txt", "Changed.")
        put(root / "b.txt")
        assert union(told.until(root / "b.txt")) == {root / "b.txt"}


def test_a_root_that_is_a_file(tmp_path: Path) -> None:
    a, other = put(tmp_path / "a.txt"), put(tmp_path / "other.txt")
    with watching(a) as told:
        assert told.until(a) == [{a}]
        put(other, "Changed.")
        put(tmp_path / "sub" / "x.txt")
        put(a, "Changed.")
        assert union(told.until(a)) == {a}
        other.replace(a)
        assert union(told.until(a)) == {a}
        a.unlink()
        assert union(told.until(a)) == {a}
        put(a, "There again.")
        assert union(told.until(a)) == {a}


def test_a_root_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    gone, stays = tmp_path / "disk" / "gone", tmp_path / "stays"
    put(gone / "a.txt")
    put(stays / "b.txt")
    with watching(gone, stays) as told:
        told.until(gone, stays)
        (tmp_path / "disk").rename(tmp_path / "away")
        assert told.until(gone) == [{gone}]
        put(stays / "b.txt", "Changed.")
        assert union(told.until(stays / "b.txt")) == {stays / "b.txt"}  # gone was told once
        (tmp_path / "away").rename(tmp_path / "disk")
        told.until(gone, stays)
        put(gone / "a.txt", "Changed.")
        told.until(gone / "a.txt")
        shutil.rmtree(gone)
        gone.mkdir()
        told.until(gone, stays)
        put(gone / "c.txt")
        told.until(gone / "c.txt")


def test_a_root_that_is_missing_at_first(tmp_path: Path) -> None:
    with watching(tmp_path / "later") as told:
        told.until(tmp_path / "later")
        put(tmp_path / "later" / "a.txt")
        told.until(tmp_path / "later")
        put(tmp_path / "later" / "a.txt", "Changed.")
        told.until(tmp_path / "later" / "a.txt")


def test_a_burst_comes_in_few_batches_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    """As the caller does it: what was found by looking at what was told is all there is."""
    with watching(tmp_path) as told:
        told.until(tmp_path)
        for number in range(1_500):
            put(tmp_path / str(number % 30) / f"{number}.txt", "")
        put(tmp_path / "last.txt")
        batches = told.until()
        found: set[Path] = set()
        n_batches = 0
        ends = time.monotonic() + LIMIT_S
        while len(found) < 1_501 and time.monotonic() < ends:
            for path in union(batches):
                looked = walk(tmp_path, RULES, path)
                found |= {one.path for one in looked if isinstance(one, Found)}
            n_batches += len(batches)
            time.sleep(0.05)
            batches = told.until()
        assert len(found) == 1_501
        assert n_batches < 100


def test_many_paths_are_told_as_fewer(tmp_path: Path) -> None:
    one, two, inner = tmp_path / "one", tmp_path / "two", tmp_path / "one" / ".in" / "ner"
    roots = [one, two, inner]
    assert fold({one / "a" / "b.txt", one / "a", one / "c", two}, roots) == {
        one / "a",
        one / "c",
        two,
    }
    assert fold(set(roots), roots) == set(roots)  # what is below a root may be no part of it
    many = {one / f"{number}.txt" for number in range(1_000)}
    assert fold(many, roots) == many
    assert fold(many | {one / "x.txt"}, roots) == {one}


def test_a_name_that_is_not_utf8_does_not_end_it(tmp_path: Path) -> None:
    """The library ends at each event of such a file, be it that somebody reads it."""
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    put(folder / "x.txt")
    with watching(tmp_path) as told:
        told.until(tmp_path)
        for _ in range(2):
            assert len(list(folder.iterdir())) == 1
            batches = told.until(tmp_path, times=2)  # when it ends and when it has begun anew
            assert union(batches) == {tmp_path}
        put(tmp_path / "a.txt")
        told.until(tmp_path / "a.txt")


def test_everything_is_told_again_now_and_then(tmp_path: Path) -> None:
    with watching(tmp_path, every_s=0.5) as told:
        for _ in range(3):
            told.until(tmp_path)


def test_polling_tells_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")
    monkeypatch.setenv("WATCHFILES_POLL_DELAY_MS", "50")
    a = put(tmp_path / "sub" / "a.txt")
    for path in (a, tmp_path):  # it goes by whole seconds
        os.utime(path, (1_000_000_000, 1_000_000_000))
    with watching(tmp_path) as told:
        told.until(tmp_path)
        put(a, "Changed.")
        told.until(a)
        b = put(tmp_path / "new" / "b.txt")
        os.utime(b, (1_000_000_000, 1_000_000_000))
        told.until(tmp_path)  # the folder that has got another one
        told.until(tmp_path / "new")  # again, when it is watched
        put(b, "Changed.")
        told.until(b)


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not stop the root user")
def test_a_folder_that_may_not_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    put(tmp_path / "b" / "x.txt")
    (tmp_path / "a").mkdir(mode=0)
    try:
        with watching(tmp_path) as told:
            told.until(tmp_path)
            put(tmp_path / "b" / "x.txt", "Changed.")
            told.until(tmp_path / "b" / "x.txt")
            (tmp_path / "a").chmod(0o700)
            told.until(tmp_path / "a", times=2)
            put(tmp_path / "a" / "y.txt")
            told.until(tmp_path / "a" / "y.txt")
    finally:
        (tmp_path / "a").chmod(0o700)
