from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from index.errors import ReadError
from index.folder import Scan, read_file, resolve, scan

LIMIT = 1_000


def put(path: Path, text: str = "Some text.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def found(result: Scan) -> list[tuple[str, str]]:
    return [(Path(one.source.root).name, one.source.path) for one in result.found]


def reason(result: Scan, path: Path) -> str:
    (left,) = [one for one in result.left if one.path == path]
    assert path not in [one.path for one in result.found]
    return left.reason


def test_every_file_once_in_order_with_its_root(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("b.txt", "a/z.md", "a/b/c.TXT", "c.markdown", "a.text"):
        put(root / name)
    expected = ["a/b/c.TXT", "a/z.md", "a.text", "b.txt", "c.markdown"]
    result = scan([root], LIMIT)
    assert found(result) == [("root", name) for name in expected]
    assert result.left == ()
    assert [one.path for one in result.found] == [root / name for name in expected]
    assert {one.size for one in result.found} == {10}
    assert result.found[0].mtime_ns == (root / expected[0]).stat().st_mtime_ns
    again = scan([root / "a", root, root / "a" / "z.md"], LIMIT)
    assert found(again)[:2] == [("a", "b/c.TXT"), ("a", "z.md")]
    assert len(again.found) == 5


def test_a_named_file_has_its_folder_as_root(tmp_path: Path) -> None:
    path = put(tmp_path / "root" / "a.txt")
    assert found(scan([path], LIMIT)) == [("root", "a.txt")]


def test_names_of_any_kind(tmp_path: Path) -> None:
    names = ["a\nb.txt", "\u202egnp.txt", "👩‍👩‍👧 é.txt", "$(rm -rf).md", "  .txt", "e\u0301.txt"]
    for name in names:
        put(tmp_path / name)
    assert {one.source.path for one in scan([tmp_path], LIMIT).found} == set(names)


def test_a_name_that_is_not_utf8_is_left_with_the_reason(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(name)).write_text("Some text.")
    result = scan([tmp_path], LIMIT)
    assert "not valid UTF-8; rename it" in reason(result, Path(os.fsdecode(name)))


def test_what_is_not_read_is_left_with_the_reason(tmp_path: Path) -> None:
    large = put(tmp_path / "large.txt", "x" * (LIMIT + 1))
    put(tmp_path / "just.txt", "x" * LIMIT)
    report = put(tmp_path / "report.docx")
    bare = put(tmp_path / "README")
    hidden, inside = put(tmp_path / ".notes.txt"), put(tmp_path / ".git" / "a.txt")
    fifo = tmp_path / "fifo.txt"
    os.mkfifo(fifo)
    result = scan([tmp_path], LIMIT)
    assert [name for _, name in found(result)] == ["just.txt"]
    assert "larger than" in reason(result, large)
    assert "CITEWELL_MAX_FILE_MB" in reason(result, large)
    assert ".docx is not a format that is read yet" in reason(result, report)
    assert "files without an extension is not" in reason(result, bare)
    assert "hidden" in reason(result, hidden)
    assert "hidden" in reason(result, inside.parent)
    assert "FIFO" in reason(result, fifo)


def test_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    inside = put(root / "inside.txt")
    outside = put(tmp_path / "other" / "outside.txt")
    links = {
        "to-inside.txt": inside,
        "to-outside.txt": outside,
        "to-folder": outside.parent,
        "to-parent": root,
        "loop-a.txt": root / "loop-b.txt",
        "loop-b.txt": root / "loop-a.txt",
        "broken.txt": root / "nothing",
        "too-long.txt": Path("x" * 400),
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
    result = scan([root], LIMIT)
    assert found(result) == [("root", "inside.txt"), ("root", "to-inside.txt")]
    assert "link out of the folder" in reason(result, root / "to-outside.txt")
    assert "link to a folder" in reason(result, root / "to-folder")
    assert "link to a folder" in reason(result, root / "to-parent")
    for name in ("loop-a.txt", "loop-b.txt", "broken.txt", "too-long.txt"):
        assert "cannot be read" in reason(result, root / name)


def test_what_one_root_reads_another_does_not_leave(tmp_path: Path) -> None:
    """A link out of one root may lead into another."""
    put(tmp_path / "a.txt")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "link.txt").symlink_to(tmp_path / "a.txt")
    for paths in ([tmp_path, inner], [inner, tmp_path]):
        result = scan(paths, LIMIT)
        assert {one.path for one in result.found} == {tmp_path / "a.txt", inner / "link.txt"}
        assert result.left == ()


def test_very_deep_folders(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    try:
        for _ in range(1_500):
            os.mkdir("d", dir_fd=here)
            deeper = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = deeper
        os.close(os.open("a.txt", os.O_CREAT, dir_fd=here))
    finally:
        os.close(here)
    try:
        result = scan([tmp_path], LIMIT)
        assert [one.path.name for one in result.found] == ["a.txt"]
    finally:
        subprocess.run(["rm", "-r", str(tmp_path / "d")], check=True)  # too deep for shutil


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not stop the root user")
def test_what_may_not_be_read_is_left_with_the_reason(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    put(folder / "a.txt")
    folder.chmod(0)
    try:
        assert "cannot be read" in reason(scan([tmp_path], LIMIT), folder)
    finally:
        folder.chmod(0o700)
    path = put(tmp_path / "a.txt")
    path.chmod(0)
    with pytest.raises(ReadError, match="check its permissions"):
        read_file(path, LIMIT)


def test_resolve_says_what_is_wrong_with_a_path(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    wrong = {
        tmp_path / "missing": r"missing cannot be indexed: No such file.*Check the path",
        tmp_path / "loop": r"loop cannot be indexed: .*[Ll]oop",
        fifo: r"neither a file nor a folder: name a file or a folder",
        Path("/dev/null"): r"neither a file nor a folder",
        Path("a\0b"): r"cannot be indexed: embedded null",
        Path("x" * 5_000): r"cannot be indexed: File name too long",
    }
    for path, message in wrong.items():
        with pytest.raises(ReadError, match=message):
            resolve(path)


def test_resolve_follows_a_link_that_was_named(tmp_path: Path) -> None:
    put(tmp_path / "real" / "a.txt")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert resolve(tmp_path / "link" / ".." / "link") == (tmp_path / "real").resolve()


def test_read_file_never_waits_and_never_reads_more_than_the_limit(tmp_path: Path) -> None:
    assert read_file(put(tmp_path / "a.txt", "abc"), 3) == b"abc"
    with pytest.raises(ReadError, match="larger than"):
        read_file(tmp_path / "a.txt", 2)
    fifo = tmp_path / "fifo.txt"
    os.mkfifo(fifo)
    for path in (fifo, Path("/dev/zero"), tmp_path):
        with pytest.raises(ReadError):
            read_file(path, 3)
    with pytest.raises(ReadError, match="No such file"):
        read_file(tmp_path / "gone.txt", 3)
