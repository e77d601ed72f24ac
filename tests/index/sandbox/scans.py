"""A program that stands in for tesseract, and a picture for it to look at."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

GREY = b"P5\n2 2\n255\n\x80\x80\x80\x80"
FAKE = """#!{python}
import sys
from pathlib import Path
if "--list-langs" in sys.argv:
    sys.exit(print("List of available languages (2):\\neng\\nosd"))
here = Path(__file__).parent
calls = here / "calls"
calls.write_text(calls.read_text() + "x" if calls.exists() else "x")
picture = sys.stdin.buffer.read()
if not (here / "words").exists():
    sys.exit("Image too small")
print("level", *range(11), sep="\\t")
for n, word in enumerate((here / "words").read_text().split()):
    print(5, 1, 1, 1, 1, n, 100 + 200 * n, 500, 180, 40, 96, word, sep="\\t")
"""  # a tesseract that sees in each picture the words of a file beside it, and fails without one
WORDS = "Recognised words stand here."


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts the program first on the path; the folder that it looks into."""
    folder.mkdir()
    program = folder / "tesseract"
    program.write_text(FAKE.format(python=sys.executable))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (folder / "words").write_text(WORDS)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def calls(folder: Path) -> int:
    """How many pictures it has looked at."""
    return len((folder / "calls").read_text()) if (folder / "calls").exists() else 0
