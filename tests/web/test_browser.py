"""The page in a real browser.

The three journeys ask only the fixtures ``engine`` and ``asking`` what to expect, so another
module can import them and give its own.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from index.types import Span
from rag.answer.render import how_sure
from rag.settings import Settings
from rag.types import Event, Reason, Turn
from tests.web.conftest import BRIDGE, DOCUMENTS, serving
from tests.web.fake_engine import FakeEngine, GatedEngine, make_document
from web.app import create_app
from web.events import frame

pytestmark = pytest.mark.browser

TOKEN = "a-long-random-word"


@dataclass(frozen=True)
class Asking:
    """Questions that the engine's documents answer, continue, and do not answer."""

    answered: str
    follow_up: str
    unanswered: str


@pytest.fixture(scope="module")
def engine() -> Any:
    return FakeEngine(DOCUMENTS)


@pytest.fixture(scope="module")
def asking() -> Asking:
    return Asking(
        answered="Who opened the bridge?",
        follow_up="And which Mayor?",
        unanswered="Which zebra painter keeps maps quietly?",
    )


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".answer").last).not_to_have_attribute("aria-busy", "true")


def marked_is(page: Page, quote: str) -> None:
    """The quote, to the character, is what is marked, and it is in view."""
    mark = page.locator("#panel mark")
    expect(mark).to_be_in_viewport()
    assert mark.evaluate("mark => mark.textContent") == quote


# The three journeys.


def test_ask_read_and_see_the_quote_in_its_document(
    page: Page, base: str, engine: Any, asking: Asking
) -> None:
    page.goto(base)
    expect(page.locator("#index-state")).to_contain_text("document")
    ask(page, asking.answered)
    answer = engine.ask(asking.answered)
    first = page.locator(".sentence").first
    expect(first).to_contain_text(answer.sentences[0].text)
    if answer.sentences[0].highlight:
        words = answer.sentences[0].highlight.of(answer.sentences[0].text)
        assert first.locator(".highlight").text_content() == words
    expect(page.locator(".sources li")).to_have_count(len(answer.citations))
    expect(page.locator(".sources li").first).to_contain_text(answer.citations[0].document_title)
    for number, citation in enumerate(answer.citations):
        page.locator(".cite").nth(number).click()
        marked_is(page, citation.quote)
        expect(page.locator("#panel-title")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#panel")).to_be_hidden()
        expect(page.locator(".cite").nth(number)).to_be_focused()


def test_a_follow_up_is_read_with_the_turns_before(
    page: Page, base: str, engine: Any, asking: Asking
) -> None:
    page.goto(base)
    ask(page, asking.answered)
    before = engine.ask(asking.answered)
    ask(page, asking.follow_up)
    history = [Turn("user", asking.answered), Turn("assistant", before.text)]
    after = engine.ask(asking.follow_up, history=history)
    assert after.standalone_question != asking.follow_up
    expect(page.locator(".read-as")).to_have_text(f"Read as: {after.standalone_question}")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").last.locator(".sentence").first).to_contain_text(
        after.sentences[0].text
    )
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    ask(page, asking.follow_up)
    expect(page.locator(".read-as")).to_have_count(0)


def test_no_answer_says_why_and_opens_the_nearest_passage(
    page: Page, base: str, engine: Any, asking: Asking
) -> None:
    page.goto(base)
    ask(page, asking.unanswered)
    reason = engine.ask(asking.unanswered).reason
    turn = page.locator(".turn")
    expect(turn).to_contain_text("The documents do not say.")
    expect(turn).to_contain_text(reason.message)
    for term in reason.missing_terms:
        expect(turn.locator(".why b", has_text=term)).to_be_visible()
    expect(turn.locator(".sentence")).to_have_count(0)
    expect(turn.locator(".nearest li")).to_have_count(len(reason.nearest))
    turn.locator(".nearest button").first.click()
    marked_is(page, reason.nearest[0].quote)


# What else the page promises.


def test_a_long_document_opens_in_part_and_the_rest_on_demand(page: Page, base: str) -> None:
    page.goto(base)
    ask(page, "Entry 1500 speaks")
    page.locator(".cite").first.click()
    marked_is(page, "Entry 1500 speaks of weather and of roads.")
    text = page.locator("#panel .text")
    assert len(text.text_content() or "") < 20_000
    for name in ("Show earlier text", "Show later text"):
        button = page.get_by_role("button", name=name)
        while button.is_visible():
            button.click()
    assert text.evaluate("text => text.textContent") == BRIDGE.text
    assert page.locator("#panel mark").text_content() == (
        "Entry 1500 speaks of weather and of roads."
    )


@pytest.mark.parametrize(
    "question",
    [
        "<img src=x onerror=alert(1)><script>alert(1)</script>",
        "{{ 7*7 }} {% x %}",
        "من هذا؟ 👩‍👩‍👧",
    ],
)
def test_a_question_is_only_ever_text(page: Page, base: str, question: str) -> None:
    page.goto(base)
    ask(page, question)
    assert page.locator(".asked").text_content() == question
    assert page.locator("#log img, #log script").count() == 0


