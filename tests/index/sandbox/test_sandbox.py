"""Files are read in a process that may be hung, crashed and filled, but not this one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest

from index.errors import ReadError, WorkerError
from index.folder.survey import Scope
from index.folder.walk import Rules
from index.readers import parse
from index.sandbox.box import PEAK, Sandbox
from index.sandbox.process import RUN
from index.store import Index
from tests.fakes import FakeEmbedder

linux = pytest.mark.skipif(sys.platform != "linux", reason="there are no such limits elsewhere")
TEXT = b"# Ferry\n\nThe ferry left the harbour at nine. It was late.\n"
READS = f"""
import ctypes, os, socket, subprocess, sys, threading, time
import index.sandbox.worker
from dataclasses import replace
from index.types import Parsed, Section, Span
from index.readers import parse as real
def read(data, name, recognised):
    if not name.startswith("evil"):
        return real(data, name, recognised)
    return eval(data) if name == "evil" else run(data.decode(), name)
def run(code, name):
    scope = dict(globals())
    exec(code, scope)
    return Parsed(str(scope.get("text", "nothing")), ())
index.sandbox.worker.parse = read
{RUN}
"""  # a reader that does what the file says, as a hostile file may make one do


def evil(box: Sandbox, code: str) -> str:
    return box.parse(code.encode(), "evil.py").text


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(
        seconds=60, run=READS
    ) as one:  # nothing here takes so long, even on a busy machine
        yield one


@pytest.fixture(scope="module")
def hasty() -> Iterator[Sandbox]:
    with Sandbox(seconds=2, run=READS) as one:
        yield one


@pytest.fixture(autouse=True)
def still_reads(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever the file before did, the next one is read."""
    yield
    if "box" in request.fixturenames:
        box: Sandbox = request.getfixturevalue("box")
        assert box.parse(TEXT, "a.md") == parse(TEXT, "a.md")


def pid(box: Sandbox) -> int:
    return int(evil(box, "text = os.getpid()"))


def is_gone(pid: int, within_s: float = 5.0) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


# -- what it gives ------------------------------------------------------------------------


def test_the_same_as_without_it(box: Sandbox) -> None:
    texts = [TEXT, "ANNA: Is it safe?\n\nБЕН: Да. 😀\n".encode(), "caf\xe9".encode("latin-1")]
    for data in texts:
        assert box.parse(data, "a.txt") == parse(data, "a.txt")
    with pytest.raises(ReadError, match=r"^the file is empty: put text into it"):
        box.parse(b" ", "a.txt")


def test_origins_only_when_they_are_asked_for(box: Sandbox) -> None:
    code = (
        b"__import__('index.types').types.Parsed('abc', (Section(Span(0, 3), 'text', 't', 1, 2, "
        b"'s', '2020'),), 'T', 'd', ('w',), __import__('index.types').types.About('English', "
        b"'text', 'page', 3, (1,), (2,)), (__import__('index.types').types.Origin(Span(0, 2), "
        b"'page 1', 1, (0.5, 1.0, 2.0, 3.0), 'a-b'),))"
    )
    found = box.locate(code, "evil")
    assert found.origins[0].box == (0.5, 1.0, 2.0, 3.0)
    assert (found.origins[0].label, found.origins[0].raw) == ("page 1", "a-b")
    assert found.about.unread == (1,)
    assert found.sections[0].speaker == "s"
    assert (found.title, found.date, found.warnings) == ("T", "d", ("w",))
    assert box.parse(code, "evil").origins == ()
    assert box.parse(code, "evil").sections == found.sections


def test_a_large_file_and_any_name(box: Sandbox) -> None:
    data = b"The ferry left the harbour at nine.\n" * 100_000
    assert box.parse(data, "\ud800\0/../a b.txt").text == data.decode()


def test_lone_surrogates_do_not_get_out(box: Sandbox) -> None:
    assert evil(box, "text = 'a\\ud800b'") == "a\ufffdb"


