"""A published folder against faults: bits, files, crashes, full disks, and others at work."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import index.search.lexical
from index.errors import DamageError, HomeError
from index.home.durable import temporary_of
from index.search.lexical import LexicalIndex
from index.search.manifest import (
    FILE,
    NOTHING,
    Manifest,
    Sealed,
    check,
    collect,
    held,
    publish,
    read,
)

WORDS = ("alpha", "beta", "gamma", "delta")
Found = list[tuple[int, float]]


def texts(version: int) -> list[tuple[int, str]]:
    """What a version adds: three passages that name it."""
    return [
        (10 * version + n, f"common v{version} {WORDS[(version + n) % 4]} " + "more " * n)
        for n in range(3)
    ]


def write(folder: Path, first: int, last: int) -> None:
    """Each version adds three passages and removes the first of the version before it."""
    index = LexicalIndex.open(folder)
    for version in range(first, last + 1):
        index.change(version, texts(version), [10 * (version - 1)])


def expected(version: int) -> set[int]:
    ids = {one for v in range(1, version + 1) for one, _ in texts(v)}
    return ids - {10 * v for v in range(1, version)}


def asked(folder: Path) -> tuple[int | None, Found]:
    index = LexicalIndex.open(folder)
    return index.version(), index.search(["common", "alpha", "v2"], 1_000)


def generations(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()]


def generation(folder: Path) -> Path:
    manifest = read(folder)
    assert manifest is not None
    return folder / manifest.generation


def listed(folder: Path) -> list[Path]:
    manifest = read(folder)
    assert manifest is not None
    return [generation(folder) / name for name in manifest.files]


@pytest.fixture(scope="module")
def three_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("three") / "bm25"
    write(folder, 1, 3)
    return folder


@pytest.fixture
def good(three_versions: Path, tmp_path: Path) -> Path:
    return shutil.copytree(three_versions, tmp_path / "bm25")


def put(path: Path, data: bytes) -> None:
    """A new file: cutting one that is mapped into memory would end the process."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def refused(folder: Path, name: str) -> None:
    with pytest.raises(DamageError) as error:
        LexicalIndex.open(folder)
    assert name in str(error.value)
    assert "run 'citewell index' again" in str(error.value)


# -- bits and files ---------------------------------------------------------------------


def test_a_flipped_bit_anywhere_is_refused_with_the_files_name(good: Path) -> None:
    chance = random.Random(11)
    files = [*listed(good), good / FILE]
    assert {path.suffix for path in files} >= {".json", ".del", ".term", ".idx", ".store", ".fast"}
    for path in files:
        data = path.read_bytes()
        for bit in chance.sample(range(8 * len(data)), min(25, 8 * len(data))):
            flipped = bytearray(data)
            flipped[bit // 8] ^= 1 << bit % 8
            put(path, flipped)
            refused(good, path.name)
        put(path, data)
    assert asked(good)[0] == 3  # the files are well again


def test_what_is_not_listed_has_no_effect(good: Path) -> None:
    before = asked(good)
    inside = generation(good)
    segment = next(path for path in listed(good) if path.suffix == ".term").stem
    for path in (
        inside / ".tantivy-meta.lock",
        inside / ".tantivy-writer.lock",
        inside / f"{segment}.99.del",
        inside / "0123456789abcdef0123456789abcdef.term",
        good / "2-01234567" / "meta.json",
        temporary_of(good / FILE),
        good / "notes.txt",
    ):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"\xff not what anybody wrote")
    assert asked(good) == before
    write(good, 4, 4)
    assert asked(good)[0] == 4
    assert (good / "notes.txt").exists()
    assert not (good / "2-01234567").exists()


def cut(path: Path) -> None:
    put(path, path.read_bytes()[:-1])


def empty(path: Path) -> None:
    put(path, b"")


def grow(path: Path) -> None:
    put(path, path.read_bytes() + b"\0")


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def restore(path: Path, data: bytes) -> None:
    if path.is_dir():
        path.rmdir()
    put(path, data)


