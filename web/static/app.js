/* The page: a question goes out, an answer comes in, its sources open beside it. */

import { createApi, ServerGone } from "./api.js";
import { howToIndex, renderAnswer, renderSentence } from "./answer.js";
import { byId, element } from "./dom.js";
import { createPanel } from "./panel.js";
import { counted } from "./text.js";

const LISTED = 5; // documents named on the first visit
const AT_A_TIME = 100; // and by each press of "and … others"
const REMEMBERED = 20; // messages sent along with a follow-up question

const api = createApi(sessionStorage);
const panel = createPanel(api, describeError);
const [log, intro, box, send] = ["log", "intro", "question", "send"].map(byId);
let history = [];
let running = null; // the AbortController of the question being answered

function describeError(error) {
  if (error instanceof ServerGone) {
    return "Citewell does not answer. Is it still running where you started it? " +
      "Start it again (citewell serve), then try again.";
  }
  return error.message;
}

/* First visit: what is indexed. */

async function showContents() {
  const contents = byId("contents");
  try {
    const listed = await api.documents(LISTED);
    const { documents, passages } = listed.index;
    byId("index-state").textContent =
      `${counted(documents, "document")}, ${counted(passages, "passage")}`;
    contents.replaceChildren(...(documents ? introduction(listed) : [howToIndex()]));
  } catch (error) {
    if (needsToken(error)) return;
    contents.replaceChildren(element("p", { class: "notice" }, describeError(error)));
  }
}

function introduction(listed) {
  const list = element("ul", {});
  addDocuments(list, listed, listed.index.documents);
  const example = "What documents do you have?";
  return [
    element("h2", {}, "It answers from"),
    list,
    element("p", { class: "state" }, "Open one to see what can be asked, or begin with: ",
      linkButton(example, () => ask(example))),
  ];
}

/** A page of documents at the end of the list, and what opens the next one: `left` are not in
 * the list yet. Returns the first that was added. */
function addDocuments(list, { documents, next }, left) {
  const items = documents.map((one) => element("li", {}, linkButton(
    one.title || one.path, (event) => panel.openDocument(one, event.currentTarget),
  )));
  list.append(...items);
  const more = left - documents.length;
  if (next) {
    const open = linkButton(`and ${counted(more, "other")}`, () => addNext(list, open, next, more));
    list.append(element("li", {}, open));
  }
  return items[0];
}

async function addNext(list, opener, after, left) {
  opener.disabled = true;
  try {
    const listed = await api.documents(AT_A_TIME, after);
    opener.parentElement.remove();
    addDocuments(list, listed, left)?.firstChild.focus();
  } catch (error) {
    opener.disabled = false;
    if (!needsToken(error)) opener.textContent = describeError(error);
  }
}

function linkButton(text, onclick) {
  return element("button", { type: "button", class: "link", dir: "auto", onclick }, text);
}

function needsToken(error) {
  if (error.status !== 401) return false;
  byId("token-form").hidden = false;
  byId("composer").hidden = true;
  byId("token").focus();
  return true;
}

byId("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  api.keepToken(byId("token").value.trim());
  byId("token").value = "";
  byId("token-form").hidden = true;
  byId("composer").hidden = false;
  box.focus();
  showContents();
});

/* A question and its answer. */

async function ask(question) {
  if (running) return;
  const controller = new AbortController();
  const answer = element("div", { class: "answer", "aria-busy": "true" });
  const turn = element(
    "article", { class: "turn" }, element("h2", { class: "asked", dir: "auto" }, question), answer,
  );
  begin(controller, turn);
  try {
    const done = await receive(api.ask(question, history, controller.signal), answer);
    answer.replaceChildren(...renderAnswer(done, panel.openQuote));
    remember(question, done);
  } catch (error) {
    showFailure(error, answer, () => {
      turn.remove();
      ask(question);
    });
  } finally {
    answer.removeAttribute("aria-busy");
    if (running === controller) finish();
  }
}

/** Show the events as they come. Returns the answer object; throws what went wrong. */
async function receive(events, answer) {
  const state = element("p", { class: "state working" }, "Searching …");
  answer.replaceChildren(state);
  for await (const { name, data } of events) {
    if (name === "retrieved") {
      state.textContent = `Reading ${counted(data.hits.length, "passage")} …`;
    } else if (name === "sentence") {
      state.before(renderSentence(data.sentence, data.citations, panel.openQuote));
    } else if (name === "reset") {
      answer.replaceChildren(state);
    } else if (name === "error") {
      throw Object.assign(new Error(data.detail), { status: data.status });
    } else if (name === "done") {
      return data;
    }
  }
  throw new ServerGone("The answer ended before it was complete.");
}

function showFailure(error, answer, again) {
  if (error.name === "AbortError") {
    answer.replaceChildren(element("p", { class: "state" }, "Stopped."));
    return;
  }
  needsToken(error);
  answer.replaceChildren(
    element("p", { class: "notice", role: "alert" }, describeError(error)),
    element("button", { type: "button", class: "link", onclick: again }, "Try again"),
  );
}

function begin(controller, turn) {
  running = controller;
  intro.hidden = true;
  byId("new-conversation").hidden = false;
  send.textContent = "Stop";
  log.append(turn);
  turn.scrollIntoView({ block: "start" });
}

function finish() {
  running = null;
  send.textContent = "Ask";
}

function remember(question, answer) {
  const turns = [{ role: "user", content: question }];
  if (answer.text) turns.push({ role: "assistant", content: answer.text.slice(0, 10_000) });
  history = [...history, ...turns].slice(-REMEMBERED);
}

function startAnew() {
  if (running) running.abort();
  finish();
  history = [];
  panel.close();
  for (const turn of log.querySelectorAll(".turn")) turn.remove();
  intro.hidden = false;
  byId("new-conversation").hidden = true;
  box.focus();
  showContents();
}

byId("new-conversation").addEventListener("click", startAnew);

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  if (running) {
    running.abort();
    return;
  }
  const question = box.value.trim();
  if (!question) return;
  box.value = "";
  ask(question);
});

box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!running) byId("composer").requestSubmit();
});

showContents();
