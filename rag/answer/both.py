"""The two things that a question names at once: "Where do Ann Lee and Bo Ek live?". Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from itertools import islice

from rag.answer.candidates import Candidate
from rag.answer.context import repeats
from rag.answer.whole_list import Terms
from rag.question.coordination import named_pairs

# Set by hand: a sentence about one of the two is judged as half an answer.
LEAST = 0.05  # of the best one's belief, for the one that says it of the other


def with_both(
    question: str, chosen: list[Candidate], ranked: Sequence[Candidate], terms: Terms
) -> list[Candidate]:
    """Where the chosen ones speak of one of two things that are named together, also the best
    sentence about the other."""
    pairs = named_pairs(question)
    least = LEAST * ranked[0].share
    near = [one for one in ranked if one.share >= least] if pairs else []
    said = {one.place: set(terms(one.text)) for one in near}
    found = list(chosen)
    for pair in pairs:
        left = [
            wanted
            for wanted in (set(terms(name)) for name in pair)
            if not any(wanted <= said.get(one.place, set()) for one in found)
        ]
        if len(left) == 1:
            found += _first_about(left[0], near, said, found)
    return found


def _first_about(
    wanted: Set[str],
    ranked: Sequence[Candidate],
    said: Mapping[tuple[str, int], Set[str]],
    found: Sequence[Candidate],
) -> list[Candidate]:
    others = (one for one in ranked if wanted <= said[one.place] and not repeats(one, found))
    return list(islice(others, 1))
