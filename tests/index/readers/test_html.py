"""Web pages: blocks, what is the article, metadata, encodings, and pages made to harm."""

from __future__ import annotations

import gzip
import json
import re
import statistics
import time
from collections import Counter
from html import unescape
from pathlib import Path

import pytest

from index.errors import ReadError
from index.passages.outline import contexts
from index.readers.web import html
from index.readers.web.html_tables import text_of
from index.readers.web.markup import Places, clean, squeeze
from index.types import Parsed

ARTICLES = Path(__file__).parents[4] / "shared/data/fixtures/article_extraction"
LONG = "The harbour was dredged for eleven weeks, and the ferry could not land there. "


def page(body: str, head: str = "") -> Parsed:
    return html.read(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "a.html")


def kinds(parsed: Parsed) -> list[tuple[str, str]]:
    return [(one.kind, one.span.of(parsed.text)) for one in parsed.sections]


def test_blocks_of_each_kind() -> None:
    parsed = page(
        "<h1>Ferries</h1><p>They\n  <b>sail</b>&nbsp;daily.<br>Also at night.</p><h3>Rules</h3>"
        "<ul><li>No fire.<li>No <i>dogs</i>.<ul><li>Cats may.</ul></ul>"
        "<blockquote><p>We were late.</p></blockquote><pre>a\n  b</pre>"
    )
    assert kinds(parsed) == [
        ("heading", "Ferries"),
        ("text", "They sail daily.\nAlso at night."),
        ("heading", "Rules"),
        ("list", "- No fire.\n- No dogs.\n  - Cats may."),
        ("quote", "We were late."),
        ("code", "a\n  b"),
    ]
    assert [one.level for one in parsed.sections if one.kind == "heading"] == [1, 3]
    assert {one.label for one in parsed.origins} == {"Ferries", "Rules"}


def test_a_list_in_an_item_stands_further_in_and_the_next_list_is_another() -> None:
    parsed = page(
        "<ol><li>You must not:<ol type=a><li>smoke</ol><li>You pay.</ol>"
        "<ul><li>Salt</ul><p>Bring:</p><ul><li>boots</ul><ol><li>Come early.</ol>"
    )
    assert [text for kind, text in kinds(parsed) if kind in ("list", "text")] == [
        "- You must not:\n  - smoke\n- You pay.",
        "- Salt",
        "Bring:\n\n- boots",
        "- Come early.",
    ]


def test_a_table_of_data_keeps_its_rows() -> None:
    parsed = page(
        "<h2>Prices</h2><table><caption>In euro</caption>"
        "<tr><th>Trip<th>Adult<th>Child<tr><td rowspan=2>Short<td>4<td>2<tr><td>5<td>3"
        "<tr><td colspan=2>Long<td>9</table><p>Paid on board.</p>"
    )
    assert [text for kind, text in kinds(parsed) if kind == "row"] == [
        "Short | 4 | 2", "Short | 5 | 3", "Long |  | 9",
    ]  # fmt: skip
    found = contexts(parsed.sections, parsed.text)
    assert found[1][1] == ("Prices", "Trip | Adult | Child")
    assert found[-1][1] == ("Prices",)
    assert parsed.sections[-2].title == "Prices, row 4"


def test_a_table_that_lays_out_the_page_is_none() -> None:
    parsed = page(f"<table><tr><td><h1>News</h1><p>{LONG}</p><td><p>{LONG}</p></table>")
    assert "row" not in {kind for kind, _ in kinds(parsed)}
    assert parsed.text.count("dredged") == 2


def test_who_speaks() -> None:
    turns = ("ANNA: Is the bridge safe?", "BEN: It is safe. We tested it.", "ANNA: Since when?",
             "BEN: It was mended in May.")  # fmt: skip
    parsed = page("".join(f"<p><b>{one[:5]}</b>{one[5:]}</p>" for one in turns))
    assert {"ANNA", "BEN"} <= {one.speaker for one in parsed.sections}


def test_a_bold_question_heads_its_answer() -> None:
    parsed = page("<p><b>How deep is it?</b></p><p>Nine metres.</p>")
    assert contexts(parsed.sections, parsed.text)[0][1] == ("How deep is it?",)


ARTICLE = (
    f"<div class=menu><a href=a>Home</a> <a href=b>Sport</a></div><article><h1>Dredged</h1>"
    f"{''.join(f'<p>{LONG * 3}Part {i}.</p>' for i in range(8))}</article>"
    f"<div id=comments>{''.join(f'<p>{i} I do not agree with that at all!</p>' for i in range(9))}"
    "</div>"
)


