"""The HTML report: what stands in it, that it is safe to open, that it needs nothing else."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from evals.page import page, section
from evals.report import Report, summarise
from evals.types import SetInfo
from tests.evals.outcomes import drawn, outcome

INDEX = {"documents": 2, "passages": 9}
NASTY = (
    '<script src="https://evil.example/x.js">alert(1)</script>'
    "\"'><img src=//evil.example onerror=x>"
)


class Seen(HTMLParser):
    """Tags, attributes and texts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in ("meta", "br", "line", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def report(kind: str = "squad", *extra: object) -> Report:
    made = [*drawn(60), *extra]
    info = SetInfo(f"my {kind}", kind, "ab" * 32, "dev")
    return summarise(info, made, INDEX)  # type: ignore[arg-type]


def nasty() -> Report:
    miss = outcome(
        NASTY,
        values={"right": 0.0},
        question=NASTY,
        standalone_question=NASTY + "?",
        cited=[NASTY],
        wanted=[[NASTY]],
        passages=[{"path": NASTY, "text": NASTY}],
    )
    refused = outcome(
        "r", values={"right": 0.0}, status="no_answer", question=NASTY, considered=[NASTY]
    )
    one = report("own", miss, refused)
    info = SetInfo(NASTY, "own", NASTY, NASTY)
    return summarise(info, one.outcomes, INDEX, published={"right": NASTY})


def test_hostile_text_stays_text() -> None:
    html = page([nasty()], notes=[NASTY], title=NASTY)
    seen = Seen(html)
    assert not {"script", "img", "link", "iframe", "object"} & set(seen.tags)
    assert seen.tags.count("style") == 1
    assert not any(name.startswith("on") for name, _ in seen.attributes)
    assert seen.text.count(NASTY) >= 9
    assert seen.open == []


def test_the_file_names_no_other_host_and_forbids_loading() -> None:
    html = page([report(), report("beir")])
    assert "//" not in html  # no text of a document is in it
    for attributes in (Seen(html).attributes, Seen(page([nasty()])).attributes):
        for name, value in attributes:
            assert name not in {"src", "srcset", "action", "data", "style", "xmlns"}
            if name in {"href", "xlink:href"}:
                assert re.fullmatch(r"#set-\d+", value)
    style = html[html.index("<style>") : html.index("</style>")]
    assert not re.search(r"url\(|@import|expression", style)
    assert "default-src 'none'" in html


def test_figures_intervals_and_counts_stand_in_it() -> None:
    one = report()
    html = page([one, report("own")], made="2026-01-31")
    figure = one.overall["coverage@10%wrong"]
    for text in (
        "my squad",
        "my own",
        "2026-01-31",
        "coverage@10%wrong",
        f"<strong>{figure.value:.3f}</strong>",
        f"{figure.low:.3f}–{figure.high:.3f}",
        "2 documents in 9 passages",
    ):
        assert text in html
    rows = {row.measure: row for row in section(one, "x").rows}
    assert "cosine AUROC" not in rows  # it stands beside ours
    assert rows["answer AUROC"].plain == f"{one.overall['cosine AUROC'].value:.3f}"
    assert re.fullmatch(r"[+-]\d\.\d{3} \[[+-]\d\.\d{3}, [+-]\d\.\d{3}\]", rows["AURC"].gain)
    assert rows["right"].n == 30
    assert html.count("<svg") == 4


def test_the_table_by_kind_leaves_a_cell_empty_where_a_measure_says_nothing() -> None:
    kinds = section(report(), "x").kinds
    assert kinds is not None
    cells = {kind: dict(zip(kinds.measures, row, strict=True)) for kind, _, row in kinds.rows}
    assert cells["answerable"]["refused"] is None
    assert cells["unanswerable"]["right"] is None
    right = cells["answerable"]["right"]
    assert right is not None
    assert (right.n, bool(right.interval)) == (30, True)


@pytest.mark.parametrize("kind", ["beir", "mtrag"])
def test_a_set_without_answers_has_a_table_only(kind: str) -> None:
    made = [outcome(str(n), values={"fused nDCG@10": 0.5, "dense nDCG@10": 0.4}) for n in range(9)]
    bare = [type(one)(one.id, "query", None, True, one.values) for one in made]
    html = page([summarise(SetInfo("s", kind, "0"), bare, INDEX)])
    assert "fused nDCG@10" in html
    assert "<svg" not in html
    assert "Citations that do not hold" not in html
