from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.errors import ReadError
from index.folder.files import read_file
from index.folder.walk import Found, Left, Rules, is_mounted, resolve, walk
from index.types import Source

LIMIT = 1_000


def put(path: Path, text: str = "Some text.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def look(root: Path, within: Path | None = None, *, hidden: bool = False) -> list[Found | Left]:
    return list(walk(root, Rules(LIMIT, hidden=hidden), within))


def found(result: Sequence[Found | Left]) -> list[str]:
    return [one.source.path for one in result if isinstance(one, Found)]


def left(result: Sequence[Found | Left]) -> list[Path]:
    return [one.path for one in result if isinstance(one, Left)]


def reason(result: Sequence[Found | Left], path: Path, *, is_folder: bool = False) -> str:
    (one,) = [one for one in result if one.path == path]
    assert isinstance(one, Left)
    assert one.is_folder == is_folder
    return one.reason


def test_every_file_once_in_order_with_its_root(tmp_path: Path) -> None:
    root = tmp_path / "root"
    names = ["a/b/c.TXT", "a/z.md", "a.text", "b.txt", "c.markdown"]
    for name in reversed(names):
        put(root / name)
    result = look(root)
    assert found(result) == names
    assert [one.path for one in result] == [root / name for name in names]
    info = (root / names[0]).stat()
    assert result[0] == Found(
        Source(str(root), names[0]),
        root / names[0],
        10,
        info.st_mtime_ns,
        info.st_ctime_ns,
        info.st_ino,
    )


def test_a_named_file_has_its_folder_as_root(tmp_path: Path) -> None:
    path = put(tmp_path / "root" / "a.txt")
    put(tmp_path / "root" / "b.txt")
    (one,) = look(path)
    assert isinstance(one, Found)
    assert one.source == Source(str(path.parent), "a.txt")
    assert look(path, path) == [one]


def test_a_named_file_is_taken_though_it_is_hidden_or_ignored(tmp_path: Path) -> None:
    put(tmp_path / ".citewellignore", "*")
    assert found(look(put(tmp_path / ".a.txt"))) == [".a.txt"]


def test_what_is_not_there_gives_nothing(tmp_path: Path) -> None:
    assert look(tmp_path / "none") == []
    assert look(tmp_path, tmp_path / "none.txt") == []
    put(tmp_path / "a.txt")
    assert look(tmp_path, tmp_path / "a.txt" / "b.txt") == []
    with pytest.raises(ValueError, match="is not in the subpath"):
        look(tmp_path / "a.txt", tmp_path)
    with pytest.raises(ValueError, match="is not below"):
        look(tmp_path, tmp_path / ".." / "x")


def test_names_of_any_kind(tmp_path: Path) -> None:
    names = ["a\nb.txt", "\u202egnp.txt", "👩‍👩‍👧 é.txt", "$(rm -rf).md", "  .txt", "e\u0301.txt"]
    for name in names:
        put(tmp_path / name)
    assert found(look(tmp_path)) == sorted(names)


def test_a_name_that_is_not_utf8_is_left_with_the_reason(tmp_path: Path) -> None:
    bad = [Path(os.fsdecode(os.fsencode(tmp_path) + name)) for name in (b"/caf\xe9.txt", b"/\xff")]
    put(bad[0])
    put(bad[1] / "a.txt")
    result = look(tmp_path)
    assert found(result) == []
    assert "not valid UTF-8; rename it" in reason(result, bad[0])
    assert "not valid UTF-8; rename it" in reason(result, bad[1], is_folder=True)
    assert "not valid UTF-8; rename it" in reason(look(bad[1]), bad[1], is_folder=True)


def test_what_is_not_read_is_left_with_the_reason(tmp_path: Path) -> None:
    large = put(tmp_path / "large.txt", "x" * (LIMIT + 1))
    put(tmp_path / "just.txt", "x" * LIMIT)
    report = put(tmp_path / "report.doc")
    bare = put(tmp_path / "README")
    hidden, inside = put(tmp_path / ".notes.txt"), put(tmp_path / ".git" / "a.txt")
    fifo = tmp_path / "fifo.txt"
    os.mkfifo(fifo)
    result = look(tmp_path)
    assert found(result) == ["just.txt"]
    assert "larger than" in reason(result, large)
    assert "CITEWELL_MAX_FILE_MB" in reason(result, large)
    assert ".doc is not a format that is read (a document of Word" in reason(result, report)
    assert "a name without an ending is not a format" in reason(result, bare)
    assert "hidden" in reason(result, hidden)
    assert "hidden" in reason(result, inside.parent, is_folder=True)
    assert "FIFO" in reason(result, fifo)
    assert len(result) == 7


def test_hidden_ones_are_taken_when_asked_for(tmp_path: Path) -> None:
    put(tmp_path / ".notes.txt")
    put(tmp_path / ".git" / "a.txt")
    put(tmp_path / ".git" / ".citewellignore", "b.txt")
    put(tmp_path / ".git" / "b.txt")
    result = look(tmp_path, hidden=True)
    assert found(result) == [".git/a.txt", ".notes.txt"]
    assert left(result) == [tmp_path / ".git" / "b.txt"]


def test_the_home_of_the_index_is_never_read(tmp_path: Path) -> None:
    home = tmp_path / "docs" / "home"
    put(home / "deep" / "a.txt")
    put(tmp_path / "docs" / "homely" / "b.txt")
    (tmp_path / "docs" / "link.txt").symlink_to(home / "deep" / "a.txt")
    (tmp_path / "to-home").symlink_to(home)
    rules = Rules(LIMIT, home=tmp_path / "to-home")
    result = list(walk(tmp_path / "docs", rules))
    assert found(result) == ["homely/b.txt"]
    assert "home folder" in reason(result, home, is_folder=True)
    assert "home folder" in reason(result, tmp_path / "docs" / "link.txt")
    for within in (home, home / "deep", home / "deep" / "a.txt"):
        assert left(list(walk(tmp_path / "docs", rules, within))) == [home]
    for root in (home, home / "deep", home / "deep" / "a.txt"):
        assert left(list(walk(root, rules))) == [root]


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
    result = look(root)
    assert found(result) == ["inside.txt", "to-inside.txt"]
    assert "link out of the folder" in reason(result, root / "to-outside.txt")
    for name in ("to-folder", "to-parent"):
        assert "link to a folder" in reason(result, root / name, is_folder=True)
    for name in ("loop-a.txt", "loop-b.txt", "broken.txt", "too-long.txt"):
        assert "cannot be read" in reason(result, root / name)
    one, other = (one for one in result if isinstance(one, Found))
    assert (one.inode, one.size) == (other.inode, other.size) == (inside.stat().st_ino, 10)


def test_within_is_what_the_whole_walk_says_of_that_part(tmp_path: Path) -> None:
    for name in ("a/b/c.txt", "a/b/d.md", "a/bb.txt", "a/e.txt", "f.txt", "a/b/g.doc"):
        put(tmp_path / name)
    put(tmp_path / "a" / ".citewellignore", "e.txt")
    whole = look(tmp_path)
    assert len(whole) == 6
    assert look(tmp_path, tmp_path) == whole
    for path in tmp_path.rglob("*"):
        part = [one for one in whole if one.path == path or path in one.path.parents]
        assert look(tmp_path, path) == part


def test_within_a_folder_that_is_left_out_gives_that_folder(tmp_path: Path) -> None:
    for name in (".git/x/a.txt", "build/x/a.txt", "real/x/a.txt"):
        put(tmp_path / name)
    put(tmp_path / ".citewellignore", "build/")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for name, why in ((".git", "hidden"), ("build", "ignored by"), ("link", "link to a folder")):
        for within in (tmp_path / name, tmp_path / name / "x", tmp_path / name / "x" / "a.txt"):
            result = look(tmp_path, within)
            assert left(result) == [tmp_path / name]
            assert why in reason(result, tmp_path / name, is_folder=True)


def test_what_vanishes_or_changes_its_type_on_the_way(tmp_path: Path) -> None:
    """The walk is where it is: what was listed in a folder may be another thing by now."""
    for name in ("a.txt", "b/x.txt", "c.txt", "d/x.txt", "e.txt", "f.txt"):
        put(tmp_path / name)
    steps = walk(tmp_path, Rules(LIMIT))
    assert next(steps).path == tmp_path / "a.txt"
    shutil.rmtree(tmp_path / "b")
    (tmp_path / "c.txt").unlink()
    put(tmp_path / "c.txt" / "y.txt")
    shutil.rmtree(tmp_path / "d")
    put(tmp_path / "d")
    (tmp_path / "e.txt").unlink()
    (tmp_path / "e.txt").symlink_to(tmp_path / "e.txt")
    rest = list(steps)
    assert found(rest) == ["c.txt/y.txt", "f.txt"]
    assert "not a format" in reason(rest, tmp_path / "d")
    assert "mend it" in reason(rest, tmp_path / "e.txt")
    steps = walk(tmp_path, Rules(LIMIT))
    next(steps)
    shutil.rmtree(tmp_path)
    assert list(steps) == []


def test_a_rule_file_in_doubt_stops_the_walk(tmp_path: Path) -> None:
    put(tmp_path / "a" / "x.txt")
    file = put(tmp_path / "b" / ".citewellignore", "ok\n[z\n")
    put(tmp_path / "b" / "x.txt")
    steps = walk(tmp_path, Rules(LIMIT))
    assert next(steps).path == tmp_path / "a" / "x.txt"
    with pytest.raises(ReadError, match=rf"^{file}, line 2 is no rule"):
        next(steps)
    with pytest.raises(ReadError, match="line 2"):
        look(tmp_path, tmp_path / "b" / "x.txt")
    assert found(look(tmp_path, tmp_path / "a")) == ["a/x.txt"]
    file.unlink()
    file.symlink_to(put(tmp_path / "rules"))
    with pytest.raises(ReadError, match="is a link: put the rules themselves there"):
        look(tmp_path)
    file.unlink()
    file.mkdir()
    with pytest.raises(ReadError, match=r"cannot be read|not a regular file"):
        look(tmp_path)


def test_very_deep_folders(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    depth = min(2_000, (4_000 - len(str(tmp_path))) // 2)
    try:
        for at in range(depth + 200):
            os.mkdir("d", dir_fd=here)
            deeper = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = deeper
            if at in (depth - 1, depth + 199):
                os.close(os.open("a.txt", os.O_CREAT, dir_fd=here))
    finally:
        os.close(here)
    try:
        result = look(tmp_path)
        assert found(result) == ["d/" * depth + "a.txt"]
        (too_long,) = left(result)
        assert "too long: shorten" in reason(result, too_long)
        assert is_mounted(tmp_path)
    finally:
        subprocess.run(["rm", "-r", str(tmp_path / "d")], check=True)  # too deep for shutil


def test_what_counts_as_mounted(tmp_path: Path) -> None:
    assert not is_mounted(tmp_path / "none")
    assert not is_mounted(tmp_path)
    put(tmp_path / ".Trash" / "a.txt")
    put(tmp_path / ".DS_Store")
    (tmp_path / "disk" / "empty").mkdir(parents=True)
    assert not is_mounted(tmp_path)
    path = put(tmp_path / "disk" / "deep" / "a.bin")
    assert is_mounted(tmp_path)
    assert is_mounted(path)
    assert not is_mounted(path / "b")


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not stop the root user")
def test_what_may_not_be_read_is_left_with_the_reason(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    put(folder / "a.txt")
    for mode in (0, 0o400):  # not to be listed; listed, but not to be entered
        folder.chmod(mode)
        try:
            result = look(tmp_path)
            assert found(result) == []
            assert all("check its permissions" in one.reason for one in result)  # type: ignore[union-attr]
            assert len(result) == 1
            assert not is_mounted(folder) or mode
        finally:
            folder.chmod(0o700)
    path = put(tmp_path / "a.txt")
    path.chmod(0)
    with pytest.raises(ReadError, match="check its permissions"):
        read_file(path, LIMIT)
    rules = put(tmp_path / ".citewellignore")
    rules.chmod(0)
    with pytest.raises(ReadError, match=r"citewellignore cannot be read.*check its permissions"):
        look(tmp_path)


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
