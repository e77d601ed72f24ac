"""A disk without any room: who wants to read goes on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.index.desk import Desk

MAPS = "Ada Holt keeps the maps. She draws them herself."
OWN_DISK = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
MOUNT = 'mount -t tmpfs -o size=4m none "$0" && '
SCRIPT = """
import sys
from pathlib import Path
from index.errors import HomeError
from tests.index.desk import Desk

folder = Path(sys.argv[1])
desk = Desk(folder)
desk.put("a.txt", "Ada Holt keeps the maps.")
desk.run()
desk.index.snapshot()
desk.index.close()
with (folder / "fill").open("wb", buffering=0) as fill:
    try:
        while fill.write(bytes(512)):
            pass
    except OSError:
        pass
for _ in range(2):
    desk.index = desk.open()
    assert desk.texts() == ["Ada Holt keeps the maps."]
    assert desk.index.snapshot().bm25("maps", 9)
    desk.index.close()
(desk.root / "a.txt").rename(desk.root / "b.txt")
desk.index = desk.open()
try:
    desk.run()
except HomeError as error:
    print(error)
desk.index.close()
(folder / "fill").unlink()
desk.index = desk.open()
assert desk.statuses() == {"b.txt": "renamed"}
"""


def has_own_disk(folder: Path) -> bool:
    """Whether this machine lets anybody mount a small disk that only his processes see."""
    if shutil.which("unshare") is None:
        return False
    command = [*OWN_DISK, MOUNT + "true", str(folder)]
    return subprocess.run(command, capture_output=True).returncode == 0


def test_a_full_disk_is_read_by_processes_that_come_later(tmp_path: Path) -> None:
    if not has_own_disk(tmp_path):
        pytest.skip("this machine lets nobody mount a small disk of his own")
    command = [*OWN_DISK, MOUNT + 'exec "$1" -c "$2" "$0"', str(tmp_path), sys.executable, SCRIPT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert "disk" in done.stdout


def test_what_readers_need_stays_on_the_disk_and_the_log_is_empty(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.put("a.txt", MAPS)
    desk.run()
    desk.index.close()
    for _ in range(2):
        assert (desk.home / "catalogue.sqlite-shm").stat().st_size == 32_768
        assert (desk.home / "catalogue.sqlite-wal").stat().st_size == 0
        reader = desk.open()
        assert reader.snapshot().n_documents == 1
        reader.close()
