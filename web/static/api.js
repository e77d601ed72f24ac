/* The server's HTTP API: JSON, text, and the events of an answer as it is made. */

/** The server refused; `message` says why, in words for the reader. */
export class Problem extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || "The server could not answer.");
    this.status = problem.status;
  }
}

/** The server cannot be reached, or was lost on the way. */
export class ServerGone extends Error {}

/** The API with the token that `storage` keeps for this tab, if there is one. */
export function createApi(storage) {
  async function send(path, options = {}) {
    const headers = { ...options.headers };
    const token = storage.getItem("citewell-token");
    if (token) headers.Authorization = `Bearer ${token}`;
    const response = await reach(() => fetch(path, { ...options, headers, cache: "no-store" }));
    if (!response.ok) throw new Problem(await problemOf(response));
    return response;
  }

  return {
    keepToken: (token) => storage.setItem("citewell-token", token),

    /** A page of the documents, from the first on or after that with the id `after`. */
    async documents(limit, after) {
      const from = after ? `&after=${encodeURIComponent(after)}` : "";
      return (await send(`v1/documents?limit=${limit}${from}`)).json();
    },

    /** A document's text and the SHA-256 of it. */
    async text(id) {
      const response = await send(`v1/documents/${encodeURIComponent(id)}/text`);
      const bytes = await reach(() => response.arrayBuffer());
      // response.text() would drop a byte order mark, and every offset would be one too high.
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
      return { text, sha256: (response.headers.get("ETag") || "").replaceAll('"', "") };
    },

    /** The events of an answer: {name, data}. The last is "done" or "error". */
    async *ask(question, history, signal) {
      const response = await send("v1/ask", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ question, history, stream: true }),
        signal,
      });
      yield* readEvents(response.body);
    },
  };
}

async function reach(request) {
  try {
    return await request();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerGone("The server cannot be reached.", { cause: error });
  }
}

async function problemOf(response) {
  try {
    return await response.json();
  } catch {
    return { status: response.status, detail: `The server answered ${response.status}.` };
  }
}

async function* readEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  while (true) {
    const { value, done } = await reach(() => reader.read());
    if (done) return;
    const blocks = (waiting + value).split("\n\n");
    waiting = blocks.pop();
    for (const block of blocks) {
      const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(block) || [];
      if (name) yield { name, data: JSON.parse(data) }; // else a heartbeat
    }
  }
}