def test_of_an_article_what_stands_around_is_left_out_and_told() -> None:
    parsed = page(ARTICLE, "<meta property='og:type' content='article'><title>Dredged | X</title>")
    assert "Sport" not in parsed.text
    assert "not agree" not in parsed.text
    assert parsed.text.count("dredged") == 24
    assert [one[:19] for one in parsed.warnings] == ["the article is read"]
    assert parsed.title == "Dredged"


def test_an_article_goes_on_behind_an_advertisement() -> None:
    part = "".join(f"<p>{LONG * 2}Part {i}.</p>" for i in range(8))
    advertisement = "<aside class=ad><p>Buy it.</p></aside>"
    body = f"<article><div>{part}</div>{advertisement}<div>{part.replace('Part', 'Piece')}</div>"
    parsed = page(body, "<meta property='og:type' content='article'>")
    for text in ("Part 0.", "Part 7.", "Piece 0.", "Piece 7."):
        assert text in parsed.text
    assert parsed.text.count("dredged") == 32


def test_a_page_that_is_no_article_keeps_all_its_text() -> None:
    rows = "".join(f"<tr><td>Item {i}<td>{i}" for i in range(60))
    parsed = page(f"<nav><a href=a>Home</a></nav><p>{LONG * 3}</p><table>{rows}</table>")
    assert len([kind for kind, _ in kinds(parsed) if kind == "row"]) == 60
    assert ("navigation", "Home") in kinds(parsed)
    assert parsed.warnings == ()
    links = page("".join(f"<p><a href=x{i}>Report number {i}</a></p>" for i in range(50)))
    assert "Report number 49" in links.text
    assert ("navigation", "Report number 49") not in kinds(links)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<meta property='article:published_time' content='2021-03-04T09:00:00Z'>", "2021-03-04"),
        ('<script type="application/ld+json">{"datePublished": "2020-02-29"}</script>',
         "2020-02-29"),
        ("<meta name=date content='5 May 2019'>", "2019-05-05"),
        ("<meta name=date content='2019-02-31'>", None),
        ("<meta property='article:modified_time' content='2021-03-04'>", None),
    ],
)  # fmt: skip
def test_the_date_it_states(head: str, expected: str | None) -> None:
    parsed = page("<p>Said here.</p>", head)
    assert parsed.date == expected
    assert parsed.about.date_from == ("metadata" if expected else None)


def test_the_date_of_a_time_element() -> None:
    assert page("<p>Said.</p><time datetime='2018-07-01T10:00'>July</time>").date == "2018-07-01"
    two = "<time datetime='2018-07-01'>a</time><time datetime='2017-07-01'>b</time>"
    assert page(f"<p>Said.</p>{two}").date is None


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        ("Ćwikła żółć", "iso-8859-2", "iso-8859-2"),
        ("Паром стоял", "windows-1251", "windows-1251"),
        ("船は出た", "shift_jis", "Shift_JIS"),
        ("船は出た", "iso2022_jp", "iso-2022-jp"),
        ("“Café”", "cp1252", "iso-8859-1"),
        ("Żółć", "utf-8", "iso-8859-1"),
        ("Żółć", "utf-8-sig", "windows-1252"),
        ("Żółć", "utf-16", "utf-8"),
    ],
)
def test_encodings(text: str, encoding: str, declared: str) -> None:
    source = f"<html><head><meta charset='{declared}'></head><body><p>{text}</p></body></html>"
    assert html.read(source.encode(encoding), "a.html").text == text


def test_a_wrong_declaration_is_told() -> None:
    source = "<html><meta charset='euc-jp'><body><p>" + "Грузы и паром стоят. " * 20
    parsed = html.read(source.encode("cp1251"), "a.html")
    assert parsed.text.startswith("Грузы и паром")
    assert "it is not euc_jp, as it says" in parsed.warnings


def test_a_quote_is_found_in_the_page_again() -> None:
    source = "<h1>A &amp; B</h1><p>One\n <b>two</b>&nbsp;th&shy;ree.</p><p>Same.</p>"
    parsed = html.read(source.encode(), "a.html")
    assert [(one.span.of(parsed.text), one.raw) for one in parsed.origins] == [
        ("A & B", "A &amp; B"),
        ("One two three.", "One\n <b>two</b>&nbsp;th&shy;ree."),
        ("Same.", None),
    ]


def test_places_of_every_word_are_right() -> None:
    source = "".join(f"<p>w{i} &lt;x&gt; <i>y{i}</i></p>\n" for i in range(300))
    places = Places(source, clean(source).words)
    for i in range(300):
        assert places.raw(f"w{i} <x> y{i}") == f"w{i} &lt;x&gt; <i>y{i}"


def test_scripts_styles_and_comments_are_no_text() -> None:
    parsed = page("<p>Seen.</p><script>var a='<p>no</p>'</script><style>p{}</style><!-- <p>no -->")
    assert parsed.text == "Seen."


