"""Putting one stretch of words in the place of another, with the grammar kept. Pure."""

from __future__ import annotations

import re

from rag.training.pairs.types import At

_AN = re.compile(r"(?:[aeiou]|hour|honest|honou?r|heir|8|11\b|18\b)", re.IGNORECASE)
_NOT_AN = re.compile(r"(?:uni(?!n|m)|use|usu|eu|one\b|once|u[ks]\b|u\.[sk])", re.IGNORECASE)
_ARTICLE = re.compile(r"(?<!\w)([Aa])n?(\s+)$")


def swap(text: str, where: At, new: str) -> str:
    """``new`` instead of ``text[where]``, which keeps its case, and "a" or "an" before it."""
    start, end = where
    old, before = text[start:end], text[:start]
    if starts_sentence(before) and old[:1].isupper():
        new = new[:1].upper() + new[1:]
    elif text == text.lower():
        new = new.lower()
    return _ARTICLE.sub(lambda found: _article(found, new), before) + new + text[end:]


def _article(found: re.Match[str], new: str) -> str:
    vowel = _AN.match(new) and not _NOT_AN.match(new)
    return f"{found[1]}{'n' if vowel else ''}{found[2]}"


def starts_sentence(before: str) -> bool:
    return not before.strip(" \"'“‘(") or before.rstrip()[-1:] in ".?!"


def find(words: str, text: str) -> At | None:
    """Where words stand whole and are not part of a longer name."""
    flags = re.IGNORECASE if text == text.lower() else 0
    for match in re.finditer(rf"(?<![\w'’.-]){re.escape(words)}(?![\w-])", text, flags):
        after = re.match(r"\s+([A-Z]\w*|[IVX]+\b|\d+)", text[match.end() :])
        before = re.search(r"(\S*)\s+$", text[: match.start()])
        part = before and before[1][:1].isupper() and not _opens(text, before.start(1))
        if not (words[:1].isupper() and (after or part)):
            return match.span()
    return None


def _opens(text: str, at: int) -> bool:
    return starts_sentence(text[:at])


def swap_all(text: str, old: str, new: str) -> str:
    """Every whole occurrence swapped, from the right, so that places stay."""
    for match in reversed(list(re.finditer(rf"(?<!\w){re.escape(old)}(?!\w)", text))):
        text = swap(text, match.span(), new)
    return text


def swap_around(text: str, span: At | None, old: str, new: str) -> tuple[str, At | None]:
    """As ``swap_all``, with the words of ``span`` left as they are; where they now stand."""
    if span is None:
        return swap_all(text, old, new), None
    left = _joint(swap_all(text[: span[0]] + "\0", old, new))
    kept, right = text[span[0] : span[1]], swap_all(f"\0{text[span[1] :]}", old, new)[1:]
    return left + kept + right, (len(left), len(left) + len(kept))


def _joint(left: str) -> str:
    return left.removesuffix("\0")
