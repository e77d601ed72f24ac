/* An answer object as elements. `open(citation, button)` shows a citation in its document. */

import { element } from "./dom.js";
import { counted, cutAt, readableDate } from "./text.js";

/** The whole answer: its sentences, or why there are none; notes; sources. */
export function renderAnswer(answer, open) {
  const byNumber = new Map(answer.citations.map((one) => [one.number, one]));
  const cited = (sentence) => sentence.citations.map((n) => byNumber.get(n)).filter(Boolean);
  return [
    answer.standalone_question === answer.question ? null : readAs(answer.standalone_question),
    answer.status === "no_answer"
      ? element("p", { class: "verdict" }, verdict(answer.reason))
      : null,
    answer.status === "info" && answer.sentences.length === 0
      ? element("p", { class: "info", dir: "auto" }, answer.text)
      : null,
    answer.sentences.map((one) => renderSentence(one, cited(one), open)),
    answer.citations.length ? sources(answer.citations, open, "Sources") : null,
    answer.citations.length ? sure(answer) : null,
    answer.reason ? why(answer, open) : null,
    notes(answer).map((text) => element("p", { class: "notice", dir: "auto" }, text)),
  ].flat().filter((one) => one !== null);
}

/** One sentence, its answering words marked softly, with the marks of its citations. */
export function renderSentence(sentence, citations, open) {
  return element(
    "p",
    { class: "sentence", dir: "auto" },
    sentence.highlight ? highlighted(sentence) : sentence.text,
    citations.map((one) => ["\u00a0", citationMark(one, open)]).flat(),
  );
}

function highlighted({ text, highlight }) {
  const [before, words, after] = cutAt(text, highlight.start, highlight.end);
  return [before, element("span", { class: "highlight" }, words), after];
}

function citationMark(citation, open) {
  const name = `Source ${citation.number}: ${citation.document_title}. Show it in the document.`;
  return element(
    "button",
    {
      type: "button",
      class: "cite",
      "aria-label": name,
      title: sourceLine(citation),
      onclick: (event) => open(citation, event.currentTarget),
    },
    `[${citation.number}]`,
  );
}

function readAs(question) {
  return element(
    "p", { class: "read-as" }, "Read as: ", element("span", { dir: "auto" }, question),
  );
}

/** What was not read, or a target error holds back, the documents may well say. */
function verdict(reason) {
  return reason?.code === "not_supported" ? "The documents do not say." : "Not answered.";
}

function why({ status, reason }, open) {
  const missing = reason.missing_terms;
  const nearest = reason.nearest;
  return element(
    "div",
    { class: "why" },
    element(
      "p", { dir: "auto" }, status === "partial" ? "Not all is answered. " : null, reason.message,
    ),
    reason.code === "empty_index" ? howToIndex() : null,
    missing.length
      ? element(
          "p",
          { dir: "auto" },
          "In none of the documents: ",
          missing.map((term, at) => [at ? ", " : null, element("b", {}, term)]).flat(),
        )
      : null,
    nearest.length ? sources(nearest, open, "Nearest passages", true) : null,
  );
}

/** What to do when nothing is indexed. */
export function howToIndex() {
  return element(
    "p",
    { class: "notice" },
    "No documents are indexed. Stop Citewell, and start it with your folder: ",
    element("code", {}, "citewell serve FOLDER"),
  );
}

function sources(citations, open, title, quoted = false) {
  const items = citations.map((one) =>
    element(
      "li",
      {},
      element(
        "button",
        {
          type: "button",
          class: "source",
          onclick: (event) => open(one, event.currentTarget),
        },
        quoted
          ? element("q", { dir: "auto" }, one.cited_text)
          : element("span", { class: "number" }, `[${one.number}]`),
        element("span", { class: "where", dir: "auto" }, sourceLine(one)),
      ),
    ),
  );
  return element(
    "section",
    { class: quoted ? "nearest" : "sources" },
    element("h3", {}, title),
    element("ul", {}, items),
  );
}

/** How sure the answer is; what that was measured on is said when pointed at, or read aloud. */
function sure(answer) {
  const { calibration } = answer;
  const measured = calibration
    ? `Measured on ${counted(calibration.size, "question")}: ${calibration.name}, ${calibration.date}.`
    : "How often such answers are right was not measured with these settings.";
  return element(
    "p",
    { class: "sure" },
    element("span", { title: measured }, howSure(answer)),
    element("span", { class: "hidden" }, ` ${measured}`),
  );
}

/** The confidence as a person would say it; `how_sure` of the command line says the same. */
export function howSure({ calibration, confidence, mode }) {
  if (!calibration) {
    return `Confidence ${confidence.toFixed(2)}, uncalibrated: it only compares answers.`;
  }
  const tenths = Math.floor(10 * confidence + 0.5);
  const share = { 0: "Fewer than 1", 10: "More than 9" }[tenths] ?? `About ${tenths}`;
  return mode === "llm"
    ? `${share} of 10 answers with such quotes are right; the wording was not measured.`
    : `${share} of 10 such answers are right.`;
}

/** Title and place, as far as they are known. */
function sourceLine(citation) {
  const { document_title: title, path } = citation;
  const named = path === title || path.endsWith(`/${title}`);
  return [named ? null : title, placeLine(citation)].filter(Boolean).join(" · ");
}

/** Path, page or slide, section or row and columns or question asked, speaker and date, as far as known. */
export function placeLine(citation) {
  const { section } = citation;
  const page = pageOf(citation);
  const isSaid = section === citation.document_title || section?.toLowerCase() === page;
  const parts = [
    citation.path,
    page,
    isSaid ? null : section,
    citation.columns,
    citation.speaker,
    citation.date ? readableDate(citation.date) : null,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** "page 3", "slide 3". */
function pageOf({ page, unit }) {
  return page === null ? null : `${unit ?? "page"} ${page}`;
}

function withoutModel({ status }) {
  return status === "no_answer"
    ? "No language model was asked."
    : "The language model gave no answer; these are quotes.";
}

function notes(answer) {
  const left = answer.removed.length;
  return [
    answer.fallback ? `${withoutModel(answer)} ${answer.fallback}` : "",
    left ? `Left out, as the quotes do not bear it out: ${left} of the written sentences.` : "",
    ...answer.warnings,
  ].filter(Boolean);
}