def test_shift_enter_is_a_new_line_and_blank_is_not_sent(page: Page, base: str) -> None:
    page.goto(base)
    box = page.get_by_label("Your question")
    box.press("Enter")
    box.type("Who opened")
    box.press("Shift+Enter")
    box.type("the bridge?")
    assert box.input_value() == "Who opened\nthe bridge?"
    box.press("Enter")
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator(".sentence")).to_contain_text("Ada Holt")
    expect(box).to_have_value("")


def test_a_document_opens_from_the_first_view(page: Page, base: str) -> None:
    page.goto(base)
    page.get_by_role("button", name="The bridge").click()
    expect(page.locator("#panel .text")).to_contain_text("opened by Mayor Ada Holt 🎉 in 1932.")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="The bridge")).to_be_focused()


def test_an_empty_index_says_what_to_do(page: Page) -> None:
    with serving(create_app(FakeEngine([]))) as address:
        page.goto(address)
        expect(page.locator("#contents")).to_contain_text("citewell serve FOLDER")
        ask(page, "Who opened the bridge?")
        expect(page.locator(".turn")).to_contain_text("citewell serve FOLDER")


def test_the_token_is_asked_for_and_sent(page: Page, expected_errors: list[str]) -> None:
    expected_errors.append("401")
    with serving(create_app(FakeEngine(DOCUMENTS, Settings(token=TOKEN)))) as address:
        page.goto(address)
        field = page.get_by_label("This server asks for its token")
        field.fill("wrong")
        field.press("Enter")
        field.fill(TOKEN)
        field.press("Enter")
        expect(page.locator("#index-state")).to_contain_text("2 documents")
        ask(page, "Who opened the bridge?")
        page.locator(".cite").first.click()
        expect(page.locator("#panel mark")).to_contain_text("Ada Holt")


def test_a_server_that_is_gone_or_busy(page: Page, expected_errors: list[str]) -> None:
    expected_errors += ["ERR_CONNECTION_REFUSED", "503"]
    app = create_app(FakeEngine(DOCUMENTS))
    with serving(app) as address:
        page.goto(address)
        expect(page.locator("#index-state")).to_contain_text("2 documents")
    ask(page, "Who opened the bridge?")
    expect(page.get_by_role("alert")).to_contain_text("Is it still running")
    page.route("**/v1/ask", lambda route: route.fulfill(status=503, json={"detail": "Too many."}))
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_have_text("Too many.")
    expect(page.locator(".turn")).to_have_count(1)


def test_a_question_can_be_stopped(page: Page) -> None:
    engine = GatedEngine(DOCUMENTS)
    with serving(create_app(engine)) as address:
        page.goto(address)
        page.get_by_label("Your question").fill("Who opened the bridge?")
        page.keyboard.press("Enter")
        expect(page.locator(".state.working")).to_contain_text("Reading")
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".answer")).to_have_text("Stopped.")
        threading.Timer(0.5, engine.gate.set).start()
        assert engine.closed.wait(10)


def answer_with(page: Page, *events: Event) -> None:
    """Let the page's questions be answered by these events."""
    body = "".join(frame(event) for event in events)
    page.route(
        "**/v1/ask", lambda route: route.fulfill(content_type="text/event-stream", body=body)
    )


def test_partial_and_warnings_are_said(page: Page, base: str, engine: Any) -> None:
    answer = engine.ask("Who opened the bridge?")
    nearest = engine.ask("Which zebra painter keeps maps?").citations
    reason = Reason("part_not_supported", "Nothing on the second part.", nearest, ("second",))
    removed = ({"text": "A written sentence.", "why": "no quote"},)
    warnings = ("The index is behind.",)
    partial = replace(
        answer,
        status="partial",
        reason=reason,
        removed=removed,
        warnings=warnings,
        fallback="The endpoint did not answer.",
    )
    answer_with(page, Event("done", partial.to_dict()))
    page.goto(base)
    ask(page, "Who opened the bridge, and the second?")
    turn = page.locator(".turn")
    expect(turn.locator(".sentence")).to_contain_text("Ada Holt")
    expect(turn).to_contain_text("Not all is answered. Nothing on the second part.")
    expect(turn.locator(".why b")).to_have_text("second")
    notices = turn.locator(".notice")
    expect(notices).to_have_count(3)
    expect(notices.nth(0)).to_contain_text("The endpoint did not answer.")
    expect(notices.nth(1)).to_contain_text("1 of the written sentences")
    expect(notices.nth(2)).to_have_text("The index is behind.")


MEASURED = {"name": "minutes", "size": 2_325, "date": "2026-01-31"}


