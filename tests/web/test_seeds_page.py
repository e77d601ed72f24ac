"""The three journeys once more, over the seeds with the real engine."""

from __future__ import annotations

from typing import Any

import pytest

from rag.engine import Engine
from tests.web.test_browser import (
    Asking,
    test_a_follow_up_is_read_with_the_turns_before,
    test_ask_read_and_see_the_quote_in_its_document,
    test_no_answer_says_why_and_opens_the_nearest_passage,
)

pytestmark = pytest.mark.browser
__all__ = [
    "test_a_follow_up_is_read_with_the_turns_before",
    "test_ask_read_and_see_the_quote_in_its_document",
    "test_no_answer_says_why_and_opens_the_nearest_passage",
]


@pytest.fixture(scope="module")
def engine(seeds_engine: Engine) -> Any:
    return seeds_engine


@pytest.fixture(scope="module")
def asking() -> Asking:
    return Asking(
        answered="What divisions are included in the Collective Peacekeeping Forces?",
        follow_up="Who is appointed as their commander?",
        unanswered="Which submarine sank near Iceland?",
    )
