"""What BM25 counts: the terms of a text, and of a question. The same for both."""

from __future__ import annotations

import re

import tantivy

LONGEST = 60  # letters of a term
_UNSPACED = re.compile(  # Han, Hiragana, Katakana, Hangul, Thai, Lao, Burmese, Khmer
    "[\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003134f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)


def analyzer() -> tantivy.TextAnalyzer:
    """Words, lower case, without accents, English and Russian stems; no stop words are dropped.

    Each stemmer leaves the other's script alone.
    """
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(LONGEST))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .filter(tantivy.Filter.stemmer("russian"))
        .build()
    )


def in_pairs(text: str) -> str:
    """A text whose words can be told by what is no letter.

    Scripts that put no space between words, and Korean, whose words take endings, are cut into
    overlapping pairs of characters, the usual unit of search for them.
    """
    return text if text.isascii() else _UNSPACED.sub(_pairs, text)


def _pairs(run: re.Match[str]) -> str:
    chars = run.group()
    pairs = [chars[i : i + 2] for i in range(len(chars) - 1)] or [chars]
    return f" {' '.join(pairs)} "
