"""Readers, mining, recipe and splits, on small sets in the published formats."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.types import EvalError
from rag.training.pairs.build import distinct, make, report, split, write
from rag.training.pairs.corpora import CALIBRATION, family, group_key, read_all
from rag.training.pairs.meetings import read_qmsum
from rag.training.pairs.mining import UNLABELLED, Miner
from rag.training.pairs.overlap import Overlap
from rag.training.pairs.recipe import crossed, neighbours, removed, restyled
from rag.training.pairs.selected import read_qed, read_scifact, read_selqa
from rag.training.pairs.squad import read_squad
from rag.training.pairs.texts import answer_span, cut, locate, natural, resplit
from rag.training.pairs.types import Labelled, Text, places
from tests.rag.training.mill import MILL

SHARED = Path(__file__).parents[3].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not there")


def labelled(question: str, right: tuple[int, ...], *answers: str, **more: str) -> Labelled:
    group, source = more.get("group", "Ashford"), more.get("source", "squad1")
    return Labelled(question, MILL, right, answers, bool(right), source, group)


def test_tokens_become_text() -> None:
    assert natural("He did n't go , `` she said '' ( in 1980 ) .") == (
        'He didn\'t go, "she said" (in 1980).'
    )
    assert natural("um {disfmarker} they 're here {vocalsound} .") == "um they're here."


def test_sentences_are_cut_anew_and_the_right_ones_followed() -> None:
    sentences, right = resplit(["One is here. Two is there.", "Three is nowhere."], [0])
    assert sentences == ("One is here.", "Two is there.", "Three is nowhere.")
    assert right == (0, 1)
    assert sentences == cut("One is here. Two is there. Three is nowhere.")


def test_an_answer_is_found_whole_and_the_most_given_one_is_marked() -> None:
    assert locate("40", "It was 140 or 40%.") == (14, 16)
    assert locate("new  york", "In New York it rained.") == (3, 11)
    assert locate("5", "It was 5.2 then.") is None
    assert answer_span(["mill", "the mill", "the mill"], "Near the mill.") == (5, 13)


def test_squad_takes_the_sentence_that_speaks_of_the_question(tmp_path: Path) -> None:
    asked = {
        "id": "1",
        "question": "When did Clara Whitlow found the mill?",
        "answers": [{"text": "1843", "answer_start": 0}],
    }
    without = {"id": "2", "question": "Who sold it?", "answers": [], "is_impossible": True}
    context = " ".join(MILL.sentences)
    article = {
        "title": "Ash_ford",
        "paragraphs": [{"context": context, "qas": [asked, without]}],
    }
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [article]}))
    first, second = read_squad(path, "squad2")
    assert (first.right, first.unsure) == ((1,), (3,))
    assert first.text.sentences == MILL.sentences
    assert first.text.headings[0] == ("Ash ford",)
    assert not second.answerable


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"none\.json does not exist"):
        list(read_squad(tmp_path / "none.json", "squad2"))


def test_qed_keeps_single_sentences_and_undoes_the_tokens(tmp_path: Path) -> None:
    paragraph = "The mill is old . It was founded by Clara Whitlow , a widow ."
    row = {
        "paragraph_text": paragraph,
        "question_text": "who founded the mill",
        "title_text": "Mill",
        "answer_type": "single_sentence",
        "answer_text": ["Clara Whitlow"],
        "answer_spans": [[paragraph.index("Clara"), paragraph.index(" , a")]],
        "sentence_starts": [0, paragraph.index("It was")],
    }
    path = tmp_path / "qed.jsonlines"
    path.write_text("\n".join(json.dumps(row | {"answer_type": kind}) for kind in
                              ("single_sentence", "multi_sentence")))  # fmt: skip
    (only,) = read_qed(path)
    assert only.text.sentences == ("The mill is old.", "It was founded by Clara Whitlow, a widow.")
    assert only.right == (1,)


def test_selqa_and_scifact(tmp_path: Path) -> None:
    selqa = tmp_path / "selqa.json"
    row = {"question": "How old?", "article": "Mill", "section": "Age", "answers": [1]}
    selqa.write_text(json.dumps([row | {"candidates": ["It is big.", "It is 80 years old."]}]))
    (asked,) = read_selqa(selqa)
    assert (asked.right, asked.text.headings[1]) == ((1,), ("Mill", "Age"))
    corpus, claims = tmp_path / "corpus.jsonl", tmp_path / "claims.csv"
    abstract = {"_id": "7", "title": "Flour", "sentences": ["We milled it.  \n", "It was fine.  "]}
    corpus.write_text(json.dumps(abstract))
    claims.write_text(
        "id,claim,evidence_doc_id,evidence_label,evidence_sentences,cited_doc_ids\n"
        "1,Flour is coarse.,7,CONTRADICT,[1],[7]\n2,Flour is dear.,,,[],[7 8]\n"
    )
    refuted, unsupported = read_scifact(claims, corpus)
    assert (refuted.kind, refuted.right, refuted.style) == ("claim_refuted", (1,), "claim")
    assert (unsupported.answerable, unsupported.right) == (False, ())


def test_a_meeting_question_about_a_speaker_is_answered_by_that_speaker(tmp_path: Path) -> None:
    said = "The remote control should have a rubber case and bright buttons ."
    turns = [
        {"speaker": "Marketing", "content": said},
        {"speaker": "Designer", "content": f"{said} {{vocalsound}} Yeah ."},
        {"speaker": "Marketing", "content": "Lunch is at noon today ."},
    ]
    query = {
        "query": "What did Designer say about the case?",
        "answer": "Designer wanted a rubber case with bright buttons for the remote control.",
        "relevant_text_span": [["0", "1"]],
    }
    path = tmp_path / "ES1.json"
    path.write_text(json.dumps({"meeting_transcripts": turns, "specific_query_list": [query]}))
    (asked,) = read_qmsum(path)
    assert asked.right == (1,)
    assert asked.text.headings[1] == ("Designer",)
    assert set(asked.unsure) == {0, 2}
    assert asked.text.before(1) == ""


def test_overlap_is_that_of_a_reference() -> None:
    overlap = Overlap(MILL.sentences)
    for question in ("Who founded the mill?", "the school in the valley", "1843"):
        found = dict(overlap.nearest(question))
        brute = {at: overlap.score(question, one) for at, one in enumerate(MILL.sentences)}
        assert found == pytest.approx({at: score for at, score in brute.items() if score > 0})
        assert [*found.values()] == sorted(found.values(), reverse=True)


def test_a_score_is_the_same_in_every_process() -> None:
    """Sets of words have another order in each; sums of floats depend on the order."""
    texts = [" ".join(f"word{n:02}" for n in range(0, 60, step)) for step in range(1, 12)]
    sentences = [one for number, one in enumerate(texts) for _ in range(number + 1)]
    overlap = Overlap(sentences)
    for question in texts:
        for at, score in overlap.nearest(question):
            assert overlap.score(question, sentences[at]) == score


def test_what_is_mined_is_near_and_wrong() -> None:
    asked = labelled("How many workers from the valley did the mill employ?", (2,), "240")
    mined = list(Miner(places([MILL])).mine(asked, 2))
    assert [pair.sentence for pair in mined] == [MILL.sentences[0], MILL.sentences[3]]
    assert all((pair.label, pair.span, pair.kind) == (0, None, "mined") for pair in mined)
    year = labelled("When was the mill founded?", (1,), "1843")
    assert MILL.sentences[3] not in [p.sentence for p in Miner(places([MILL])).mine(year, 9)]


def test_scores_of_ones_own_decide_what_is_mined() -> None:
    asked = labelled("How many workers?", (2,), "240")
    miner = Miner(places([MILL]), lambda _, sentences: [len(one) for one in sentences])
    assert [pair.sentence for pair in miner.mine(asked, 1)] == [
        max((MILL.sentences[at] for at in (0, 1, 3)), key=len)
    ]


def test_neighbours_and_the_gap_where_the_answer_stood() -> None:
    asked = labelled("Who founded the mill?", (1,), "Clara Whitlow")
    assert [(pair.sentence, pair.before) for pair in neighbours(asked, 1)] == [
        (MILL.sentences[0], ""),
        (MILL.sentences[2], MILL.sentences[1]),
    ]
    (gap,) = removed(asked, 1)
    assert (gap.before, gap.sentence) == (MILL.sentences[0], MILL.sentences[2])
    assert "Clara" not in gap.seen


def test_two_questions_of_a_text_are_crossed_unless_one_sentence_answers_both() -> None:
    stands, school = (
        labelled("Where does it stand?", (0,), "by the river"),
        labelled("Was there a school?", (3,), "no school"),
    )
    (pair,) = crossed(stands, school)
    assert (pair.question, pair.sentence, pair.label) == (stands.question, MILL.sentences[3], 0)
    year = labelled("When was it founded?", (1,), "1843")
    assert list(crossed(year, school)) == []


def test_a_question_is_asked_in_small_letters_or_keywords() -> None:
    asked = labelled("How many workers did the old mill employ?", (2,), "240")
    made = {other.question for seed in range(20) if (other := restyled(asked, Random(seed)))}
    assert made == {"how many workers did the old mill employ", "workers old mill employ"}


@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**32),
    names=st.sets(st.sampled_from([f"g{n}" for n in range(40)]), min_size=4),
)
def test_splits_share_no_group(seed: int, names: set[str]) -> None:
    all_names = [*sorted(names), "Oxygen", "ES2002a", "ES2002b", "Yellow_Sea"]
    asked = [
        labelled("Who founded the mill?", (1,), "Clara Whitlow", group=group, source=source)
        for group in all_names
        for source in ("squad1", "qed")
    ] + [labelled("Who?", (1,), "Clara Whitlow", group="Yellow Sea", source="selqa")]
    made = list(make(asked, seed))
    assert made == list(make(asked, seed))
    sides: dict[str, set[str]] = {}
    for side, pair in made:
        sides.setdefault(family(pair.group), set()).add(side)
    assert all(len(found) == 1 for found in sides.values())
    assert sides["oxygen"] == {"calibration"}
    assert {side for side, _ in made} == {"train", "stop", "calibration"}
    assert set(split(asked, seed)) == {family(name) for name in all_names}


def test_the_files_hold_what_was_made(tmp_path: Path) -> None:
    groups = ("a", "b", "c", "Oxygen")
    asked = [labelled("Who founded the mill?", (1,), "Clara Whitlow", group=g) for g in groups]
    made = list(make(asked, 5))
    counts = write(made, tmp_path / "pairs.jsonl", 5, None)
    for side in ("train", "stop", "calibration"):
        rows = (tmp_path / f"pairs.{side}.jsonl").read_text().splitlines()
        wanted = sorted(json.dumps(pair.to_dict()) for where, pair in made if where == side)
        assert sorted(json.dumps(json.loads(row)) for row in rows) == wanted
        assert counts[side].total() == len(rows)
    assert "answer" in report(counts)
    write(made, tmp_path / "few.jsonl", 5, 2)
    assert len((tmp_path / "few.train.jsonl").read_text().splitlines()) == 2


def test_a_pair_that_comes_twice_is_kept_once() -> None:
    pair = labelled("Who?", (1,), "Clara Whitlow").pair(1, 1, "answer")
    assert list(distinct([pair, pair])) == [pair]


def test_a_claim_turned_round_is_no_miss_since_refuting_it_is_an_answer() -> None:
    claim = Labelled(MILL.sentences[2], MILL, (2,), (), True, "scifact", "Ashford", (), "claim")
    asked = Labelled("What did 240 workers do?", MILL, (2,), (), True, "squad1", "Ashford")
    kinds = {one: {pair.kind for _, pair in make([one], 3)} for one in (claim, asked)}
    assert "other_number" in kinds[asked]
    assert not {"other_number", "antonym", "negation"} & kinds[claim]


def test_a_sentence_that_answers_elsewhere_is_not_taken_for_wrong() -> None:
    other = Text((MILL.sentences[2], "Nothing more was said of it."), (("Dunmere",),) * 2)
    claim = "The mill employed workers from the valley."
    asked = [
        Labelled(claim, text, (at,), (), True, "scifact", "Ashford", (), "claim")
        for text, at in ((MILL, 1), (other, 0))
    ]
    wrong = {
        pair.sentence
        for _, pair in make(asked, 3)
        if pair.question == claim and not pair.label and pair.kind != UNLABELLED
    }
    assert wrong
    assert not wrong & {MILL.sentences[1], MILL.sentences[2]}


@needs_data
def test_the_published_sets_are_read_whole_and_nothing_of_the_development_sets() -> None:
    asked = list(read_all(SHARED))
    squad = [one for one in asked if one.source in ("squad1", "squad2")]
    assert len(squad) == 4557 + 5418
    assert sum(not one.answerable for one in squad) == 2858
    held = {group_key(one.group) for one in asked} & CALIBRATION
    assert held == CALIBRATION
    assert not {"yuan dynasty", "harvard university"} & {group_key(one.group) for one in asked}
    assert not [one for one in asked if one.group.startswith(("covid", "education"))]
    assert all(at < len(one.text.sentences) for one in asked for at in one.right)
