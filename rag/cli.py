"""The command line: one thin function a command; the work is in ``rag/commands``."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from index.errors import IndexLayerError, LockedError, ReadError
from rag.commands.codes import DONE, FAILURE, INTERRUPTED, LOCKED, WRONG_USE
from rag.errors import QuestionError, RagError, SettingsError
from rag.settings import Settings, absolute, default_home, load_settings

app = typer.Typer(
    name="citewell",
    help="Ask a folder of documents; every sentence of the answer is a quote you can check.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def path(value: str) -> Path:
    """What a person wrote for a path. An empty one, of a variable that is not set, is none."""
    if not value:
        raise typer.BadParameter("the path is empty: name a file or a folder")
    return Path(value)


Home = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option(
        "--home", parser=path, help="Folder of the index (CITEWELL_HOME, else the platform's own)."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Download = Annotated[
    bool, typer.Option("--allow-download", help="Let a model that you named come from its hub.")
]
ReaderName = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--reader", help="trained, or similarity: without the cross-encoder."),
]
Ocr = Annotated[
    bool,
    typer.Option("--ocr", help="Recognise text in pictures of PDF pages (needs tesseract)."),
]
Paths = Annotated[
    list[Path], typer.Argument(metavar="PATH...", parser=path, help="Files or folders.")
]
Documents = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--document", help="Only this document: its id, path or a pattern of paths."),
]


def _settings(home: Path | None, **flags: Any) -> tuple[Path, Settings]:
    where = absolute(home) if home else default_home()
    return where, load_settings(where, flags)


@app.command()
def index(
    paths: Paths,
    home: Home = None,
    as_json: AsJson = False,
    watch: Annotated[bool, typer.Option("--watch", help="Then follow changes.")] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Also remove what was in a folder that is gone.")
    ] = False,
    include: Annotated[
        bool, typer.Option("--include", help="Take back what 'rm' has excluded here.")
    ] = False,
    hidden: Annotated[bool, typer.Option("--hidden", help="Hidden files and folders too.")] = False,
    ocr: Ocr = False,
    allow_download: Download = False,
) -> None:
    """Index files and folders, or bring them up to date."""
    from rag.commands import index as command

    flags = {"hidden": hidden or None, "ocr": ocr or None}
    flags |= {"allow_download": allow_download or None}
    options = command.Options(prune, watch, include, as_json)
    raise typer.Exit(command.run(*_settings(home, **flags), paths, options))


@app.command()
def rm(
    documents: Annotated[list[str], typer.Argument(metavar="DOCUMENT...", help="Ids or paths.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take documents out of the index; their files stay where they are."""
    from rag.commands import rm as command

    raise typer.Exit(command.run(*_settings(home), documents, as_json))


@app.command()
def ask(
    question: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(help="In plain language."),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
    batch: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--batch", parser=path, help="JSON lines of questions; one answer object a line."
        ),
    ] = None,
    history: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--history", parser=path, help="JSON file with the earlier turns of the conversation."
        ),
    ] = None,
    document: Documents = None,
    mode: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--mode", help="extractive or llm."),
    ] = None,
    max_error: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option("--max-error", help="At most this share of answers wrong, such as 0.05."),
    ] = None,
    reader: ReaderName = None,
    allow_download: Download = False,
) -> None:
    """Ask a question; exit code 1 when the documents do not say."""
    from rag.commands import ask as command

    flags = {"mode": mode, "max_error": max_error, "reader": reader}
    where, settings = _settings(home, **flags, allow_download=allow_download or None)
    raise typer.Exit(command.run(where, settings, question, batch, history, document, as_json))


@app.command()
def search(
    query: str,
    home: Home = None,
    as_json: AsJson = False,
    k: Annotated[int, typer.Option("-k", help="Passages to print.")] = 10,
    document: Documents = None,
) -> None:
    """Print the passages nearest to a query; exit code 1 when there is none."""
    from rag.commands import search as command

    raise typer.Exit(command.run(*_settings(home), query, k, document, as_json))


@app.command()
def extract(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", parser=path, help="Texts; - for standard input."),
    ],
    question: Annotated[str, typer.Option("--question", help="In plain language.")],
    home: Home = None,
    reader: ReaderName = None,
    as_json: AsJson = False,
    allow_download: Download = False,
) -> None:
    """Print the sentences of files that answer a question; nothing is indexed."""
    from rag.commands import extract as command

    where, settings = _settings(home, reader=reader, allow_download=allow_download or None)
    raise typer.Exit(command.run(where, settings, question, files, as_json))