@pytest.mark.parametrize("fault", [cut, empty, grow, Path.unlink, folder_instead])
def test_a_file_that_is_not_whole_is_refused(good: Path, fault: Callable[[Path], None]) -> None:
    for path in [*listed(good), good / FILE]:
        data = path.read_bytes()
        fault(path)
        refused(good, path.name)
        restore(path, data)
    assert asked(good)[0] == 3


def test_files_that_changed_places_are_refused(good: Path) -> None:
    tried = 0
    for suffix in (".term", ".idx", ".fast", ".store", ".fieldnorm", ".json"):
        first, second, *_ = [path for path in listed(good) if path.name.endswith(suffix)]
        one, other = first.read_bytes(), second.read_bytes()
        if one == other:
            continue
        put(first, other)
        put(second, one)
        with pytest.raises(DamageError):
            LexicalIndex.open(good)
        put(first, one)
        put(second, other)
        tried += 1
    assert tried > 3


def test_the_whole_folder_of_files_is_gone(good: Path) -> None:
    shutil.rmtree(generation(good))
    refused(good, str(good))


def test_the_manifest_of_another_index_is_refused(good: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(other, 1, 3)
    shutil.copy(other / FILE, good / FILE)
    refused(good, generation(other).name)


def test_the_manifest_of_an_earlier_version_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "bm25"
    write(folder, 1, 1)
    earlier = (folder / FILE).read_bytes()
    write(folder, 2, 2)
    (folder / FILE).write_bytes(earlier)
    with pytest.raises(DamageError):
        LexicalIndex.open(folder)


@pytest.mark.parametrize(
    "wrong", [{"version": 4}, {"passages": 8}, {"files": {}}, {"generation": "3-00000000"}]
)
def test_a_manifest_that_does_not_say_what_tantivy_says_is_refused(
    good: Path, wrong: dict[str, object]
) -> None:
    """With right hashes: only what stands in the files contradicts it."""
    manifest = read(good)
    assert manifest is not None
    said = {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}
    said |= wrong
    (good / said["generation"]).mkdir(exist_ok=True)
    publish(good, Manifest(**said))
    refused(good, str(good))


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"null", b"[" * 100_000, b"\xff", b'{"manifest": {"files": []}}'],
)
def test_any_manifest_is_read_or_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / FILE).write_bytes(data)
    refused(tmp_path, FILE)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bm25").write_text("not a folder")
    refused(tmp_path / "bm25", "bm25")


def test_an_index_without_a_manifest_is_refused(tmp_path: Path) -> None:
    """So were those of the versions before there was one."""
    (tmp_path / "meta.json").write_text("{}")
    refused(tmp_path, FILE)


def test_nothing_is_built_on_damage(good: Path) -> None:
    writer = LexicalIndex.open(good)
    path = next(path for path in listed(good) if path.suffix == ".idx")
    data = path.read_bytes()
    put(path, bytes([data[0] ^ 1]) + data[1:])
    with pytest.raises(DamageError, match=path.name):
        writer.change(4, texts(4))
    path.unlink()
    with pytest.raises(DamageError, match=path.name):
        writer.change(4, texts(4))
    put(path, data)
    assert asked(good)[0] == 3


