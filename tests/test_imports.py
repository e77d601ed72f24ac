"""The layers and who may import what, read from the source and not from what runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("index", "rag", "web", "evals")
MAY_IMPORT = {
    "index": {"index"},
    "rag": {"index", "rag"},
    "web": {"index", "rag", "web"},
    "evals": {"index", "rag", "evals"},
}
ABOVE = {"commands", "training"}  # use all of their layer
ONLY_IN = {
    "faiss": {"index/search/vectors.py"},
    "tantivy": {f"index/search/{name}.py" for name in ("lexical", "lexical_view", "terms")},
    "sentence_transformers": {"index/embed.py"},
    "openai": {"rag/answer/write.py"},
}


@dataclass(frozen=True)
class Import:
    file: str
    module: str
    in_function: bool
    only_for_types: bool

    @property
    def top(self) -> str:
        return self.module.split(".")[0]


def imports_of(source: str, file: str) -> Iterator[Import]:
    yield from _imports(ast.parse(source), file, False, False)


def _imports(node: ast.AST, file: str, in_function: bool, for_types: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for name in child.names:
                yield Import(file, name.name, in_function, for_types)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"{file} imports relatively"
            yield Import(file, child.module or "", in_function, for_types)
        elif isinstance(child, ast.Call) and _dynamic(child):
            yield Import(file, ast.unparse(child.args[0]).strip("'"), in_function, for_types)
        function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        yield from _imports(child, file, in_function or function, for_types or types)


def _dynamic(call: ast.Call) -> bool:
    return ast.unparse(call.func) in {"__import__", "import_module", "importlib.import_module"}


@pytest.fixture(scope="module")
def imports() -> list[Import]:
    found = []
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            found += imports_of(path.read_text(encoding="utf-8"), name)
    assert len({one.file for one in found}) > 50  # they were really read
    return found


def test_the_reading_of_imports_itself() -> None:
    source = (
        "import a.b, c\nif TYPE_CHECKING:\n    from d import x\n"
        "def f():\n    from e.f import y\n    __import__('g')\n"
        "class K:\n    import h\n"
    )
    assert [
        (one.module, one.in_function, one.only_for_types) for one in imports_of(source, "")
    ] == [
        ("a.b", False, False),
        ("c", False, False),
        ("d", False, True),
        ("e.f", True, False),
        ("g", True, False),
        ("h", False, False),
    ]


def test_one_direction(imports: list[Import]) -> None:
    wrong = []
    for one in imports:
        layer = one.file.split("/")[0]
        upwards = one.top in LAYERS and one.top not in MAY_IMPORT[layer]
        tool = one.file.startswith(("rag/commands/", "rag/training/"))
        if upwards and not tool:
            wrong.append(f"{one.file} imports {one.module}")
    assert wrong == []


@pytest.mark.parametrize("layer", LAYERS)
def test_no_circle_among_the_folders_of_a_layer(imports: list[Import], layer: str) -> None:
    needs: dict[str, set[str]] = {}
    for one in imports:
        here = one.file.split("/")
        there = one.module.split(".")
        if min(len(here) - 1, len(there)) < 2 or here[0] != layer or there[0] != layer:
            continue
        if here[1] in ABOVE:
            continue
        if (ROOT / layer / there[1]).is_dir() and there[1] != here[1]:
            needs.setdefault(here[1], set()).add(there[1])
    assert list(TopologicalSorter(needs).static_order()) or not needs  # or it raises CycleError


def test_commands_reach_upwards_only_inside_functions(imports: list[Import]) -> None:
    wrong = [
        f"{one.file} imports {one.module}"
        for one in imports
        if one.file.startswith("rag/commands/")
        and one.top in {"web", "evals"}
        and not one.in_function
        and not one.only_for_types
    ]
    assert wrong == []


def test_nothing_imports_the_training(imports: list[Import]) -> None:
    assert [
        one.file
        for one in imports
        if one.module.startswith("rag.training") and not one.file.startswith("rag/training/")
    ] == []


def test_nothing_of_the_tests_is_imported(imports: list[Import]) -> None:
    assert [one.file for one in imports if one.top in {"tests", "pytest", "hypothesis"}] == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_has_one_door(imports: list[Import], library: str) -> None:
    assert {one.file for one in imports if one.top == library} == ONLY_IN[library]


def test_nothing_loads_pickles(imports: list[Import]) -> None:
    banned = {"pickle", "marshal", "shelve", "dill", "joblib"}
    assert [one.file for one in imports if one.top in banned] == []
    for layer in LAYERS:
        for path in (ROOT / layer).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert "torch.load" not in text, path
            assert "trust_remote_code=True" not in text, path
