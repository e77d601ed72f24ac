from __future__ import annotations

from collections.abc import Sequence

import pytest

from evals.ask.mtrag import ask_mtrag
from evals.types import FollowUp
from rag.question.followup import standalone
from rag.types import Turn
from tests.evals.fake_engine import FakeEngine

HISTORY = (Turn("user", "Where does the green tea grow?"), Turn("assistant", "In Assam."))


class Exact(FakeEngine):
    """Finds only what holds one of the question's longer words, by two systems of three."""

    def rankings(
        self, query: str, k: int, history: Sequence[Turn] = ()
    ) -> dict[str, list[tuple[str, float]]]:
        query = standalone(query, history)
        words = [word.strip("?").casefold() for word in query.split() if len(word) > 3]
        found = [
            (id, 1.0)
            for id, document in self.documents_by_id.items()
            if any(word in document.text.casefold() for word in words)
        ][:k]
        return {"dense": [], "bm25": found, "fused": found}


def test_each_form_is_searched_and_what_it_gains_is_told() -> None:
    engine = Exact({"tea.txt": "The green tea is dear.", "cup.txt": "A cup costs one euro."})
    relevant = frozenset({"tea.txt", "gone.txt"})
    asked = FollowUp("x<::>2", "x", "Is it dear?", "How dear is Assam?", HISTORY, relevant)
    assert standalone(asked.last_turn, HISTORY) == "Is the green tea dear?"
    outcome = ask_mtrag(engine, asked)
    assert (outcome.kind, outcome.group) == ("follow-up", "x")
    assert outcome.detail["standalone_question"] == "Is the green tea dear?"
    values = outcome.values
    assert values["fused last turn recall@10"] == values["fused ours recall@10"] == 0.5
    assert (values["fused ours minus last turn"], values["dense ours recall@10"]) == (0, 0)


@pytest.mark.parametrize(("turn", "gain"), [("Is it old?", 1.0), ("What costs one cup?", 0.0)])
def test_the_gain_of_ours(turn: str, gain: float) -> None:
    engine = Exact({"tea.txt": "The green tea."})
    asked = FollowUp("x<::>2", "x", turn, "Is the green tea old?", HISTORY, frozenset({"tea.txt"}))
    values = ask_mtrag(engine, asked).values
    assert values["fused ours minus last turn"] == gain
    assert values["fused rewrite minus last turn"] == 1


def test_a_first_turn_is_what_it_is() -> None:
    asked = FollowUp("x<::>1", "x", "Green tea?", "Green tea?", (), frozenset({"tea.txt"}))
    outcome = ask_mtrag(Exact({"tea.txt": "The green tea."}), asked)
    assert outcome.kind == "first turn"
    assert outcome.values["bm25 ours minus last turn"] == 0
    assert outcome.values["bm25 ours recall@10"] == 1
