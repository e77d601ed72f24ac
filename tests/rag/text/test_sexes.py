from __future__ import annotations

import pytest

from rag.text.sexes import sex_of


@pytest.mark.parametrize(
    ("person", "sex"),
    [
        ("Mrs Oduya", "she"),
        ("Mr. Martin", "he"),
        ("Margaret Oduya", "she"),
        ("Dr Ines Calloway", "she"),
        ("Paul Martin", "he"),
        ("Lee Martin", None),
        ("Martin", None),  # it may be a surname
        ("Dr Martin", None),
        ("Margaret", "she"),
        ("the chairwoman of the club", "she"),
        ("the king", "he"),
        ("the treasurer", None),
        ("", None),
    ],
)
def test_a_title_a_noun_or_a_first_name_tells(person: str, sex: str | None) -> None:
    assert sex_of(person) == sex
