"""``.citewellignore`` against git's own answers for the same lines in ``.gitignore``."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.errors import ReadError
from index.folder.ignore import NAME, Ignore, parse
from index.folder.walk import Found, Left, Rules, walk

GIT = shutil.which("git")
NAMES = ["a", "b", "ab", "foo", "bar", "foo.txt", "a.txt", "b.md", "x y", "[a]", "a*b", "a-b"]
NAMES += ["1", "A", "foo bar ", "!x", "#x", "a\\b", "z]"]
PIECES = ["a", "b", "o", "f", "*", "?", "[ab]", "[!a]", "[a-c]", "[^a-z]", "[[:alpha:]]", "[]a]"]
PIECES += ["[[:digit:]x]", "[!]a]", "[a\\-c]", "[a-]", ".txt", ".md", "\\*", "\\[", "foo", "\\ "]

# What is ignored of a tree: path from the root -> (its rule file, the line).
Answers = dict[str, tuple[str, int]]


def says(lines: str, path: str, *, is_folder: bool = False) -> int:
    """The line that ignores a path, 0 if none does."""
    here = Ignore((), parse(lines.encode(), NAME))
    reason = here.reason(tuple(path.split("/")), is_folder)
    return int(reason.rsplit(" ", 1)[1]) if reason else 0


@pytest.mark.parametrize(
    ("lines", "path", "line"),
    [
        ("*.md", "a.md", 1),
        ("*.md", "docs/a.md", 1),
        ("*.md", "a.md.txt", 0),
        ("/a.md", "docs/a.md", 0),
        ("docs/a.md", "docs/a.md", 1),
        ("docs/a.md", "x/docs/a.md", 0),
        ("**/docs/a.md", "x/docs/a.md", 1),
        ("docs/**/a.md", "docs/a.md", 1),
        ("docs/**/a.md", "docs/x/y/a.md", 1),
        ("docs/**", "docs/x/y.md", 1),
        ("# a\n\n  \na", "a", 4),
        ("\\#a", "#a", 1),
        ("\\!a", "!a", 1),
        ("a\n!a", "a", 0),
        ("a\n!a\na", "a", 3),
        ("a  ", "a", 1),
        ("a\\ ", "a ", 1),
        ("a\t", "a", 0),
        ("a\r\nb\r\n", "b", 2),
        ("\ufeffa", "a", 1),
        ("é?ß", "éüß", 1),
        ("a**b", "axxb", 1),
        ("x/a**b", "x/a/b", 0),
        ("a?b", "a/b", 0),
        ("x/[!a]", "x/b", 1),
        ("a[!b]c", "a/c", 0),
        ("[a\nb", "b", None),
    ],
)
def test_what_a_line_means(lines: str, path: str, line: int | None) -> None:
    if line is None:
        with pytest.raises(ReadError, match=r"line 1 .*\[ without its \]"):
            says(lines, path)
    else:
        assert says(lines, path) == line


def test_a_slash_at_the_end_means_folders_only() -> None:
    assert says("build/", "build", is_folder=True) == 1
    assert says("build/", "x/build", is_folder=True) == 1
    assert says("build/", "build") == 0
    assert says("build/**", "build", is_folder=True) == 0


@pytest.mark.parametrize(
    "line", ["a\\", "[a", "[]", "/", "!", "a//b", "./a", "../a", "[z-a]", "[[:word:]]", "a/[b/c"]
)
def test_a_line_that_is_no_rule_is_named(line: str) -> None:
    with pytest.raises(ReadError, match=r"docs/x, line 3 is no rule .*Mend it or take it out"):
        parse(f"a\n# b\n{line}\nc".encode(), "docs/x")


def test_a_file_of_another_encoding_is_named_with_its_line() -> None:
    with pytest.raises(ReadError, match=r"rules, line 2 is not UTF-8: save the file as UTF-8"):
        parse("a\nbé".encode("latin-1"), "rules")


def test_a_rule_of_many_stars_takes_no_longer() -> None:
    """Translated to a plain regular expression, this one takes longer than anybody waits."""
    started = time.monotonic()
    assert says("*a" * 30 + "b", "a" * 250) == 0
    assert says("**/" * 30 + "b", "a/" * 1_000 + "c") == 0
    assert time.monotonic() - started < 2


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def ignored(root: Path) -> Answers:
    found: Answers = {}
    for one in walk(root, Rules(max_bytes=1_000)):
        if isinstance(one, Left) and one.reason.startswith("ignored by "):
            file, line = one.reason.removeprefix("ignored by ").split(", line ")
            found[one.path.relative_to(root).as_posix()] = (file, int(line))
    return found


def test_rules_hold_below_their_folder_and_a_deeper_file_decides(tmp_path: Path) -> None:
    put(tmp_path / NAME, "*.md\n/private/\n")
    put(tmp_path / "docs" / NAME, "!keep.md\nold.txt\n")
    put(tmp_path / "private" / NAME, "!*\n")
    put(tmp_path / ".hidden" / NAME, "!*\n")
    names = ["a.md", "a.txt", "docs/a.md", "docs/keep.md", "docs/old.txt", "docs/x/keep.md"]
    names += ["private/a.txt", "private/keep.md", "old.txt"]
    for name in names:
        put(tmp_path / name, "Some text.")
    assert ignored(tmp_path) == {
        "a.md": (NAME, 1),
        "docs/a.md": (NAME, 1),
        "docs/old.txt": (f"docs/{NAME}", 2),
        "private": (NAME, 2),
    }
    taken = [one.source.path for one in walk(tmp_path, Rules(1_000)) if isinstance(one, Found)]
    assert taken == ["a.txt", "docs/keep.md", "docs/x/keep.md", "old.txt"]


# -- the same as git ------------------------------------------------------------------


@pytest.fixture
def git(tmp_path: Path) -> Sequence[str]:
    """The command up to its subcommand, for the work tree ``tree``."""
    if GIT is None:
        pytest.skip("there is no git to compare with")
    store = tmp_path / "store"
    subprocess.run([GIT, "init", "--quiet", "--bare", str(store)], check=True)
    return [GIT, "--git-dir", str(store), "--work-tree", str(tmp_path / "tree")]


def pattern(rng: random.Random) -> str:
    """A line that is a rule.

    Left out is ``**`` beside other characters in one name: git's manual says that it is ``*``, git
    makes it now and then something else.
    """

    def name() -> str:
        pieces = "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 3)))
        return rng.choice([pieces, pieces, rng.choice(NAMES), "**", "*"])

    while True:
        line = "/".join(name() for _ in range(rng.randint(1, 3)))
        line = rng.choice(["", "", "/", "!", "!/"]) + line + rng.choice(["", "", "/", "  "])
        try:
            parse(line.encode(), "")
        except ReadError:
            continue
        if not re.search(r"[^/!]\*\*|\*\*[^/ ]", line):
            return line


def grow(tree: Path, rng: random.Random) -> list[str]:
    """A tree with the same rules in both kinds of file; all its paths but those of the rules."""
    tree.mkdir()
    folders = [tree]
    for _ in range(rng.randint(3, 9)):
        folder = rng.choice(folders) / rng.choice(NAMES)
        if not folder.exists():
            folder.mkdir()
            folders.append(folder)
    for _ in range(25):
        file = rng.choice(folders) / rng.choice(NAMES)
        if not file.exists():
            file.write_text("x")
    paths = [path.relative_to(tree).as_posix() for path in tree.rglob("*")]
    for folder in [tree, *rng.sample(folders, len(folders) // 3)]:
        lines = "".join(pattern(rng) + "\n" for _ in range(rng.randint(1, 4)))
        (folder / NAME).write_text(lines)
        (folder / ".gitignore").write_text(lines)
    return paths


def git_ignored(git: Sequence[str], tree: Path, paths: Sequence[str]) -> Answers:
    """What git ignores, of a folder only the folder."""
    done = subprocess.run(
        [*git, "check-ignore", "--no-index", "--verbose", "--stdin", "-z"],
        input="".join(path + "\0" for path in paths),
        capture_output=True,
        text=True,
        cwd=tree,
        env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    fields = iter(done.stdout.split("\0"))
    found: Answers = {}
    for file, line, rule, path in zip(fields, fields, fields, fields, strict=False):
        if not rule.startswith("!"):
            found[path] = (file.replace(".gitignore", NAME), int(line))
    above = {path: {str(folder) for folder in Path(path).parents} for path in found}
    return {path: why for path, why in found.items() if not above[path] & found.keys()}


def test_the_same_is_ignored_by_the_same_line_as_in_git(tmp_path: Path, git: Sequence[str]) -> None:
    rng = random.Random(3)
    tree = tmp_path / "tree"
    compared = 0
    for _ in range(200):
        paths = grow(tree, rng)
        expected = git_ignored(git, tree, paths)
        assert ignored(tree) == expected
        compared += len(expected)
        shutil.rmtree(tree)
    assert compared > 300  # or the trees and the rules have nothing to do with each other
