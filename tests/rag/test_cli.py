"""The command line as a user meets it: what it prints and its exit codes."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from index.embed import SentenceTransformerEmbedder
from index.home.lock import writer_lock
from index.types import Vectors
from rag.cli import main
from rag.engine import Engine
from rag.types import Json
from tests.fakes import FakeEmbedder
from tests.rag.worlds import write

ROOT = Path(__file__).parents[2]
WHEN = "When was the conference on combating terrorism and extremism held in Bishkek?"
NOBODY = "Who won the football world cup in 1966?"
DONE, NO, WRONG_USE, FAILURE, LOCKED, INTERRUPTED = 0, 1, 2, 3, 75, 130


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Json]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Done]


@pytest.fixture
def citewell(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    embedder: SentenceTransformerEmbedder,
) -> Run:
    """Runs the command in this process, with the embedder that is loaded already."""
    monkeypatch.setattr(SentenceTransformerEmbedder, "open", lambda *_, **__: embedder)
    for name in [name for name in os.environ if name.startswith("CITEWELL_")]:
        monkeypatch.delenv(name)

    def run(*arguments: object, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "argv", ["citewell", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as done:
            main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert isinstance(done.value.code, int)
        return Done(done.value.code, out, err)

    return run


@pytest.fixture
def home(seeds_engine: Engine) -> Path:
    return seeds_engine.index.home


def alone(
    *arguments: object, home: Path, env: dict[str, str] | None = None, cwd: Path | None = None
) -> Done:
    """Runs the command in a process of its own; over an empty home it loads no model."""
    done = subprocess.run(
        [sys.executable, "-c", "from rag.cli import main; main()", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "CITEWELL_HOME": str(home), **(env or {})},
        cwd=cwd or home.parent,
        capture_output=True,
        timeout=60,
        check=False,
    )
    err = done.stderr.decode("utf-8", "replace")
    assert "Traceback" not in err, err
    return Done(done.returncode, done.stdout.decode("utf-8", "replace"), err)


# -- the commands ----------------------------------------------------------------------------


def test_the_whole_way(citewell: Run, tmp_path: Path) -> None:
    at = ("--home", tmp_path / "home")
    indexed = citewell("index", ROOT / "seeds", *at)
    assert (indexed.code, indexed.err) == (DONE, "")
    assert indexed.out.startswith("1 indexed. The index holds 1 document in ")
    again = citewell("index", ROOT / "seeds", *at, "--json")
    assert (again.code, again.json["unchanged"], again.json["indexed"]) == (DONE, 1, 0)
    answered = citewell("ask", WHEN, *at, "--json")
    assert (answered.code, answered.err) == (DONE, "")
    assert answered.json["status"] == "answered"
    file = tmp_path / "answer.json"
    file.write_text(answered.out)
    verified = citewell("verify", file, *at)
    assert (verified.code, verified.err) == (DONE, "")
    assert verified.out.endswith("All citations hold.\n")
    assert citewell("verify", file, *at, "--json").json["holds"] is True
    file.write_text(answered.out.replace("20 September", "21 September"))
    verified = citewell("verify", file, *at)
    assert verified.code == NO
    assert "altered" in verified.out
    assert verified.out.endswith("Not all of it holds.\n")
    status = citewell("status", *at, "--json")
    assert (status.code, status.json["index"]["documents"]) == (DONE, 1)
    assert "1 document" in citewell("status", *at).out


def test_an_answer_for_a_person(citewell: Run, home: Path) -> None:
    done = citewell("ask", WHEN, "--home", home)
    assert done.code == DONE
    first, *rest = done.out.splitlines()
    assert first.startswith("On 20 September 2023, in Bishkek")
    assert first.endswith("[1]")
    assert any(line.startswith("[1] 000_0e46ad283a0c1166.txt, characters 0–") for line in rest)


def test_an_answer_for_a_person_ends_with_how_sure_it_is(citewell: Run, home: Path) -> None:
    *_, last = citewell("ask", WHEN, "--home", home).out.splitlines()
    assert re.fullmatch(r"(About \d|More than 9) of 10 such answers are right\.", last)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CITEWELL_RETRIEVE_K", "49")  # nothing is shipped for these
        *_, last = citewell("ask", WHEN, "--home", home).out.splitlines()
    assert last.startswith("Confidence 0.")
    for other in (NOBODY, "Hello!"):
        assert not re.search("such answers|onfidence", citewell("ask", other, "--home", home).out)


def test_a_refusal_is_exit_code_1(citewell: Run, home: Path) -> None:
    done = citewell("ask", NOBODY, "--home", home)
    assert done.code == NO
    assert "The documents do not say" in done.out
    assert "Nearest:" in done.out
    asked = citewell("ask", NOBODY, "--home", home, "--json")
    assert (asked.code, asked.json["status"]) == (NO, "no_answer")


def test_search(citewell: Run, home: Path) -> None:
    found = citewell("search", "peacekeeping forces", "--home", home, "-k", 2, "--json")
    assert (found.code, len(found.json["hits"])) == (DONE, 2)
    text = citewell("search", "peacekeeping forces", "--home", home, "-k", 2)
    assert text.out.startswith("1. 000_0e46ad283a0c1166.txt, ")
    none = citewell("search", "peace", "--home", home, "--document", "no.txt")
    assert (none.code, none.out) == (NO, "No passage found.\n")
    assert citewell("search", "peace", "--home", home, "-k", 0).code == WRONG_USE
    assert "the query is empty" in citewell("search", "", "--home", home).err


def test_a_row_is_shown_with_the_names_of_its_columns(citewell: Run, tmp_path: Path) -> None:
    rows = "Ship,Port,Built\nAurora,Bergen,1912\nBoreas,Narvik,1931\n"
    docs = write(tmp_path / "docs", {"ships.csv": rows, "oats.txt": "Oats grow on the hills."})
    at = ("--home", tmp_path / "home")
    citewell("index", docs, *at)
    names = "Ship | Port | Built"
    first, *_ = citewell("search", "Boreas Narvik", *at, "--json").json["hits"]
    assert (first["text"], first["columns"]) == ("Boreas | Narvik | 1931", names)
    shown = citewell("search", "Boreas Narvik", *at).out.splitlines()[0]
    assert shown.startswith("1. ships.csv, ")
    assert shown.endswith(f", {names}")
    (oats,) = citewell("search", "oats", "--document", "oats.txt", *at, "--json").json["hits"]
    assert oats["columns"] is None
    asked = ("extract", "--question", "Which port has the ship Boreas?", *at)
    found = citewell(*asked, docs / "ships.csv", docs / "oats.txt", "--json").json["texts"]
    ships, oats = ([*one["spans"], *filter(None, [one["nearest"]])] for one in found)
    assert {one["columns"] for one in ships} == {names}
    assert {one["columns"] for one in oats} == {None}
    assert f", {names}, confidence" in citewell(*asked, docs / "ships.csv").out


def test_extract_from_files_of_any_kind(citewell: Run, tmp_path: Path) -> None:
    mill = "The stone mill in Arvika was built in 1843 by Ada Moreau."
    oats = "Oats grow on the hills."
    files = {
        "a.txt": b"\xef\xbb\xbf" + mill.encode(),
        "b.md": f"# Farms\n\n{oats}",
        "c.pdf": b"%PDF",
    }
    folder = write(tmp_path / "files", files)
    asked = ("extract", "--question", "Who built the mill in Arvika?", "--home", tmp_path / "home")
    done = citewell(*asked, folder / "a.txt", folder / "b.md", "--json")
    assert (done.code, done.err) == (DONE, "")
    first, second = done.json["texts"]
    span = first["spans"][0]
    assert (first["path"], span["text"]) == (str(folder / "a.txt"), mill)
    assert mill[span["start_char_index"] : span["end_char_index"]] == mill
    assert (second["answerable"], second["nearest"]["text"]) == (False, oats)
    shown = citewell(*asked, "-", folder / "b.md", stdin=f"\x1b {mill}".encode())
    assert shown.code == DONE
    assert shown.out.startswith("1. -, characters 0–59, confidence 0.")
    assert "Farms" not in shown.out
    none = citewell(*asked, folder / "b.md")
    assert (none.code, none.out.splitlines()[:2]) == (NO, ["No text answers this.", "Nearest:"])
    wrong = citewell(
        *asked, folder / "c.pdf", folder / "no.txt", folder, folder / "a.txt", "--json"
    )
    assert wrong.code == FAILURE
    assert [("error" in one, one["path"]) for one in wrong.json["texts"]] == [
        (True, str(folder / "c.pdf")),
        (True, str(folder / "no.txt")),
        (True, str(folder)),
        (False, str(folder / "a.txt")),
    ]
    assert len(wrong.err.splitlines()) == 3
    assert citewell(*asked, folder / "c.pdf").code == FAILURE
    for name, says in ((folder / "no.txt", "there is no such file"), (folder, "is a folder")):
        slip = citewell(*asked, name)
        assert (slip.code, slip.out) == (WRONG_USE, "")
        assert slip.err.startswith(f"citewell: {name}: {says}")
        assert "disk" not in slip.err
        beside = citewell(*asked, name, folder / "a.txt")
        assert (beside.code, mill in beside.out) == (WRONG_USE, True)
    assert citewell(*asked, *["a.txt"] * 101).code == WRONG_USE
    assert citewell("extract", folder / "a.txt").code == WRONG_USE
    assert not (tmp_path / "home").exists()


def test_history_and_documents_of_one_question(citewell: Run, home: Path, tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Who are the Collective Peacekeeping Forces?"}]
    file = tmp_path / "turns.json"
    file.write_text(json.dumps(turns))
    asked = ("ask", "And how many of them are there?", "--home", home)
    done = citewell(*asked, "--history", file, "--json")
    assert "Collective Peacekeeping Forces" in done.json["standalone_question"]
    assert "(read as: " in citewell(*asked, "--history", file).out
    only = citewell("ask", WHEN, "--home", home, "--document", "x/*", "--json")
    assert (only.code, only.json["filter"]) == (NO, {"documents": ["x/*"]})
    for wrong in ("{}", "[1]", '[{"role": "system", "content": "x"}]', "[", '[{"role": []}]'):
        file.write_text(wrong)
        done = citewell(*asked, "--history", file)
        assert (done.code, done.out) == (WRONG_USE, "")
        assert "history" in done.err or "JSON" in done.err


def test_a_slip_in_a_name_is_not_what_the_documents_do_not_say(
    citewell: Run, home: Path, tmp_path: Path
) -> None:
    slip = citewell("ask", WHEN, "--home", home, "--document", "nope.txt")
    assert slip.code == NO
    assert slip.out.startswith("Not answered.\nNo document passes the filter.")
    nowhere = citewell("ask", WHEN, "--home", tmp_path / "hmoe")
    assert nowhere.code == NO
    assert nowhere.out.startswith("Not answered.\nNothing is indexed yet.")
    assert not (tmp_path / "hmoe").exists()


def test_a_target_error_is_refused_without_a_calibration(citewell: Run, home: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CITEWELL_RETRIEVE_K", "49")  # nothing is shipped for these
        done = citewell("ask", WHEN, "--home", home, "--max-error", "0.05")
        assert (done.code, done.out) == (WRONG_USE, "")
        assert "citewell eval --calibrate SET" in done.err
        status = citewell("status", "--home", home).out
        assert "Chances   uncalibrated: run 'citewell eval --calibrate SET'" in status
    assert citewell("ask", WHEN, "--home", home, "--max-error", "2").code == WRONG_USE


def test_calibrating_on_too_little_is_wrong_use(citewell: Run, home: Path, tmp_path: Path) -> None:
    row = {"id": "a", "question": WHEN, "answerable": True, "must_quote": [["20 September"]]}
    file = tmp_path / "set.jsonl"
    file.write_text(json.dumps(row))
    done = citewell("eval", "--calibrate", file, "--home", home)
    assert (done.code, done.out) == (WRONG_USE, "")
    assert "set has 1 question with an answer; a calibration needs 20" in done.err
    assert not (home / "calibration.json").exists()


@pytest.mark.parametrize(
    "arguments",
    [("ask",), ("ask", ""), ("ask", "--nope"), ("nope",), ("index",), ("verify",),
     ("ask", "a", "--mode", "magic"), ("ask", "?!"), ("ask", "a" * 4001), ("search", ""),
     ("search", "a", "-k", "x"), ("index", "no/such/folder"), ("serve", "--port", "x"),
     ("serve", "--port", "70000"), ("serve", "--host", "0.0.0.0"), ("eval", "no-such-set.jsonl"),
     ("status", "--home", "~no-such-user-here/x")],
)  # fmt: skip
def test_wrong_use_is_exit_code_2_and_says_what_to_do(
    citewell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str]
) -> None:
    monkeypatch.setenv("CITEWELL_HOME", str(tmp_path / "home"))
    done = citewell(*arguments)
    assert done.code == WRONG_USE
    assert done.err.strip()
    assert done.out == ""


@pytest.mark.parametrize(
    "arguments",
    [("index", ""), ("extract", "--question", "Who?", ""), ("backup", ""), ("serve", ""),
     ("status", "--home", ""), ("ask", "--batch", ""), ("verify", "")],
)  # fmt: skip
def test_an_empty_path_is_not_the_working_folder(
    citewell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str]
) -> None:
    monkeypatch.chdir(write(tmp_path / "docs", {"a.txt": "Ada keeps the maps."}))
    monkeypatch.setenv("CITEWELL_HOME", str(tmp_path / "home"))
    done = citewell(*arguments)
    assert done.code == WRONG_USE
    assert "the path is empty" in done.err


def test_an_empty_question_is_called_so(citewell: Run, home: Path) -> None:
    done = citewell("ask", "", "--home", home)
    assert (done.code, "the question is empty" in done.err) == (WRONG_USE, True)


def test_the_module_is_the_command(tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "rag.cli", "status", "--home", str(tmp_path / "home")]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout[:4]) == (DONE, "Home")


def test_help(citewell: Run) -> None:
    done = citewell("--help")
    assert done.code == DONE
    for command in ("index", "ask", "search", "serve", "verify", "eval", "status"):
        assert f"  {command} " in done.out
        assert citewell(command, "--help").code == DONE


# -- batches ---------------------------------------------------------------------------------


def test_a_batch_keeps_order_ids_history_and_filter(
    citewell: Run, home: Path, tmp_path: Path
) -> None:
    turns = [{"role": "user", "content": "Who are the Collective Peacekeeping Forces?"}]
    asked = [
        {"id": "b", "question": WHEN},
        {"id": "a", "question": "And how many of them are there?", "history": turns},
        {"id": "b", "question": WHEN, "filter": {"documents": ["none"]}},
        {"id": "é\u2028", "question": NOBODY, "history": None, "filter": None, "more": 1},
    ]
    lines = [json.dumps(one, ensure_ascii=False) for one in asked]
    file = tmp_path / "batch.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([lines[0], "", *lines[1:]]).encode())
    done = citewell("ask", "--batch", file, "--home", home)
    assert (done.code, done.err) == (DONE, "")
    answers = [json.loads(line) for line in done.out.strip("\n").split("\n")]
    assert [one["id"] for one in answers] == ["b", "a", "b", "é\u2028"]
    assert [one["question"] for one in answers] == [one["question"] for one in asked]
    assert "Collective Peacekeeping Forces" in answers[1]["standalone_question"]
    assert [one["status"] for one in answers][2:] == ["no_answer", "no_answer"]
    assert answers[2]["filter"] == {"documents": ["none"]}
    piped = citewell("ask", "--batch", "-", "--home", home, stdin=file.read_bytes())
    again = [json.loads(line) for line in piped.out.strip("\n").split("\n")]
    for one in (*again, *answers):
        del one["timings_ms"]
    assert again == answers


WRONG_LINES: list[tuple[bytes, object, str]] = [
    (b"{", None, "is not JSON"),
    (b"\xff\xfe", None, "is not UTF-8"),
    (b"[" * 100_000, None, "is not JSON"),
    (b"9" * 5_000, None, "is not JSON"),
    (b"5", None, "is not an object"),
    (b'["q"]', None, "is not an object"),
    (b'{"question": "Who?"}', None, 'needs "id" and "question"'),
    (b'{"id": 7, "question": "Who?"}', 7, 'needs "id" and "question"'),
    (b'{"id": ["x"], "question": "Who?"}', None, 'needs "id" and "question"'),
    (b'{"id": "q", "question": null}', "q", 'needs "id" and "question"'),
    (b'{"id": "q", "question": "?!"}', "q", "write what you want to know"),
    (b'{"id": "q", "question": "Who?", "history": {}}', "q", "history"),
    (b'{"id": "q", "question": "Who?", "history": ""}', "q", "history"),
    (b'{"id": "q", "question": "Who?", "history": [{"role": ["user"]}]}', "q", "history"),
    (b'{"id": "q", "question": "Who?", "history": [{"role": "user"}]}', "q", "history"),
    (b'{"id": "q", "question": "Who?", "filter": {"documents": "x"}}', "q", "filter"),
    (b'{"id": "q", "question": "Who?", "filter": false}', "q", "filter"),
    (b'{"id": "\\ud800", "question": ""}', "\ud800", "write what you want to know"),
]


def test_a_wrong_line_gives_an_error_and_the_others_are_answered(
    citewell: Run, tmp_path: Path
) -> None:
    """Over an empty index, where each right line has its answer at once."""
    lines = [b"", b'{"id": "first", "question": "Who?"}', *(line for line, _, _ in WRONG_LINES)]
    lines.append(b'{"id": "last", "question": "Who?"}')
    file = tmp_path / "batch.jsonl"
    file.write_bytes(b"\n".join(lines))
    done = citewell("ask", "--batch", file, "--home", tmp_path / "home")
    assert done.code == FAILURE
    first, *wrong, last = done.lines
    assert (first["id"], first["status"]) == ("first", "no_answer")
    assert (last["id"], last["status"]) == ("last", "no_answer")
    for (line, id, says), found in zip(WRONG_LINES, wrong, strict=True):
        assert found.keys() == {"id", "error"}, line
        assert found["id"] == id, line
        assert says in found["error"], line
    assert wrong[0]["error"].startswith("line 3 ")


def test_what_a_batch_cannot_be(citewell: Run, home: Path, tmp_path: Path) -> None:
    missing = citewell("ask", "--batch", tmp_path / "none.jsonl", "--home", home)
    assert (missing.code, missing.out) == (WRONG_USE, "")
    assert "none.jsonl" in missing.err
    assert citewell("ask", "--batch", tmp_path, "--home", home).code == WRONG_USE
    file = tmp_path / "batch.jsonl"
    file.write_text("")
    empty = citewell("ask", "--batch", file, "--home", home)
    assert (empty.code, empty.out) == (DONE, "")
    both = citewell("ask", "Who?", "--batch", file, "--home", home)
    assert (both.code, "a question and --batch were given" in both.err) == (WRONG_USE, True)
    ignored = citewell("ask", "--batch", file, "--document", "a", "--home", home)
    assert ignored.code == WRONG_USE
    assert "each line" in ignored.err


# -- verify ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"7", b"{}", b"null", b"\xff\xfe\x00", b"[" * 100_000, b"9" * 5_000,
     b'{"a":' * 100_000, b'{"schema": "citewell.answer/1"}'],
)  # fmt: skip
def test_what_is_no_answer(citewell: Run, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "answer.json"
    file.write_bytes(data)
    for done in (
        citewell("verify", file, "--home", tmp_path / "home"),
        citewell("verify", "-", "--home", tmp_path / "home", stdin=data),
    ):
        assert (done.code, done.out) == (WRONG_USE, "")
        assert done.err.startswith("citewell: ")
        assert len(done.err) < 600


def test_verify_from_standard_input(citewell: Run, home: Path) -> None:
    answer = citewell("ask", WHEN, "--home", home, "--json").out
    for data in (answer.encode(), b"\xef\xbb\xbf" + answer.encode()):
        assert citewell("verify", "-", "--home", home, stdin=data).code == DONE


# -- homes, settings, the terminal ---------------------------------------------------------------


@pytest.mark.parametrize("where", ["file", "file/below", "/proc/citewell"])
def test_homes_that_cannot_be_used(citewell: Run, tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "a.txt").write_text("It rains.")
    done = citewell("index", tmp_path / "a.txt", "--home", tmp_path / where)
    assert done.code == FAILURE
    assert "--home" in done.err
    assert str(tmp_path / where) in done.err


def test_a_home_is_never_the_folder_that_is_indexed(citewell: Run, tmp_path: Path) -> None:
    docs = write(tmp_path / "docs", {"a.txt": "It rains.", "sub/b.txt": "It snows."})
    before = sorted(docs.rglob("*"))
    for path, home in ((docs, docs), (docs / "sub", docs), (docs / "a.txt", docs / "sub" / "..")):
        for command in ("index", "serve"):
            done = citewell(command, path, "--home", home)
            assert (done.code, done.out) == (WRONG_USE, "")
            assert f"{docs} is the home of the index" in done.err
            assert "--home" in done.err
            assert sorted(docs.rglob("*")) == before
    inside = citewell("index", docs, "--home", docs / ".citewell")
    assert (inside.code, inside.out.startswith("2 indexed")) == (DONE, True)


def test_another_writer_is_exit_code_75(citewell: Run, tmp_path: Path) -> None:
    folder = write(tmp_path / "files", {"a.txt": "The mill was built in 1843."})
    assert citewell("index", folder, "--home", tmp_path / "home").code == DONE
    with writer_lock(tmp_path / "home"):
        done = citewell("index", folder, "--home", tmp_path / "home")
        assert done.code == LOCKED
        assert "wait until it has finished" in done.err
        asked = citewell("ask", "When was the mill built?", "--home", tmp_path / "home")
        assert asked.code == DONE
    assert citewell("index", folder, "--home", tmp_path / "home").code == DONE


class Interrupting(FakeEmbedder):
    """Its user presses Ctrl-C when it begins to work."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        raise KeyboardInterrupt(f"before {len(texts)} texts were embedded")