@app.command()
def serve(
    paths: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Argument(metavar="[PATH...]", parser=path, help="Files or folders to index first."),
    ] = None,
    home: Home = None,
    host: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--host", help="Any but this machine needs CITEWELL_TOKEN."),
    ] = None,
    port: Annotated[Optional[int], typer.Option("--port")] = None,  # noqa: UP045
    reader: ReaderName = None,
    ocr: Ocr = False,
    as_json: AsJson = False,
    allow_download: Download = False,
) -> None:
    """Serve the chat page and the HTTP API."""
    from rag.commands import serve as command

    del as_json  # taken by every command; what the server says is JSON already
    flags = {"host": host, "port": port, "reader": reader, "ocr": ocr or None}
    where, settings = _settings(home, **flags, allow_download=allow_download or None)
    raise typer.Exit(command.run(where, settings, paths or []))


@app.command()
def verify(
    file: Annotated[
        Path, typer.Argument(parser=path, help="What 'ask --json' printed; - for standard input.")
    ],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Check each citation of an answer; exit code 1 unless all hold."""
    from rag.commands import verify as command

    raise typer.Exit(command.run(*_settings(home), file, as_json))


@app.command(name="eval")
def evaluate(
    set_path: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Argument(
            metavar="[SET]", parser=path, help="An eval set, or the path of the data set."
        ),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
    dataset: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--dataset", help="SET is a squad, clapnq, beir, qmsum or mtrag data set."),
    ] = None,
    split: Annotated[Optional[str], typer.Option("--split")] = None,  # noqa: UP045
    limit: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--limit", help="Ask a sample of this many questions."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the sample.")] = 0,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", parser=path, help="Write JSON here."),
    ] = None,
    html: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--html", parser=path, help="Write a page with figures, curves and the worst misses."
        ),
    ] = None,
    baseline: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--baseline", parser=path, help="An earlier --out; exit code 1 on a loss beyond noise."
        ),
    ] = None,
    calibrate: Annotated[
        bool,
        typer.Option("--calibrate", help="Fit the stated chances on SET; --out names the file."),
    ] = False,
    reader: ReaderName = None,
) -> None:
    """Ask the questions of an eval set and say how many answers are right."""
    from rag.commands import eval as command

    where, settings = _settings(home, reader=reader)
    raise typer.Exit(
        command.run(
            where if home or not dataset else None,
            settings,
            set_path,
            dataset=dataset,
            split=split,
            limit=limit,
            seed=seed,
            out=out,
            html=html,
            baseline=baseline,
            calibrate=calibrate,
            as_json=as_json,
        )
    )


@app.command()
def status(home: Home = None, as_json: AsJson = False) -> None:
    """Say what is indexed."""
    from rag.commands import status as command

    raise typer.Exit(command.run(*_settings(home), as_json))


@app.command()
def doctor(home: Home = None, as_json: AsJson = False) -> None:
    """Check everything that is stored; exit code 1 when something is wrong."""
    from rag.commands import doctor as command

    raise typer.Exit(command.run(*_settings(home), as_json))


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(parser=path, help="A new folder for the copy.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Copy the index while it is in use."""
    from rag.commands import backup as command

    raise typer.Exit(command.run(_settings(home)[0], folder, as_json))


def main() -> None:
    """The entry point: errors become one plain sentence and an exit code."""
    from index.offline import close_network

    close_network()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # not every terminal speaks UTF-8
    sys.exit(_guard(app))


def _guard(run: Callable[[], Any]) -> int:
    """Runs the command and returns its exit code; wrong words typer itself explains."""
    try:
        code = _exit_code(run)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return _say("stopped; what was committed before is kept", INTERRUPTED)
    except LockedError as error:
        return _say(error, LOCKED)
    except (QuestionError, ReadError, SettingsError) as error:
        return _say(error, WRONG_USE)
    except (IndexLayerError, RagError) as error:
        return _say(error, FAILURE)
    except BrokenPipeError:
        # Whoever read our output has gone: nothing more can be said, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILURE
    except OSError as error:
        return _say(error, FAILURE)


def _exit_code(run: Callable[[], Any]) -> int:
    try:
        run()
    except SystemExit as done:
        if done.code == INTERRUPTED:
            raise KeyboardInterrupt from done
        return done.code if isinstance(done.code, int) else DONE
    return DONE


def _say(error: Exception | str, code: int) -> int:
    print(f"citewell: {error}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
