from __future__ import annotations

import pytest

from index.structure.sections import structure


def titles(text: str) -> list[str]:
    return [one.title for one in structure(text).sections if one.kind == "heading"]


@pytest.mark.parametrize(
    "text",
    [
        "1. Preheat the oven\n2. Mix\n3. Bake",
        "1. Preheat the oven\n\n2. Mix\n\n3. Bake\nWait for an hour.",
        "1. Preheat the oven\n\nSet it to 200 degrees.\n\n2. Mix\n\nA bowl.\n\n3. Bake\n\nWait.",
        "1) Preheat the oven\nSet it high.\n\n2) Mix\nUse a bowl.\n\n3) Bake\nWait for an hour.",
        "1. Unplug\n\n2. Unscrew\n\n3. Clean\nUse a dry cloth.\n\n4. Reassemble\nTake your time.",
    ],
)
def test_numbered_steps_are_a_list(text: str) -> None:
    parsed = structure(f"Apple pie\n\n{text}\n")
    assert titles(parsed.text) == ["Apple pie"]
    assert [one.span.of(parsed.text) for one in parsed.sections[1:]] == [text]


def test_numbered_titles_over_their_texts_stay_titles() -> None:
    lease = "1. Rent\n\nIt is 500.\n\n2. Keep the stairs free\n\nAlways.\n\n3. Pets\n\nCats.\n\n"
    assert titles(f"{lease}4. Law\n\nThat of Marl.\n") == [
        "1. Rent", "2. Keep the stairs free", "3. Pets", "4. Law",
    ]  # fmt: skip
    long = "This is done in an afternoon, by two people who know where the pipes run. " * 2
    guide = f"1. Drain the tank\n\n{long}\n\n2. Open it\n\n{long}\n\n3. Tests\n\n{long}\n"
    assert titles(guide) == ["1. Drain the tank", "2. Open it", "3. Tests"]
    assert titles("3. Results\n\nIt rose. Then it fell.\n\nIt ended.\n") == ["3. Results"]


def test_a_list_below_a_title_does_not_take_the_next_title_for_its_own() -> None:
    doors = "1. Doors\nThey stick in May.\n\n2. Locks\nThey rust.\n\n"
    items = "Do this in June:\n1. Lift the lid\n2. Turn the key\n\n"
    text = f"{doors}{items}3. Keys\nAsk at the desk.\n\n4. Lights\nThey are new.\n"
    assert titles(text) == ["1. Doors", "2. Locks", "3. Keys", "4. Lights"]
