"""No network but this machine's own, and no torch where none is needed. In fresh processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Every way out that a Python program has goes through the socket module; names are not
# looked up either.
CLOSED = """
import ipaddress, socket, sys

def refuse(host):
    raise AssertionError(f"reached for the network: {host!r}")

def is_own(host):
    try:
        return host in ("", "localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

class Socket(socket.socket):
    def _check(self, address):
        if self.family != socket.AF_UNIX and not is_own(address[0]):
            refuse(address[0])
    def connect(self, address):
        self._check(address)
        return super().connect(address)
    def connect_ex(self, address):
        self._check(address)
        return super().connect_ex(address)
    def sendto(self, data, *rest):
        self._check(rest[-1])
        return super().sendto(data, *rest)

look_up = socket.getaddrinfo
def getaddrinfo(host, *rest, **named):
    return look_up(host, *rest, **named) if host is None or is_own(host) else refuse(host)

socket.socket = Socket
socket.getaddrinfo = getaddrinfo
socket.gethostbyname = refuse
"""
PROXIES = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"}


def run(program: str, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in PROXIES}
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE"):
        env.pop(name, None)  # the program must set them itself
    env |= {"PYTHONPATH": str(ROOT), "CITEWELL_HOME": str(home), "HF_HOME": str(home / "hub")}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=env,
        cwd=home.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("host", ["93.184.215.14", "huggingface.co"])
def test_the_closed_door_is_closed(tmp_path: Path, host: str) -> None:
    program = CLOSED + "socket.create_connection((sys.argv[1], 80), timeout=5)"
    done = run(program, host, home=tmp_path / "home")
    assert "reached for the network" in done.stderr


def test_the_seeds_are_indexed_and_asked_without_network(tmp_path: Path) -> None:
    program = CLOSED + (
        "import io, contextlib\n"
        "from rag.cli import main\n"
        "def citewell(*arguments):\n"
        "    sys.argv = ['citewell', *arguments]\n"
        "    out = io.StringIO()\n"
        "    with contextlib.redirect_stdout(out):\n"
        "        try:\n"
        "            main()\n"
        "        except SystemExit as done:\n"
        "            code = done.code\n"
        "    return code, out.getvalue()\n"
        "code, _ = citewell('index', sys.argv[1])\n"
        "assert code == 0\n"
        "code, out = citewell('ask', 'When was the conference on terrorism in Bishkek held?',"
        " '--json')\n"
        "print(code)\n"
        "print(out)\n"
    )
    done = run(program, str(ROOT / "seeds"), home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    code, answer = done.stdout.split("\n", 1)
    assert code == "0"
    assert "20 September 2023" in json.loads(answer)["citations"][0]["cited_text"]


def loaded_after(tmp_path: Path, *arguments: str) -> tuple[set[str], str]:
    program = (
        "import sys\nfrom rag.cli import main\n"
        "try:\n    main()\nexcept SystemExit as done:\n    assert not done.code, done.code\n"
        "print('\\n' + ' '.join(sys.modules))"
    )
    done = run(program, *arguments, home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    said, modules = done.stdout.rstrip("\n").rsplit("\n", 1)
    return {module.split(".")[0] for module in modules.split()}, said


@pytest.mark.parametrize("arguments", [("--help",), ("ask", "--help"), ("status",)])
def test_what_needs_no_model_loads_none(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    modules, said = loaded_after(tmp_path, *arguments)
    assert said.strip()
    heavy = {"torch", "transformers", "sentence_transformers", "fastapi", "openai", "sklearn"}
    assert modules & heavy == set()
    assert "rag" in modules


def test_the_threads_of_numpy_do_not_spin_beside_those_that_read(tmp_path: Path) -> None:
    program = (
        "import sys, rag.cli; assert 'numpy' not in sys.modules\n"
        "from index.offline import close_network; close_network()\n"
        "import numpy, threadpoolctl\n"
        "found = [one['num_threads'] for one in threadpoolctl.threadpool_info()\n"
        "         if one['internal_api'] == 'openblas']\n"
        "assert set(found) <= {1}, found\n"
    )
    assert run(program, home=tmp_path).returncode == 0