def test_ctrl_c_is_exit_code_130(
    citewell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "files", {"a.txt": "The mill was built in 1843."})
    with monkeypatch.context() as patch:
        patch.setattr(SentenceTransformerEmbedder, "open", lambda *_, **__: Interrupting())
        done = citewell("index", folder, "--home", tmp_path / "home")
    assert done.code == INTERRUPTED
    assert done.err == "citewell: stopped; what was committed before is kept\n"
    with monkeypatch.context() as patch:
        patch.setattr(SentenceTransformerEmbedder, "open", lambda *_, **__: FakeEmbedder())
        assert citewell("index", folder, "--home", tmp_path / "home").code == DONE


def test_bad_settings_are_wrong_use(
    citewell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with monkeypatch.context() as patch:
        patch.setenv("CITEWELL_READ_K", "many")
        done = citewell("status", "--home", home)
        assert done.code == WRONG_USE
        assert "read_k in the environment (CITEWELL_*) is 'many'" in done.err
    (home / "config.toml").write_text("read_k = = 1")
    done = citewell("status", "--home", home)
    assert done.code == WRONG_USE
    assert "config.toml cannot be read as settings" in done.err
    (home / "config.toml").write_text("read_k = 1")
    assert citewell("status", "--home", home).code == DONE


@pytest.mark.parametrize("command", [("verify",), ("ask", "Who?", "--history"), ("ask", "--batch")])
def test_a_missing_file_is_named_without_the_number_of_its_error(
    citewell: Run, home: Path, command: tuple[str, ...]
) -> None:
    done = citewell(*command, "nowhere.json", "--home", home)
    assert done.code == WRONG_USE
    assert "nowhere.json cannot be read" in done.err
    assert "No such file or directory" in done.err
    assert "Errno" not in done.err
    assert done.err.count("nowhere.json") == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_goes_to_a_terminal_only(
    citewell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "files", {"a.txt": "The mill was built in 1843."})
    assert citewell("index", folder, "--home", tmp_path / "one").err == ""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    done = citewell("index", folder, "--home", tmp_path / "two", "--json")
    assert done.json["indexed"] == 1
    assert "Indexing" in terminal.getvalue()


def test_skipped_files_are_listed_and_exit_code_0(citewell: Run, tmp_path: Path) -> None:
    files = {"a.txt": "The mill was built in 1843.", "b\x1b[31m.txt": b"\x00\x01" * 500}
    done = citewell("index", write(tmp_path / "files", files), "--home", tmp_path / "home")
    assert done.code == DONE
    assert "1 indexed, 1 skipped" in done.out
    assert "skipped" in done.out.splitlines()[1]
    assert "\x1b" not in done.out


def test_a_document_cannot_steer_the_terminal(citewell: Run, tmp_path: Path) -> None:
    text = "The mill\x1b[2J was built\x9b in 1843 by Ada Moreau. " + "Oats grow here. " * 20
    folder = write(tmp_path / "files", {"a.txt": text})
    at = ("--home", tmp_path / "home")
    citewell("index", folder, *at)
    for done in (
        citewell("ask", "When was the mill built by Ada Moreau?", *at),
        citewell("search", "mill", *at),
    ):
        assert "in 1843" in done.out
        assert not {"\x1b", "\x9b"} & set(done.out)


def test_a_broken_line_of_an_eval_set(citewell: Run, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    right = '{"id": "a", "question": "Who?", "answerable": false, "must_quote": []}'
    file.write_text(f"{right}\n{{broken\n")
    done = citewell("eval", file, "--home", home)
    assert (done.code, done.out) == (WRONG_USE, "")
    assert "2" in done.err
    assert "set.jsonl" in done.err


# -- processes of their own ------------------------------------------------------------------------


def test_nothing_in_the_working_folder_is_read(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / ".env").write_text(f"CITEWELL_HOME={here}\nCITEWELL_MODE=llm\n")
    (here / "config.toml").write_text("this is = = not TOML")
    (here / "citewell.toml").write_text('mode = "llm"')
    done = alone("status", "--json", home=tmp_path / "home", cwd=here)
    assert done.code == DONE
    assert (done.json["home"], done.json["mode"]) == (str(tmp_path / "home"), "extractive")
    assert sorted(path.name for path in here.iterdir()) == [".env", "citewell.toml", "config.toml"]


@pytest.mark.parametrize(
    "env", [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"},
            {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)  # fmt: skip
def test_a_terminal_that_does_not_speak_utf_8(tmp_path: Path, env: dict[str, str]) -> None:
    asked = "Où est 水車 🌾?"
    if "LC_ALL" not in env:  # there the shell's own words cannot be read as UTF-8 either
        done = alone("ask", asked, "--json", home=tmp_path / "home", env=env)
        assert (done.code, done.json["question"]) == (NO, asked)
        done = alone("search", "水", home=tmp_path / "home", env=env)
        assert (done.code, done.out) == (NO, "No passage found.\n")
    batch = tmp_path / "batch.jsonl"
    batch.write_text(json.dumps({"id": "水", "question": asked}), encoding="utf-8")
    done = alone("ask", "--batch", batch, home=tmp_path / "home", env=env)
    assert (done.code, done.json["id"], done.json["question"]) == (DONE, "水", asked)


def test_arguments_that_are_no_utf_8(tmp_path: Path) -> None:
    done = alone("ask", os.fsdecode(b"caf\xe9 who?"), "--json", home=tmp_path / "home")
    assert (done.code, done.json["question"]) == (NO, "caf\ufffd who?")
    name = os.fsdecode(b"caf\xe9.txt")
    done = alone("index", name, home=tmp_path / "home")
    assert done.code == WRONG_USE
    assert "caf" in done.err


@pytest.mark.parametrize("arguments", [("status",), ("--help",), ("ask", "--batch", "batch.jsonl")])
def test_a_reader_that_has_gone(tmp_path: Path, arguments: Sequence[str]) -> None:
    line = json.dumps({"id": "a", "question": "Who?"})
    (tmp_path / "batch.jsonl").write_text("\n".join([line] * 500))
    process = subprocess.Popen(
        [sys.executable, "-c", "from rag.cli import main; main()", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "CITEWELL_HOME": str(tmp_path / "home")},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    with process:
        assert process.stderr.read() == ""
    assert process.returncode in {NO, FAILURE}


# -- a folder that changes ---------------------------------------------------------------------

MAPS = "Ada Holt keeps the maps of the harbour in an oak chest."
FERRY = "The ferry to Vastnes left the north pier at nine."
WHO = "Who keeps the maps of the harbour?"


def test_files_are_taken_out_and_back(citewell: Run, tmp_path: Path) -> None:
    docs = write(tmp_path / "docs", {"maps.txt": MAPS, "ferry.txt": FERRY, ".notes.txt": MAPS})
    at = ("--home", tmp_path / "home")
    indexed = citewell("index", docs, *at)
    assert indexed.out.startswith("2 indexed, 1 skipped.")
    assert "hidden" in indexed.out
    removed = citewell("rm", "maps.txt", *at)
    assert (removed.code, removed.out.startswith("Removed ")) == (DONE, True)
    assert MAPS not in citewell("ask", WHO, *at).out
    assert str(docs / "maps.txt") in citewell("status", *at).out
    assert "excluded" in citewell("index", docs, *at).out
    back = citewell("index", docs / "maps.txt", "--include", *at)
    assert "Not excluded any more" in back.err
    assert back.out.startswith("1 indexed.")
    assert MAPS in citewell("ask", WHO, *at).out
    none = citewell("rm", "no.txt", *at)
    assert (none.code, "no document is called 'no.txt'" in none.err) == (WRONG_USE, True)


def test_hidden_files_and_an_emptied_folder(citewell: Run, tmp_path: Path) -> None:
    docs = write(tmp_path / "docs", {".notes.txt": MAPS})
    at = ("--home", tmp_path / "home")
    assert citewell("index", docs, "--hidden", *at).out.startswith("1 indexed.")
    (docs / ".notes.txt").unlink()
    kept = citewell("index", docs, *at)
    assert "--prune removes it" in kept.out
    assert MAPS in citewell("ask", WHO, *at).out
    pruned = citewell("index", docs, "--prune", "--json", *at)
    assert (pruned.json["removed"], pruned.json["index"]["documents"]) == (1, 0)
    assert citewell("ask", WHO, *at).code == NO


def test_damage_is_named_by_every_command(citewell: Run, tmp_path: Path) -> None:
    docs = write(tmp_path / "docs", {"maps.txt": MAPS, "ferry.txt": FERRY})
    at = ("--home", tmp_path / "home")
    citewell("index", docs, *at)
    assert citewell("doctor", *at).out.endswith("All is well.\n")
    catalogue = tmp_path / "home" / "catalogue.sqlite"
    data = catalogue.read_bytes()
    assert data.count(b"oak chest") == 1
    catalogue.write_bytes(data.replace(b"oak chest", b"oak chesT"))
    looked = citewell("doctor", *at, "--json")
    assert (looked.code, looked.json["healthy"]) == (NO, False)
    assert any("maps.txt" in one["message"] for one in looked.json["findings"])
    asked = citewell("ask", WHO, *at, "--json")
    assert "oak chest" not in asked.json["text"].lower()
    assert "maps.txt" in asked.json["warnings"][0]
    only = citewell("ask", WHO, *at, "--document", "maps.txt", "--json")
    assert (only.code, only.json["warnings"]) == (NO, asked.json["warnings"])
    status = citewell("status", *at)
    assert f"Damaged   {docs / 'maps.txt'}: left out" in status.out
    assert citewell("index", docs, *at).out.startswith("1 indexed, 1 unchanged.")
    assert MAPS in citewell("ask", WHO, *at).out
    assert "Damaged" not in citewell("status", *at).out
    assert "set aside earlier" in citewell("doctor", *at).out


def test_a_backup_answers_in_its_own_home(citewell: Run, tmp_path: Path) -> None:
    docs = write(tmp_path / "docs", {"maps.txt": MAPS})
    at = ("--home", tmp_path / "home")
    none = citewell("backup", tmp_path / "copy", *at)
    assert (none.code, "nothing is indexed" in none.err) == (FAILURE, True)
    citewell("index", docs, *at)
    assert "Backed up catalogue.sqlite" in citewell("backup", tmp_path / "copy", *at).out
    assert citewell("backup", tmp_path / "copy", *at).code == FAILURE
    assert MAPS in citewell("ask", WHO, "--home", tmp_path / "copy").out


def test_a_folder_is_watched_until_ctrl_c(tmp_path: Path) -> None:
    docs = write(tmp_path / "docs", {"maps.txt": MAPS})
    home = tmp_path / "home"
    command = "from rag.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", command, "index", str(docs), "--watch", "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as watching:
        assert watching.stdout is not None
        assert watching.stderr is not None
        assert watching.stdout.readline().startswith("1 indexed.")
        assert watching.stderr.readline().startswith("Watching")
        write(docs, {"ferry.txt": FERRY})
        assert watching.stdout.readline().startswith("1 indexed")
        (docs / "maps.txt").unlink()
        assert "1 removed" in watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        assert watching.wait(20) == INTERRUPTED
        assert "Traceback" not in watching.stderr.read()
    assert "1 document" in alone("status", home=home).out
