from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.home.durable import (
    make_folder,
    set_aside,
    sha256_of,
    sync_folder,
    temporary_of,
    write_durably,
)


class Disk:
    """The real calls, noted down; the ``fails``-th of one name does not work."""

    def __init__(self, name: str = "", fails: int = 0) -> None:
        self.calls: list[tuple[str, str]] = []
        self._name, self._left = name, fails

    def fsync(self, fd: int, /) -> None:
        self._note("fsync", str(Path(f"/proc/self/fd/{fd}").readlink()))
        os.fsync(fd)

    def replace(self, src: Path, dst: Path, /) -> None:
        self._note("replace", str(dst))
        src.replace(dst)

    def _note(self, name: str, path: str) -> None:
        self.calls.append((name, Path(path).name))
        self._left -= name == self._name
        if name == self._name and self._left == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("data", [b"", b"new", bytes(range(256)) * 5_000])
def test_a_new_file_and_one_that_is_replaced(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file"
    write_durably(path, data)
    assert path.read_bytes() == data
    write_durably(path, data[::-1] + b"!")
    assert path.read_bytes() == data[::-1] + b"!"
    assert names(tmp_path) == ["file"]


def test_content_first_then_the_name_then_the_folder(tmp_path: Path) -> None:
    disk = Disk()
    path = tmp_path / "file"
    write_durably(path, b"new", system=disk)
    assert disk.calls == [
        ("fsync", temporary_of(path).name),
        ("replace", "file"),
        ("fsync", tmp_path.name),
    ]


def test_each_new_folder_is_made_sure_in_the_one_above(tmp_path: Path) -> None:
    disk = Disk()
    make_folder(tmp_path / "a" / "b", system=disk)
    assert (tmp_path / "a" / "b").is_dir()
    assert disk.calls == [("fsync", tmp_path.name), ("fsync", "a")]


def test_a_folder_that_is_there_needs_nothing(tmp_path: Path) -> None:
    disk = Disk("fsync", 1)
    make_folder(tmp_path, system=disk)
    assert disk.calls == []


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_an_error_leaves_the_old_file(tmp_path: Path, failing: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="No space left"):
        write_durably(path, b"new", system=Disk(failing, 1))
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_an_error_after_the_rename_leaves_the_new_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="No space left"):
        write_durably(path, b"new", system=Disk("fsync", 2))
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["file"]


def test_a_disk_that_takes_only_a_part_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from index.home.durable import write_durably\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write_durably(Path(sys.argv[1]), bytes(5000))\n"
        "except OSError: sys.exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert done.returncode == 9
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_what_a_crash_left_is_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "file"
    temporary_of(path).write_bytes(b"half of something much longer")
    write_durably(path, b"new")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["file"]


def test_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_durably(tmp_path / "missing" / "file", b"new")
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "missing")


def test_the_hash_is_of_all_bytes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for data in (b"", b"abc", bytes(3_000_001)):
        path.write_bytes(data)
        assert sha256_of(path) == hashlib.sha256(data).hexdigest()


@pytest.fixture(params=["file", "folder", "broken link"])
def damaged(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "bm25"
    if request.param == "file":
        path.write_text("damaged")
    elif request.param == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "nowhere")
    return path


def test_damage_is_renamed_to_a_name_that_is_free(tmp_path: Path, damaged: Path) -> None:
    (tmp_path / "bm25.damaged-1").mkdir()
    (tmp_path / "bm25.damaged-1" / "kept").write_text("kept")
    (tmp_path / "bm25.damaged-2").symlink_to(tmp_path / "nowhere")
    before = damaged.lstat().st_ino
    aside = set_aside(damaged)
    assert aside == tmp_path / "bm25.damaged-3"
    assert aside.lstat().st_ino == before
    assert not os.path.lexists(damaged)
    assert (tmp_path / "bm25.damaged-1" / "kept").read_text() == "kept"


def test_nothing_is_set_aside_where_nothing_is(tmp_path: Path) -> None:
    assert set_aside(tmp_path / "bm25") is None
    assert names(tmp_path) == []