@pytest.mark.parametrize(
    ("confidence", "calibration", "mode"),
    [(0.34, MEASURED, "extractive"), (0.25, MEASURED, "extractive"), (0.95, MEASURED, "llm"),
     (0.049, MEASURED, "llm"), (1.0, MEASURED, "extractive"), (0.0, MEASURED, "extractive"),
     (0.5, None, "extractive"), (0.5, None, "llm")],
)  # fmt: skip
def test_how_sure_an_answer_is_stands_at_its_foot(
    page: Page, base: str, engine: Any, confidence: float, calibration: Any, mode: str
) -> None:
    answer = replace(
        engine.ask("Who opened the bridge?"),
        confidence=confidence, calibration=calibration, mode=mode, requested_mode=mode,
    )  # fmt: skip
    answer_with(page, Event("done", answer.to_dict()))
    page.goto(base)
    ask(page, "Who opened the bridge?")
    said = page.locator(".sources + .sure span[title]")
    expect(said).to_have_text(how_sure(answer))
    measured = (
        "Measured on 2,325 questions: minutes, 2026-01-31." if calibration else "not measured"
    )
    assert measured in (said.get_attribute("title") or "")
    expect(page.locator(".sure .hidden")).to_contain_text(measured)


def test_a_refusal_states_no_confidence(page: Page, base: str, engine: Any) -> None:
    refused = replace(
        engine.ask("Which zebra painter keeps maps quietly?"),
        calibration=MEASURED, requested_mode="llm", fallback="No LLM is set.",
    )  # fmt: skip
    answer_with(page, Event("done", refused.to_dict()))
    page.goto(base)
    ask(page, "Which zebra painter keeps maps quietly?")
    expect(page.locator(".verdict")).to_be_visible()
    expect(page.locator(".sure")).to_have_count(0)
    expect(page.locator(".notice")).to_have_text("No language model was asked. No LLM is set.")


def test_all_documents_can_be_opened_from_the_first_view(page: Page) -> None:
    names = [f"notes/{n}.txt" for n in range(120)]
    many = FakeEngine([make_document(one, f"Note {one}", f"It is {one}.") for one in names])
    with serving(create_app(many)) as address:
        page.goto(address)
        page.get_by_role("button", name="and 115 others").click()
        expect(page.locator("#contents li")).to_have_count(106)
        expect(page.locator("#contents li button").nth(5)).to_be_focused()
        page.get_by_role("button", name="and 15 others").press("Enter")
        expect(page.locator("#contents li")).to_have_count(120)
        expect(page.get_by_role("button", name="other")).to_have_count(0)
        page.locator("#contents li button").last.click()
        expect(page.locator("#panel .text")).to_contain_text("It is notes/")


def test_what_was_taken_back_is_not_shown(page: Page, base: str, engine: Any) -> None:
    question = "Who opened the bridge?"
    *_, done = engine.stream(question)
    draft = {"text": "Taken back.", "citations": [], "confidence": 0, "highlight": None}
    events = [
        Event("retrieved", {"hits": []}),
        Event("sentence", {"sentence": draft, "citations": []}),
        Event("reset", {"reason": "not borne out"}),
        Event("error", {"status": 500, "detail": "It broke."}),
    ]
    answer_with(page, *events)
    page.goto(base)
    ask(page, question)
    expect(page.locator(".answer")).to_have_text("It broke.Try again")
    page.unroute("**/v1/ask")
    answer_with(page, *events[:3], done)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".sentence")).to_contain_text("Ada Holt")
    expect(page.locator(".turn")).not_to_contain_text("Taken back.")
    page.unroute("**/v1/ask")
    answer_with(page, *events[:2])
    ask(page, question)
    expect(page.get_by_role("alert")).to_contain_text("Is it still running")


def test_an_answer_from_the_catalogue_is_shown_as_it_is(page: Page, base: str, engine: Any) -> None:
    empty = replace(engine.ask("zebra"), status="info", text="2 documents:\n<b>bridge</b>")
    answer_with(page, Event("done", replace(empty, reason=None).to_dict()))
    page.goto(base)
    page.get_by_role("button", name="What documents do you have?").click()
    expect(page.locator(".asked")).to_have_text("What documents do you have?")
    assert page.locator(".info").text_content() == "2 documents:\n<b>bridge</b>"


def test_a_changed_document_is_never_marked_wrongly(page: Page, base: str) -> None:
    page.goto(base)
    ask(page, "Who opened the bridge?")
    page.route("**/text", lambda route: route.fulfill(body="!" + BRIDGE.text))
    page.locator(".cite").first.click()
    expect(page.locator("#panel .notice")).to_contain_text("has changed")
    expect(page.locator("#panel mark")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(page: Page, base: str, asking: Asking, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(base)
    ask(page, asking.unanswered)
    ask(page, asking.answered)
    page.locator(".cite").first.click()
    expect(page.locator("#panel mark")).to_be_in_viewport()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360


texts = st.text(st.characters(codec="utf-8") | st.sampled_from("🎉👩\u200d\u0301\r\n"))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts, data=st.data())
def test_offsets_cut_as_in_python(page: Page, base: str, text: str, data: st.DataObject) -> None:
    if page.url == "about:blank":
        page.goto(base)
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    cut = page.evaluate(
        "async ([text, start, end]) => (await import('/static/text.js')).cutAt(text, start, end)",
        [text, span.start, span.end],
    )
    assert cut == [text[:start], span.of(text), text[span.end :]]