@pytest.mark.parametrize(
    "code",
    ["Parsed('abc', (Section(Span(0, 4), 'text'),))", "Parsed('abc', (Section(Span(2, 1), 'x'),))",
     "Parsed('abc', (Section(Span(1, 3), 'a'), Section(Span(0, 1), 'b')))",
     "Parsed('abc', (), about=__import__('index.types').types.About(total=3, unread=(2, 2)))",
     "Parsed('abc', (), about=__import__('index.types').types.About(total=3, unread=(4,)))",
     "Parsed('abc', (), title=3)", "Parsed('abc', (), warnings=(None,))"],
)  # fmt: skip
def test_what_no_reader_may_give_is_refused(box: Sandbox, code: str) -> None:
    with pytest.raises(ReadError, match="no proper answer"):
        box.parse(code.encode(), "evil")


# -- what it withstands -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("os.abort()", r"crashed \(signal 6\)"),
        ("ctypes.string_at(0)", r"crashed \(signal 11\)"),
        ("os._exit(7)", r"crashed \(exit code 7\)"),
        ("sys.exit(3)", r"failed \(SystemExit: 3"),
        ("raise KeyboardInterrupt", r"failed \(KeyboardInterrupt"),
        ("raise Exception(chr(0xd800) + '\\n' * 9)", r"failed \(Exception: "),
        ("def f(): f()\nf()", "nested too deeply"),
        ("os.closerange(3, 64); time.sleep(60)", "crashed"),
        ("os.write(4, b'x' * 9)", "no proper answer"),
        ("os.write(4, b'\\0\\0\\0\\1\\0\\0\\0\\1{x')", "no proper answer"),
        ("os.write(4, b'\\0\\0\\0\\2\\0\\0\\0\\0[]')", "no proper answer"),
    ],
)
def test_what_a_file_can_do_to_its_reader(box: Sandbox, code: str, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        evil(box, code)


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "time.sleep(60)",
        "import re; re.match('(a+)+$', 'a' * 64 + 'b')",
        "os.write(4, b'\\0\\0'); time.sleep(60)",
    ],
)
def test_time_has_an_end(hasty: Sandbox, code: str) -> None:
    with pytest.raises(ReadError, match=r"^took longer than 2 s to read"):
        evil(hasty, code)


@linux
@pytest.mark.parametrize("code", ["x = bytearray(2 << 30)", "x = [0]\nwhile True: x += x"])
def test_memory_has_an_end(code: str) -> None:
    with Sandbox(memory=300_000_000, run=READS) as box:
        before = pid(box)
        with pytest.raises(ReadError, match=r"needed more than 0\.3 GB of memory"):
            evil(box, code)
        assert pid(box) != before


def test_what_is_printed_is_no_answer(box: Sandbox) -> None:
    code = "print('x' * 100_000, flush=True); os.write(1, b'x' * 99); os.write(2, b'y'); text = 1"
    assert evil(box, code) == "1"


def test_what_comes_unasked_is_not_taken_for_the_next_answer(box: Sandbox) -> None:
    first = pid(box)
    code = "import index.sandbox.worker as w\nold = w._send\n"
    code += "def send(*what): old(*what); time.sleep(0.2); old(*what)\nw._send = send"
    assert evil(box, code) == "nothing"
    time.sleep(0.4)
    assert pid(box) != first


@linux
def test_a_process_that_was_started_goes_with_it() -> None:
    """Where the filter is not there, as on macOS, a child can be started: it is killed too."""
    run = READS.replace("index.sandbox.worker.parse = read", """
index.sandbox.worker.parse = read
index.sandbox.worker.confine = lambda memory: []""")  # fmt: skip
    with Sandbox(seconds=2, run=run) as box:
        child = int(evil(box, "text = subprocess.Popen(['sleep', '60']).pid"))
        assert not is_gone(child, 0.1)
        with pytest.raises(ReadError, match="took longer"):
            evil(box, "time.sleep(60)")
        assert is_gone(child)


