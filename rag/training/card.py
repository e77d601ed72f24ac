"""The model card that goes with the weights, made from the recipe and the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rag.training.batches import Example
from rag.training.fetch_base import NAME, SHA256
from rag.types import Json

BEFORE = "before"  # in a recipe, that of the reader which it learned on from
SOURCES = {
    "squad1": ("SQuAD 1.1 (Rajpurkar et al. 2016), part of the training set", "CC BY-SA 4.0"),
    "squad2": ("SQuAD 2.0 (Rajpurkar et al. 2018), part of the training set", "CC BY-SA 4.0"),
    "qed": (
        "QED (Lamm et al. 2021), on Natural Questions (Kwiatkowski et al. 2019)",
        "CC BY-SA 3.0",
    ),
    "selqa": ("SelQA (Jurczyk et al. 2016)", "Apache-2.0"),
    "scifact": (
        "SciFact (Wadden et al. 2020), training claims",
        "claims CC BY 4.0, abstracts ODC-By 1.0",
    ),
    "tables": ("Tables made by rule (`rag/training/pairs/tables.jsonl`)", "Apache-2.0"),
    "restated": (
        "Questions of these sets asked again in other words for this project "
        "(`rag/training/pairs/restated.jsonl`), beside the sets' own sentences",
        "CC BY-SA 4.0, sentences as their sets",
    ),
    "asked": (
        "Questions about these sets' paragraphs, written for this project by a language model "
        "(`rag/training/pairs/asked.jsonl`)",
        "CC BY-SA 4.0, sentences as their sets",
    ),
    "written": (
        "Documents and questions written for this project by a language model "
        "(`rag/training/pairs/written.jsonl`)",
        "Apache-2.0",
    ),
    "reports": (
        "Papers, news and other documents with questions, likewise "
        "(`rag/training/pairs/reports.jsonl`)",
        "Apache-2.0",
    ),
    "qmsum": ("QMSum (Zhong et al. 2021), without the committees", "MIT"),
}


def card(examples: Sequence[Example], recipe: Json, figures: Json) -> str:
    return "\n".join(
        [
            "# Citewell's trained reader",
            "",
            "A cross-encoder that says of a sentence in its context (headings, the sentence "
            "before and after) whether it answers a question, and marks the answering words. "
            "English only.",
            "",
            f"It starts from {_base(recipe)} and is trained on the sets below; "
            "`reader.json` holds the recipe, the figures and the sha256 of the weights. "
            + _how(examples),
            "",
            "## Data",
            "",
            "| set | licence | right pairs | wrong pairs | taught pairs |",
            "|---|---|---|---|---|",
            *_sources(examples),
            "",
            "Wrong pairs are questions that were asked so that the text does not answer them, "
            "sentences that retrieval finds near, and near misses made by the rules in "
            "`rag/training/pairs`. Of taught pairs only the teachers say whether they are right.",
            "",
            "## Figures",
            "",
            f"On {figures['stop']['questions']:,} questions ({figures['stop']['pairs']:,} pairs) "
            "of articles, meetings and documents that were not trained on. The best weights were "
            "chosen by the AUROC of a part of these questions, so the figures are slightly "
            "flattering.",
            "",
            "| measure | value |",
            "|---|---|",
            *_measures(figures["stop"]),
            "",
            "Against unanswerable questions that have a wrong pair of one kind:",
            "",
            "| kind | AUROC |",
            "|---|---|",
            *(f"| {kind} | {value} |" for kind, value in figures["stop"]["auroc_by_kind"].items()),
            "",
            *_recipes(recipe),
            "## Limits",
            "",
            f"- It reads {recipe['max_tokens']} tokens: what does not fit is cut, the context "
            "first.",
            "- It judges one sentence at a time: an answer that needs two sentences from two "
            "places is not seen as one.",
            "- Most of its texts are Wikipedia articles; questions about other kinds of text are "
            "judged less well, and a raw score is no chance before it is calibrated.",
            "- It inherits what its data says and how it says it, errors and leanings included.",
            "",
        ]
    )


def _runs(recipe: Json) -> list[Json]:
    """The recipes of all runs, the first one first."""
    return [*(_runs(recipe[BEFORE]) if BEFORE in recipe else []), recipe]


def _recipes(recipe: Json) -> list[str]:
    lines: list[str] = []
    runs = _runs(recipe)
    for number, run in enumerate(runs, 1):
        which = f", run {number} of {len(runs)}" if len(runs) > 1 else ""
        settings = [f"| {name} | {value} |" for name, value in run.items() if name != BEFORE]
        lines += [f"## Recipe{which}", "", "| setting | value |", "|---|---|", *settings, ""]
    return lines


def _base(recipe: Json) -> str:
    given = _runs(recipe)[0].get("files", {}).get("base")
    if given is None:
        return "all-MiniLM-L6-v2 (Apache-2.0)"
    known = {SHA256["model.safetensors"]: f"{NAME} (Apache-2.0)"}
    return f"the lowest layers of {known.get(given, f'the model of sha256 {given}')}"


def _how(examples: Sequence[Example]) -> str:
    if all(one.soft is None for one in examples):
        return "It has learned from the labels of the data."
    return (
        "It has learned from the labels of the data and from what teachers say, which have "
        "learned from these labels, of more pairs too. `make reader` makes one anew."
    )


def _sources(examples: Sequence[Example]) -> list[str]:
    counts = Counter((one.source, one.right if one.labelled else None) for one in examples)
    rows = []
    for source in sorted({source for source, _ in counts}):
        name, licence = SOURCES.get(source, (source, "see the data"))
        rows.append(
            f"| {name} | {licence} | {counts[source, True]:,} | {counts[source, False]:,} "
            f"| {counts[source, None]:,} |"
        )
    return rows


def _measures(stop: Json) -> list[str]:
    return [
        f"| AUROC, questions with an answering sentence against those without | {stop['auroc']} |",
        "| answering sentence first, of the questions with right and wrong pairs "
        f"| {stop['hit_at_1']} |",
        f"| answering words marked to the character | {stop['highlight']} |",
    ]