def test_what_tantivy_makes_of_damage_is_a_damage_error(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should damage ever get past the hashes: a panic of tantivy is no Exception."""
    monkeypatch.setattr(index.search.lexical, "check", lambda *_: frozenset())
    panics = []
    for path in listed(good):
        data = path.read_bytes()
        for at in range(0, len(data), 1 + len(data) // 8):
            put(path, data[:at] + bytes([data[at] ^ 128]) + data[at + 1 :])
            try:
                asked(good)
            except DamageError as error:
                panics.append(type(error.__cause__).__name__ == "PanicException")
        put(path, data)
    assert any(panics)
    assert not all(panics)


def test_what_an_open_index_reads_is_not_hashed_again(good: Path) -> None:
    manifest = read(good)
    assert manifest is not None
    seen = check(generation(good), manifest, frozenset())
    path = listed(good)[0]
    stat = path.stat()
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    with pytest.raises(DamageError, match=path.name):
        check(generation(good), manifest, seen)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert check(generation(good), manifest, seen) == seen
    with pytest.raises(DamageError, match=path.name):
        check(generation(good), manifest, frozenset())


def test_the_next_version_with_what_is_known(good: Path) -> None:
    known = LexicalIndex.open(good)
    write(good, 4, 4)
    again, anew = LexicalIndex.open(good, known), LexicalIndex.open(good)
    assert again.version() == anew.version() == 4
    assert again.search(["common"], 99) == anew.search(["common"], 99) != []
    assert known.version() == 3


# -- crashes and full disks -------------------------------------------------------------


def test_a_crash_between_commit_and_manifest(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last version is there, whole, and the next one can be made at once."""
    before = asked(good)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(index.search.lexical, "publish", stop)
        with pytest.raises(KeyboardInterrupt):
            write(good, 4, 4)
    assert len(generations(good)) == 2
    assert asked(good) == before
    write(good, 4, 4)
    assert {one for one, _ in asked(good)[1]} == expected(4)
    assert len(generations(good)) == 1


def test_what_a_crash_left_is_removed_before_more_room_is_taken(good: Path) -> None:
    left = good / "4-01234567"
    left.mkdir()

    def nothing_left() -> Iterator[tuple[int, str]]:
        assert not left.exists()
        yield 500, "new"

    LexicalIndex.open(good).change(4, nothing_left())
    assert asked(good)[0] == 4


def test_a_crash_in_the_very_first_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(folder: Path, manifest: Manifest) -> None:
        if manifest != NOTHING:
            raise KeyboardInterrupt
        publish(folder, manifest)

    with monkeypatch.context() as patch:
        patch.setattr(index.search.lexical, "publish", stop)
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path, 1, 1)
    assert asked(tmp_path) == (None, [])
    write(tmp_path, 1, 1)
    assert {one for one, _ in asked(tmp_path)[1]} == expected(1)


WRITER = (
    "import sys; from tests.index.search.test_manifest import *\n"
    "write(Path(sys.argv[1]), 1, 10_000)"
)


def started(folder: Path, program: str = WRITER) -> subprocess.Popen[bytes]:
    root = Path(__file__).parents[3]
    return subprocess.Popen([sys.executable, "-c", program, str(folder)], cwd=root)


def test_killed_at_any_time_a_whole_version_is_there(tmp_path: Path) -> None:
    chance = random.Random(3)
    for number in range(2):
        folder = tmp_path / f"bm25-{number}"
        process = started(folder)
        try:
            while (LexicalIndex.open(folder).version() or 0) < 2:
                assert process.poll() is None
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.2))
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        version, found = asked(folder)
        assert version is not None
        assert {one for one, _ in found} == expected(version)
        write(folder, version + 1, version + 1)
        assert {one for one, _ in asked(folder)[1]} == expected(version + 1)


def test_a_full_disk_leaves_the_last_version(good: Path) -> None:
    """Writes beyond a size fail, in tantivy's threads too."""
    program = (
        "import resource, sys\nfrom tests.index.search.test_manifest import *\n"
        "folder, most = Path(sys.argv[1]), resource.RLIM_INFINITY\n"
        "index = LexicalIndex.open(folder)\n"
        "for limit in (0, 100, 600, 3_000, 20_000):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))\n"
        "    try:\n"
        "        index.change(4, [(n, f'{n} {n * n} common') for n in range(100, 5_000)])\n"
        "        sys.exit(f'{limit} bytes were enough')\n"
        "    except HomeError as error:\n"
        "        assert 'cannot be written' in str(error), error\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))\n"
        "    assert index.version() == asked(folder)[0] == 3\n"
        "    assert len(generations(folder)) == 1\n"
        "write(folder, 4, 4)\n"
    )
    before = expected(3), {one for one, _ in asked(good)[1]}
    assert before[0] == before[1]
    assert started(good, program).wait(60) == 0
    assert {one for one, _ in asked(good)[1]} == expected(4)


