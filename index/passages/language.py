"""Which language a text is in, as far as readers need to know: English or not.

By the share of words that only carry grammar: they make a fifth or more of running text in
any European language, and the lists below share no word. What has few of all (a table, a
list of names) is of no known language, and so is what has few letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

FUNCTION_WORDS = {
    "English": "the of and to is that was for with by from which are this were has have been at as "
    "it you they she your his its but would can there their",
    "German": "der die das und ist nicht mit von ein eine im zu auf dem sich auch wird sind",
    "French": "le la les des du et est une dans que pour qui au sur par ne pas plus ont sont",
    "Spanish": "el los las una del y por para como pero su lo más fue son está han",
    "Italian": "il di che della non sono nel gli dei alla è anche ha delle questo dalla",
    "Portuguese": "os uma não com da em ao dos é foi são mais pelo pela seu também",
    "Dutch": "het een van en dat niet met zijn voor aan worden ook naar bij wordt",
    "Polish": "w z na się nie jest i do że przez oraz jako dla od jego",
    "Swedish": "och att det som är på av för med har inte till ett",
}
_SETS = {name: frozenset(listed.split()) for name, listed in FUNCTION_WORDS.items()}
_WORD = re.compile(r"(?<![\w-])[^\W\d_]++(?![\d_]|-\d)")  # no part of a number such as "W-0714"
SAMPLE = 20_000  # code points of a long text that are looked at
LEAST_WORDS = 12  # fewer say nothing
LEAST_SHARE = 0.06
LEAST_KINDS = 2  # one word alone may be a name or a unit of a table
LEAST_LETTERS = 20
SCRIPTS = {"CYRILLIC": "Russian or another language in Cyrillic", "CJK": "Chinese",
           "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean", "ARABIC": "Arabic",
           "HEBREW": "Hebrew", "GREEK": "Greek", "DEVANAGARI": "Hindi", "THAI": "Thai"}  # fmt: skip

CODES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian",
         "pt": "Portuguese", "nl": "Dutch", "pl": "Polish", "sv": "Swedish",
         "ru": SCRIPTS["CYRILLIC"], "uk": SCRIPTS["CYRILLIC"], "bg": SCRIPTS["CYRILLIC"],
         "zh": "Chinese", "ja": "Japanese", "ko": "Korean", "ar": "Arabic", "he": "Hebrew",
         "el": "Greek", "hi": "Hindi", "th": "Thai"}  # fmt: skip


def named(tag: str) -> str | None:
    """The English name for a language tag such as "de-AT"; None for one not told apart here."""
    return CODES.get(tag.strip().replace("_", "-").partition("-")[0].casefold())


def language(text: str) -> str | None:
    """The English name of the text's language or script; None where it cannot be told."""
    if len(text) > SAMPLE:  # half from the beginning, half from the middle
        middle = len(text) // 2
        text = text[: SAMPLE // 2] + text[middle : middle + SAMPLE // 2]
    scripts: Counter[str] = Counter()
    for letter, n in Counter(text).items():
        if letter.isalpha():
            scripts[unicodedata.name(letter, "?").split()[0]] += n
    if scripts.total() < LEAST_LETTERS:
        return None
    script, count = scripts.most_common(1)[0]
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > scripts.total() / 10:
        return SCRIPTS["HIRAGANA"]
    if script != "LATIN":
        return SCRIPTS.get(script) if count > scripts.total() / 2 else None
    found = [word.casefold() for word in _WORD.findall(text)]
    return _by_words(Counter(found), len(found))


def _by_words(counts: Mapping[str, int], total: int) -> str | None:
    if total < LEAST_WORDS:
        return None
    shares = {name: sum(counts.get(one, 0) for one in own) / total for name, own in _SETS.items()}
    best = max(shares, key=lambda name: shares[name])
    kinds = sum(one in counts for one in _SETS[best])
    return best if shares[best] >= LEAST_SHARE and kinds >= LEAST_KINDS else None
