/* The document beside the answer, at the quote. Long texts are shown in part. */

import { byId, element } from "./dom.js";
import { counted, cutAt, head, readableDate, tail } from "./text.js";
import { placeLine } from "./answer.js";

const AROUND = 6_000; // UTF-16 units of text shown before and after a quote
const MORE = 30_000; // and by each press of a button
const KEPT = 3; // texts kept in memory

/** The panel: `openQuote(citation, opener)`, `openDocument(document, opener)`, `close()`. */
export function createPanel(api, describeError) {
  const panel = byId("panel");
  const title = byId("panel-title");
  const where = byId("panel-where");
  const page = byId("panel-page");
  const kept = new Map();
  let opener = null;
  let latest = 0;

  async function textOf(id, sha256) {
    const known = kept.get(id);
    if (known && (!sha256 || known.sha256 === sha256)) return known;
    const got = await api.text(id);
    kept.delete(id);
    kept.set(id, got);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    return got;
  }

  async function show({ id, name, line, sha256, render, by }) {
    latest += 1;
    const turn = latest;
    opener = by;
    title.textContent = name;
    where.textContent = line;
    page.replaceChildren(element("p", { class: "state" }, "Opening the document …"));
    panel.hidden = false;
    document.body.classList.add("reading");
    title.focus();
    try {
      const got = await textOf(id, sha256);
      if (turn === latest) render(got);
    } catch (error) {
      if (turn === latest) page.replaceChildren(element("p", { class: "notice" }, describeError(error)));
    }
  }

  function openQuote(citation, by) {
    const render = (got) => {
      const [before, quote, after] = cutAt(
        got.text, citation.start_char_index, citation.end_char_index,
      );
      if (quote !== citation.cited_text) {
        page.replaceChildren(element(
          "p",
          { class: "notice" },
          "The document has changed since this answer was made, and the quote is no longer " +
            "at its place. Ask again to get an answer from the present text.",
        ));
        return;
      }
      const mark = element("mark", {}, quote);
      page.replaceChildren(...leaf(page, before, mark, after));
      mark.scrollIntoView({ block: "center" });
    };
    const { document_id: id, document_title: name, text_sha256: sha256, path } = citation;
    return show({ id, name: name || path, line: placeLine(citation), sha256, render, by });
  }

  function openDocument({ id, title: name, path, date, characters }, by) {
    const line = [
      path, date ? readableDate(date) : "", characters ? counted(characters, "character") : "",
    ].filter(Boolean).join(" · ");
    const render = ({ text }) => {
      page.replaceChildren(...leaf(page, "", "", text));
      page.scrollTop = 0;
    };
    return show({ id, name: name || path, line, render, by });
  }

  function close() {
    if (panel.hidden) return;
    latest += 1;
    panel.hidden = true;
    document.body.classList.remove("reading");
    page.replaceChildren();
    (opener && opener.isConnected ? opener : byId("question")).focus();
  }

  byId("panel-close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  return { openQuote, openDocument, close };
}

/** The text around the quote, and a button on each side that has more of it. */
function leaf(page, before, quote, after) {
  const text = element("div", { class: "text", dir: "auto" }, quote);
  const earlier = element("button", { type: "button", class: "more" }, "Show earlier text");
  const later = element("button", { type: "button", class: "more" }, "Show later text");

  function addBefore(size) {
    const part = tail(before, size);
    const height = page.scrollHeight;
    text.prepend(part);
    page.scrollTop += page.scrollHeight - height; // what was in view stays in view
    before = before.slice(0, before.length - part.length);
    earlier.hidden = before === "";
  }

  function addAfter(size) {
    const part = head(after, size);
    text.append(part);
    after = after.slice(part.length);
    later.hidden = after === "";
  }

  earlier.addEventListener("click", () => addBefore(MORE));
  later.addEventListener("click", () => addAfter(MORE));
  addBefore(AROUND);
  addAfter(AROUND);
  return [earlier, text, later];
}