def test_a_page_written_into_a_frame_is_read() -> None:
    assert page("out<iframe srcdoc='&lt;p>within&lt;/p>'></iframe>").text == "out\n\nwithin"


def test_xhtml_ends_elements_with_a_slash() -> None:
    source = b"<html xmlns='x'><body><p>One <a id='x'/>two.</p><script/><p>Three.</p></body></html>"
    assert html.read(source, "a.xhtml").text == "One two.\n\nThree."


def test_elements_nested_deeper_than_a_parser_goes() -> None:
    for depth in (300, 3_000):
        body = "<div>" * depth + "deep" + "</div>" * depth + "<p>after</p>"
        assert page(f"<p>before</p>{body}").text == "before\n\ndeep\n\nafter"


HOSTILE = {
    "comments": "<!--" * 50_000,
    "tags": "<div>" * 100_000 + "x",
    "bold": "<b>" * 160_000 + "x",
    "tables": "<table><tr><td>x" * 8_000,
    "open tags": "<a " * 160_000,
    "quotes": '<a =">"' * 60_000,
    "attributes": "<p " + " ".join(f"a{i}=1" for i in range(60_000)) + ">x",
    "titles": "<title>" * 60_000,
    "rows": "<table>" + "<tr><td rowspan=60000>x<td rowspan=60000>y" * 1_000,
    "columns": "<table>" + "<tr><td colspan=60000>x<td colspan=60000>y" * 1_000,
    "less": "<" * 200_000,
    "declarations": "<meta " * 60_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_pages_made_to_harm(name: str) -> None:
    before = time.process_time()
    parsed = page(f"<p>Begin here.</p>{HOSTILE[name]}")
    assert parsed.text.startswith("Begin here.")
    assert time.process_time() - before < 10


def test_what_a_comment_without_end_hides_is_told() -> None:
    parsed = page("<p>Seen.</p><!-- " + LONG * 10)
    assert parsed.text == "Seen."
    assert "a comment or a script that never ends" in parsed.warnings[0]


def test_entities_of_its_own_are_refused() -> None:
    source = b'<!DOCTYPE html [<!ENTITY x "boom">]><html><body><p>&x; and more</p></body></html>'
    with pytest.raises(ReadError, match="DTD"):
        html.read(source, "a.html")


def test_without_text_it_says_so() -> None:
    with pytest.raises(ReadError, match="no text"):
        page("<script>run()</script>")


def test_cells_on_one_line() -> None:
    tree = html.open_page("<table><tr><td>a<p>b<br>c</p> d<i>e</i>f</td></tr></table>").tree
    assert text_of(next(tree.iter("td"))) == "a b c def"


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="needs ../shared/data/fixtures")
def test_articles_are_found_as_well_as_published() -> None:
    """F1 of runs of four words, as evaluate.py of article-extraction-benchmark counts it."""
    truth = json.loads((ARTICLES / "ground-truth.json").read_text())
    precision, recall = [], []
    for key, wanted in truth.items():
        parsed = html.read(
            gzip.decompress((ARTICLES / f"html/{key}.html.gz").read_bytes()), "a.html"
        )
        text = "\n".join(text for kind, text in kinds(parsed) if kind != "navigation")
        right, ours = _runs(wanted["articleBody"]), _runs(text)
        both = (right & ours).total()
        precision.append(both / max(1, ours.total()))
        recall.append(both / max(1, right.total()))
    p, r = statistics.mean(precision), statistics.mean(recall)
    assert 2 * p * r / (p + r) >= 0.95


def _runs(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)))


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="needs ../shared/data/fixtures")
def test_places_in_real_pages() -> None:
    """The file's own characters of each block are in the file, and say what the block says."""
    checked = 0
    for path in sorted((ARTICLES / "html").iterdir())[:40]:
        data = gzip.decompress(path.read_bytes())
        parsed, source = html.read(data, "a.html"), data.decode("utf-8", "replace")
        for origin in parsed.origins:
            if origin.raw is not None and "<" in origin.raw:
                assert origin.raw in source
                words = unescape(re.sub(r"<!--.*?-->|<[^>]*>", "", origin.raw, flags=re.DOTALL))
                shown = origin.span.of(parsed.text)  # a row's cells have "|" between them
                assert squeeze(words).replace("|", "") == squeeze(shown).replace("|", "")
                checked += 1
    assert checked > 200


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ('<html lang="de-CH">', "German"),
        ('<html xml:lang="fr">', "French"),
        ('<html lang="x-none">', None),
        ("<html>", None),
    ],
)
def test_the_language_that_a_page_states(start: str, expected: str | None) -> None:
    markup = f"{start}<body><p>Die Mühle.</p></body></html>"
    assert html.read(markup.encode(), "a.html").about.language == expected
    assert html.read(markup.encode(), "a.xhtml").about.language == expected