def test_an_error_while_publishing_is_a_home_error(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_folder: Path, _manifest: Manifest) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = asked(good)
    with monkeypatch.context() as patch:
        patch.setattr(index.search.lexical, "publish", full)
        with pytest.raises(HomeError, match="No space left on device"):
            write(good, 4, 4)
    assert asked(good) == before


def test_a_file_system_without_hard_links(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    write(good, 4, 6)
    monkeypatch.undo()
    write(tmp_path / "other", 1, 6)
    assert asked(good) == asked(tmp_path / "other")
    assert {one for one, _ in asked(good)[1]} == expected(6)


def test_a_copy_that_went_wrong_is_not_built_on(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    def miscopy(source: Path, target: Path) -> None:
        data = source.read_bytes()
        target.write_bytes(data[:-1] + bytes([data[-1] ^ 4]))

    before = asked(good)
    with monkeypatch.context() as patch:
        patch.setattr(os, "link", refuse)
        patch.setattr(shutil, "copyfile", miscopy)
        with pytest.raises(DamageError, match="does not match its hash"):
            write(good, 4, 4)
    assert asked(good) == before
    assert len(generations(good)) == 1


# -- others at work ---------------------------------------------------------------------


def read_until(folder: Path, last: int) -> list[int]:
    """The versions that were seen; each must hold what it should and nothing else."""
    versions: list[int] = []
    known: LexicalIndex | None = None
    while not versions or versions[-1] < last:
        reader = LexicalIndex.open(folder, known)
        version = reader.version() or 0
        found = {one for one, _ in reader.search(["common"], 10_000)}
        assert found == (expected(version) if version else set())
        versions.append(version)
        known = reader
    return versions


def test_reading_while_the_very_first_manifest_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iterdir = Path.iterdir

    def late(folder: Path) -> Iterator[Path]:
        if not (tmp_path / FILE).exists():
            publish(tmp_path, NOTHING)
        return iterdir(folder)

    monkeypatch.setattr(Path, "iterdir", late)
    assert asked(tmp_path) == (None, [])


def test_reading_beside_a_writer_in_another_thread(tmp_path: Path) -> None:
    writer = threading.Thread(target=write, args=(tmp_path / "bm25", 1, 9))
    writer.start()
    versions = read_until(tmp_path / "bm25", 9)
    writer.join()
    assert versions == sorted(versions)
    assert len(set(versions)) > 3


def test_reading_beside_a_writer_in_another_process(tmp_path: Path) -> None:
    process = started(tmp_path / "bm25")
    try:
        versions = read_until(tmp_path / "bm25", 9)
    finally:
        process.kill()
        process.wait()
    assert versions == sorted(versions)
    assert len(set(versions)) > 3


def test_a_version_that_is_being_opened_is_not_collected(good: Path) -> None:
    opening = generation(good)
    with held(opening):
        write(good, 4, 5)
        assert all((opening / path.name).exists() for path in listed(good)[:1])
        assert opening.exists()
    manifest = read(good)
    assert manifest is not None
    collect(good, manifest.generation)
    assert not opening.exists()
    assert asked(good)[0] == 5


def test_a_reader_that_finds_its_version_gone_takes_the_next(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overtaken = iter([4, 5])

    def late(folder: Path) -> Manifest | None:
        manifest = read(folder)
        version = next(overtaken, None)
        if version is not None:
            with monkeypatch.context() as patch:
                patch.setattr(index.search.lexical, "read", read)
                write(folder, version, version)
        return manifest

    monkeypatch.setattr(index.search.lexical, "read", late)
    opened = LexicalIndex.open(good)
    assert opened.version() == 5
    assert {one for one, _ in opened.search(["common"], 99)} == expected(5)


def test_a_reader_that_is_always_late_gives_up(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter(range(1_000_000))

    def never_there(_folder: Path) -> Manifest:
        number = next(numbers)
        return Manifest(number, 1, "", f"{number}-00000000", {"meta.json": Sealed(1, "0")})

    monkeypatch.setattr(index.search.lexical, "read", never_there)
    with pytest.raises(HomeError, match="try again later"):
        LexicalIndex.open(good)