@linux
def test_a_worker_is_kept_whatever_memory_the_program_has() -> None:
    """What the program had when it started a worker counted as the worker's own."""
    ours = bytearray(b"1" * (PEAK + 50_000_000))
    with Sandbox(run=READS) as box:
        first = evil(box, "text = os.getpid()")
        assert evil(box, "text = os.getpid()") == first
        evil(box, f"text = len(bytearray(b'1' * {PEAK + 50_000_000}))")
        assert evil(box, "text = os.getpid()") != first
    assert len(ours) > PEAK


# -- what it forbids ----------------------------------------------------------------------


WAYS = [
    "open('{path}', 'w')", "open('{path}', 'a+b')", "os.open('{path}', os.O_WRONLY | os.O_CREAT)",
    "os.mkdir('{path}')", "os.remove('{there}')", "os.rename('{there}', '{path}')",
    "os.symlink('/', '{path}')", "os.link('{there}', '{path}')", "os.truncate('{there}', 0)",
    "os.chmod('{there}', 0)", "__import__('tempfile').TemporaryFile()", "socket.socket()",
    "socket.create_connection(('127.0.0.1', 9))", "socket.getaddrinfo('localhost', 80)",
    "__import__('urllib.request').request.urlopen('http://127.0.0.1:9/')", "os.fork()",
    "subprocess.run(['true'])", "os.system('true')", "os.execv('/bin/true', ['true'])",
    "os.posix_spawn('/bin/true', ['true'], {{}})", "os.kill(os.getppid(), 0)",
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_no_writing_no_network_no_programs(box: Sandbox, tmp_path: Path, way: str) -> None:
    there, path = tmp_path / "there", tmp_path / "new"
    there.write_bytes(b"x")
    with pytest.raises(ReadError, match=r"failed \((PermissionError|URLError|FileNotFoundError)"):
        evil(box, way.format(path=path, there=there))
    assert there.read_bytes() == b"x"
    assert list(tmp_path.iterdir()) == [there]


LIBC = [
    "socket(2, 1, 0)", "fork()", "vfork()", "creat(b'{path}', 0o600)", "mkdir(b'{path}', 0o700)",
    "open(b'{path}', os.O_WRONLY | os.O_CREAT, 0o600)", "unlink(b'{there}')",
    "open(b'{there}', os.O_RDWR)", "rename(b'{there}', b'{path}')", "chmod(b'{there}', 0)",
    "truncate(b'{there}', 0)", "symlink(b'/', b'{path}')", "link(b'{there}', b'{path}')",
    "kill(os.getppid(), 0)", "ptrace(16, os.getppid(), 0, 0)", "unshare(0x10000000)",
    "execl(b'/bin/true', b'true', None)", "utimes(b'{there}', None)",
]  # fmt: skip


@linux
@pytest.mark.parametrize("call", LIBC)
def test_the_kernel_refuses_it_also_to_native_code(box: Sandbox, tmp_path: Path, call: str) -> None:
    there, path = tmp_path / "there", tmp_path / "new"
    there.write_bytes(b"x")
    asked = f"ctypes.CDLL(None, use_errno=True).{call.format(path=path, there=there)}"
    assert evil(box, f"text = {asked}, ctypes.get_errno()") in ("(-1, 1)", "(-1, 13)")
    assert there.read_bytes() == b"x"
    assert list(tmp_path.iterdir()) == [there]


@linux
def test_no_file_grows_even_if_it_was_open(box: Sandbox) -> None:
    assert (
        evil(box, "import resource; text = resource.getrlimit(resource.RLIMIT_FSIZE)") == "(0, 0)"
    )


def test_it_knows_nothing_of_the_environment(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWELL_TOKEN", "secret")
    with Sandbox(run=READS) as fresh:
        assert "TOKEN" not in evil(fresh, "text = sorted(os.environ)")
    assert evil(box, "text = os.getcwd()") == "/"


def test_it_loads_no_models() -> None:
    heavy = "[one for one in ('torch', 'faiss', 'tantivy', 'sentence_transformers', 'sqlite3')"
    with Sandbox(run=READS) as box:
        assert evil(box, f"text = {heavy} if one in sys.modules]") == "[]"


def test_an_index_reads_its_files_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Sandbox] = []

    def sandbox() -> Sandbox:
        opened.append(Sandbox(run=READS))
        return opened[-1]

    monkeypatch.setattr("index.store.Sandbox", sandbox)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "good.md").write_bytes(TEXT)
    (tmp_path / "docs" / "evil.md").write_bytes(b"os.abort()")
    index = Index.open(tmp_path / "home", FakeEmbedder)
    reports = index.update([Scope(tmp_path / "docs")], Rules(1_000))
    said = {Path(one.path).name: (one.status, one.reason) for one in reports}
    assert said["good.md"] == ("indexed", None)
    assert said["evil.md"][0] == "skipped"
    assert "crashed (signal 6)" in str(said["evil.md"][1])
    assert len(opened) == 1
    assert opened[0]._worker is None
    index.close()


