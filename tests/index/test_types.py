from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.types import Span


@given(
    st.text(st.sampled_from("ab \t\n\u2028"), max_size=12), st.integers(0, 12), st.integers(0, 12)
)
def test_a_span_without_the_white_space_at_its_ends(text: str, one: int, other: int) -> None:
    start, end = sorted(min(at, len(text)) for at in (one, other))
    inner = Span(start, end).stripped(text)
    assert inner.of(text) == text[start:end].strip()
    assert start <= inner.start <= inner.end <= end
