"""Ignore rules: ``.citewellignore`` files, written and meant as git's ``.gitignore``.

One rule a line; the last that fits decides, a deeper file before a higher one. ``*``, ``?`` and
``[a-z]`` fit within a name, ``**`` as a whole name fits any number of folders, ``/`` at the end
means folders only, ``/`` elsewhere ties the rule to the folder of its file, ``!`` takes back, ``#``
is a comment, ``\\`` takes the meaning from the next character. Nothing in an ignored folder can be
taken back, since nobody looks into it.

The rules are about names in the folder, not about what a link leads to. Not as in git: ``?`` fits
one character and not one byte, ``x**`` is ``x*`` at every place (as git's page says), and a line
that is written wrong, so that git would pass over it, is an error.

The library pathspec was tried first. Against git it was wrong about one generated tree in ten,
mostly where rules are about folders, and a rule of six stars took it ten seconds for one name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.errors import ReadError

NAME = ".citewellignore"

_ANY = re.compile(".*", re.DOTALL)
_NEVER = re.compile("(?!)")
_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r" \t-\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


@dataclass(frozen=True, slots=True)
class Rule:
    line: int  # in its file, from 1
    takes_back: bool
    folders_only: bool
    names: tuple[re.Pattern[str] | None, ...]  # None fits any number of names, also none

    def fits(self, names: Sequence[str], is_folder: bool) -> bool:
        """Whether it speaks of a file or folder, given by its names from the rule's folder."""
        if self.folders_only and not is_folder:
            return False
        last = self.names[-1]
        return (last is None or last.fullmatch(names[-1]) is not None) and _fit(self.names, names)


@dataclass(frozen=True, slots=True)
class Ignore:
    """The rules that hold in a folder: those of its own file, then those of the files above."""

    folder: tuple[str, ...]  # names from the root to the folder of the file
    rules: tuple[Rule, ...]
    above: Ignore | None = None

    def reason(self, names: tuple[str, ...], is_folder: bool) -> str:
        """Why a file or folder, given by its names from the root, is left out, if it is."""
        here: Ignore | None = self
        while here is not None:
            below = names[len(here.folder) :]
            for rule in reversed(here.rules):
                if rule.fits(below, is_folder):
                    where = "/".join((*here.folder, NAME))
                    return "" if rule.takes_back else f"ignored by {where}, line {rule.line}"
            here = here.above
        return ""


def parse(data: bytes, name: str) -> tuple[Rule, ...]:
    """The rules of one file. Raises ReadError, with ``name`` and the line, if they are in doubt."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad = data[: error.start].count(b"\n") + 1
        raise ReadError(f"{name}, line {bad} is not UTF-8: save the file as UTF-8") from error
    rules = []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            rule = _rule(number, line.removesuffix("\r"))
        except ValueError as error:
            raise ReadError(
                f"{name}, line {number} is no rule ({error}): {line!r}. Mend it or take it out"
            ) from error
        if rule:
            rules.append(rule)
    return tuple(rules)


def _rule(number: int, line: str) -> Rule | None:
    """Nothing for a comment or an empty line. Raises ValueError."""
    body = line.rstrip(" ")
    if not body or line.startswith("#"):
        return None
    if len(body) < len(line) and (len(body) - len(body.rstrip("\\"))) % 2:
        body += " "  # a space that is escaped belongs to the name
    takes_back = body.startswith("!")
    body = body.removeprefix("!")
    folders_only = body.endswith("/")
    body = body.removesuffix("/")
    anywhere = "/" not in body
    names = tuple(_names(body.removeprefix("/")))
    if names[-1] is None:  # what is in a folder, not the folder itself
        names = (*names[:-1], _ANY, None)
    return Rule(number, takes_back, folders_only, (None, *names) if anywhere else names)


def _names(body: str) -> Iterator[re.Pattern[str] | None]:
    """The pattern of each name of a rule; None for ``**``. Raises ValueError."""
    parts = [""]  # regular expressions of what stands between the stars of one name
    at = 0
    while at < len(body):
        char = body[at]
        at += 1
        if char == "\\":
            if at == len(body):
                raise ValueError("a backslash at its end")
            char = body[at]
            at += 1
            literal = True
        else:
            literal = False
        if char == "/":
            yield _name(parts)
            parts = [""]
        elif literal or char not in "*?[":
            parts[-1] += re.escape(char)
        elif char == "*":
            parts.append("")
        elif char == "?":
            parts[-1] += "."
        else:
            one_of, at = _one_of(body, at)
            parts[-1] += one_of
    yield _name(parts)


def _name(parts: list[str]) -> re.Pattern[str] | None:
    if parts[0] in ("", r"\.", r"\.\.") and len(parts) == 1:
        raise ValueError("a name in it is empty, . or ..")
    if len(parts) > 2 and not any(parts):
        return None
    first, *others = parts
    if not others:
        return re.compile(first, re.DOTALL)
    # The first place where a part fits is as good as any other: without the atomic groups,
    # a rule of many stars would try them all.
    middle = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.compile(f"{first}{middle}.*{others[-1]}", re.DOTALL)


def _one_of(body: str, at: int) -> tuple[str, int]:
    """The regular expression of ``[…]`` whose first character is at ``at``, and where it ends."""
    negated = body[at : at + 1] in ("!", "^")
    at += negated
    start, items = at, ""
    before = ""  # what a range may start with
    while at == start or body[at : at + 1] != "]":
        named = re.compile(r"\[:([^]]*):\]").match(body, at)
        if named:
            if named[1] not in _CLASSES:
                raise ValueError(f"{named[0]} is unknown")
            items += _CLASSES[named[1]]
            before, at = "", named.end()
            continue
        is_range = bool(before) and body[at : at + 1] == "-" and body[at + 1 : at + 2] != "]"
        at += is_range
        at += body[at : at + 1] == "\\"
        if at >= len(body):
            raise ValueError("a [ without its ]")
        if is_range:
            if body[at] < before:
                raise ValueError(f"{before}-{body[at]} is the wrong way round")
            items += "-" + re.escape(body[at])
        else:
            items += re.escape(body[at])
        before = "" if is_range else body[at]
        at += 1
    return f"[{'^' if negated else ''}{items}]", at + 1


def _fit(patterns: Sequence[re.Pattern[str] | None], names: Sequence[str]) -> bool:
    """Whether the patterns fit all the names, in order.

    After a ``**`` the first place where the next patterns fit is as good as any other, so that only
    the last ``**`` is ever tried again.
    """
    at = name = 0
    again: tuple[int, int] | None = None
    while name < len(names):
        pattern = patterns[at] if at < len(patterns) else _NEVER
        if pattern is None:
            again = (at, name)
            at += 1
        elif pattern.fullmatch(names[name]):
            at, name = at + 1, name + 1
        elif again:
            again = (again[0], again[1] + 1)
            at, name = again[0] + 1, again[1]
        else:
            return False
    return all(pattern is None for pattern in patterns[at:])