def test_a_missing_library_ends_the_run_and_removes_nothing(box: Sandbox) -> None:
    """It is no fault of the file: what was indexed from it stays."""
    code = "import index.readers, index.errors as e; raise e.WorkerError('PDF cannot be read')"
    with pytest.raises(WorkerError, match="PDF cannot be read"):
        evil(box, code)


# -- its life -----------------------------------------------------------------------------


def test_one_worker_reads_many_files_and_is_replaced_in_time() -> None:
    with Sandbox(files=3, run=READS) as box:
        pids = [pid(box) for _ in range(7)]
    assert [len(set(part)) for part in (pids[:3], pids[3:6], pids[6:])] == [1, 1, 1]
    assert len(set(pids)) == 3
    assert all(is_gone(one) for one in pids)


def test_one_that_took_much_memory_is_replaced(box: Sandbox) -> None:
    first = pid(box)
    assert pid(box) == first
    evil(box, "x = bytearray(b'x' * 400_000_000)")
    assert pid(box) != first


def test_one_that_died_between_two_files_is_replaced(box: Sandbox) -> None:
    first = pid(box)
    os.kill(first, signal.SIGKILL)
    assert is_gone(first)
    time.sleep(0.05)
    assert pid(box) != first


def test_a_worker_that_cannot_start_is_no_fault_of_the_file() -> None:
    for run in ("raise SystemExit(3)", "print('hello', flush=True)", "import no_such_module"):
        with Sandbox(run=run) as box, pytest.raises(WorkerError, match="does not start"):
            box.parse(TEXT, "a.md")


def test_many_threads(box: Sandbox) -> None:
    def read(number: int) -> bool:
        if number % 10 == 0:
            with pytest.raises(ReadError, match="signal 6"):
                evil(box, "os.abort()")
            return True
        return box.parse(TEXT + b"%d" % number, "a.md").text.endswith(f"\n{number}")

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(60)))


def test_the_thread_that_started_it_may_end(box: Sandbox) -> None:
    found: list[int] = []
    box.close()
    thread = Thread(target=lambda: found.append(pid(box)))
    thread.start()
    thread.join()
    time.sleep(0.1)
    assert pid(box) == found[0]


PARENT = """
import sys, threading, time
from index.sandbox.box import Sandbox
box = Sandbox(run={run!r})
print(box.parse(b"text = os.getpid()", "evil.py").text, flush=True)
if {busy}:
    threading.Thread(target=box.parse, args=(b"while True: pass", "evil.py"), daemon=True).start()
time.sleep(60)
"""


@pytest.mark.parametrize("busy", [False, pytest.param(True, marks=linux)])
def test_it_ends_with_the_program_that_started_it(busy: bool) -> None:
    code = PARENT.format(run=READS, busy=busy)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        time.sleep(0.3)
        assert not is_gone(worker, 0.1)
        parent.kill()
        assert is_gone(worker)


def test_ctrl_c_ends_the_worker_too(box: Sandbox) -> None:
    first = pid(box)
    assert os.getpgid(first) != os.getpgid(0)  # none comes to it from the terminal
    timer = Thread(target=lambda: (time.sleep(0.3), os.kill(os.getpid(), signal.SIGINT)))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        evil(box, "time.sleep(60)")
    timer.join()
    assert is_gone(first)
