from __future__ import annotations

import time

import pytest

from index.passages.tokens import count_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [  # as OpenAI's tokenizer page counts them in cl100k_base
        ("", 0),
        ("hello world", 2),
        ("tiktoken is great!", 6),
        ("antidisestablishmentarianism", 6),
        ("2 + 2 = 4", 7),
        ("お誕生日おめでとう", 9),
    ],
)
def test_known_counts(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens


def test_what_looks_like_a_special_token_is_text() -> None:
    assert count_tokens("<|endoftext|>") > 1


def test_a_run_without_spaces_takes_bounded_time() -> None:
    start = time.monotonic()
    assert count_tokens("x" * 200_000) > 1_000
    assert time.monotonic() - start < 5
