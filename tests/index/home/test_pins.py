"""Marks of what is read: they hold as long as their reader lives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Thread

from index.home.pins import FOLDER, Pin, oldest

HOLD = """
import sys, pathlib
from index.home.pins import Pin
pin = Pin(pathlib.Path(sys.argv[1]))
pin.hold(int(sys.argv[2]))
print("held", flush=True)
sys.stdin.read()
"""


def files(home: Path) -> list[Path]:
    return list((home / FOLDER).iterdir())


def test_nobody_reads_a_new_home(tmp_path: Path) -> None:
    assert oldest(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_the_oldest_of_all_readers(tmp_path: Path) -> None:
    pins = [Pin(tmp_path) for _ in range(3)]
    for pin, version in zip(pins, (7, 5, 123), strict=True):
        pin.hold(version)
    assert oldest(tmp_path) == 5
    pins[1].hold(9)
    assert oldest(tmp_path) == 7
    pins[0].release()
    assert oldest(tmp_path) == 9
    for pin in pins:
        pin.release()
        pin.release()
    assert oldest(tmp_path) is None
    assert files(tmp_path) == []


def test_a_pin_can_be_held_again(tmp_path: Path) -> None:
    pin = Pin(tmp_path)
    pin.hold(4)
    pin.release()
    pin.hold(6)
    assert oldest(tmp_path) == 6
    assert len(files(tmp_path)) == 1
    pin.release()


def test_a_process_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    mine = Pin(tmp_path)
    mine.hold(8)
    command = [sys.executable, "-c", HOLD, str(tmp_path), "3"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert oldest(tmp_path) == 3
        other.kill()
        other.wait()
        assert oldest(tmp_path) == 8
    assert len(files(tmp_path)) == 1
    mine.release()


def test_a_mark_that_says_nothing_yet_holds_everything(tmp_path: Path) -> None:
    pin = Pin(tmp_path)
    pin._take()
    assert oldest(tmp_path) == 0
    pin.release()


def test_a_mark_with_nonsense_in_it_holds_everything(tmp_path: Path) -> None:
    pin = Pin(tmp_path)
    pin.hold(5)
    (path,) = files(tmp_path)
    path.write_bytes(b"\xff" * 20)
    assert oldest(tmp_path) == 0
    pin.release()


def test_a_home_where_no_mark_can_be_made_is_read_without_one(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file")
    pin = Pin(tmp_path)
    pin.hold(5)
    assert oldest(tmp_path) is None
    pin.release()
    assert (tmp_path / FOLDER).read_text() == "a file"


def test_marks_are_made_while_others_are_cleared_away(tmp_path: Path) -> None:
    """A mark that was found before its lock was on it is made anew."""
    done: list[bool] = []

    def clear() -> None:
        while not done:
            oldest(tmp_path)

    thread = Thread(target=clear)
    thread.start()
    try:
        for version in range(1, 300):
            pin = Pin(tmp_path)
            pin.hold(version)
            assert oldest(tmp_path) == version
            pin.release()
    finally:
        done.append(True)
        thread.join()
