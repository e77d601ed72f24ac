"""What becomes of files: new, changed, gone, renamed, and such as cannot be read."""

from __future__ import annotations

import os
import resource
import shutil
import time
from pathlib import Path

import pytest

import index.ingest
from index.errors import ReadError
from index.folder.survey import Scope
from index.folder.walk import Rules
from index.ingest import Ingest, _Job
from tests.index.desk import LIMIT, Desk

MAPS = "Ada Holt keeps the maps. She draws them herself."
FERRY = "The ferry left the harbour at nine."
CHEESE = "Cheese is made of milk."


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_second_time_nothing_is_embedded(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.put("sub/b.md", f"# Ferries\n\n{FERRY}")
    assert desk.statuses() == {"a.txt": "indexed", "b.md": "indexed"}
    assert desk.fake.embedded == [MAPS, f"Ferries\n{FERRY}"]
    before = desk.index.snapshot().version
    desk.fake.calls.clear()
    assert desk.statuses() == {"a.txt": "unchanged", "b.md": "unchanged"}
    desk.index = desk.open()
    assert desk.statuses() == {"a.txt": "unchanged", "b.md": "unchanged"}
    assert desk.fake.calls == []
    assert desk.index.snapshot().version == before
    assert desk.texts() == [f"# Ferries\n\n{FERRY}", MAPS]


def test_a_file_that_was_only_touched_is_not_embedded_again(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.run()
    desk.fake.calls.clear()
    desk.put("a.txt", MAPS)
    assert desk.statuses() == {"a.txt": "unchanged"}
    assert desk.fake.calls == []


def test_a_changed_file_keeps_its_id_and_loses_its_old_text(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    (old,) = [one for one in desk.documents() if one.path == "a.txt"]
    desk.fake.calls.clear()
    desk.put("a.txt", CHEESE)
    assert desk.statuses() == {"a.txt": "indexed", "b.txt": "unchanged"}
    assert desk.fake.embedded == [CHEESE]
    assert desk.texts() == [CHEESE, FERRY]
    (new,) = [one for one in desk.documents() if one.path == "a.txt"]
    assert new.id == old.id
    assert new.text_sha256 != old.text_sha256


def test_a_removed_file_leaves(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    gone = desk.put("b.txt", FERRY)
    desk.run()
    gone.unlink()
    assert desk.statuses() == {"a.txt": "unchanged", "b.txt": "removed"}
    assert desk.texts() == [MAPS]
    assert desk.statuses() == {"a.txt": "unchanged"}


def test_a_renamed_file_is_the_same_document(desk: Desk) -> None:
    old = desk.put("a.txt", MAPS)
    desk.put("c.txt", FERRY)
    desk.run()
    ids = {one.id for one in desk.documents()}
    desk.fake.calls.clear()
    old.rename(desk.root / "b.txt")
    assert desk.statuses() == {"b.txt": "renamed", "c.txt": "unchanged"}
    assert desk.fake.calls == []
    assert desk.paths() == [["b.txt"], ["c.txt"]]
    assert {one.id for one in desk.documents()} == ids


def test_the_same_content_twice_is_one_document_with_two_sources(desk: Desk) -> None:
    first = desk.put("a.txt", MAPS)
    second = desk.put("sub/b.txt", MAPS)
    assert desk.statuses() == {"a.txt": "indexed", "b.txt": "indexed"}
    assert desk.fake.embedded == [MAPS]
    assert desk.paths() == [["a.txt", "sub/b.txt"]]
    first.unlink()
    desk.run()
    assert desk.paths() == [["sub/b.txt"]]
    assert desk.texts() == [MAPS]
    desk.put("c.txt", FERRY)
    second.unlink()
    desk.run()
    assert desk.texts() == [FERRY]


def test_one_of_two_twins_that_changes_is_a_document_of_its_own(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", MAPS)
    desk.run()
    (old,) = desk.documents()
    desk.put("b.txt", FERRY)
    desk.run()
    assert desk.texts() == [MAPS, FERRY]
    assert desk.paths() == [["a.txt"], ["b.txt"]]
    assert [one.path for one in desk.documents() if one.id == old.id] == ["a.txt"]


def test_both_of_two_twins_change(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", MAPS)
    desk.run()
    desk.put("a.txt", FERRY)
    desk.put("b.txt", CHEESE)
    desk.run()
    assert desk.texts() == [CHEESE, FERRY]


def test_a_rotated_file(desk: Desk) -> None:
    """What stood in a.txt stands in b.txt now, and a.txt is new: in one run."""
    desk.put("a.txt", MAPS)
    desk.run()
    desk.put("b.txt", MAPS)
    desk.put("a.txt", FERRY)
    desk.run()
    assert desk.texts() == [MAPS, FERRY]
    assert desk.paths() == [["a.txt"], ["b.txt"]]


def test_swapped_files(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    desk.put("a.txt", FERRY)
    desk.put("b.txt", MAPS)
    desk.run()
    assert desk.texts() == [MAPS, FERRY]
    assert desk.paths() == [["a.txt"], ["b.txt"]]
    assert desk.statuses() == {"a.txt": "unchanged", "b.txt": "unchanged"}


def test_an_emptied_folder_removes_nothing(desk: Desk) -> None:
    path = desk.put("a.txt", MAPS)
    desk.run()
    path.unlink()
    assert "nothing was removed" in desk.reason("a.txt")
    assert desk.texts() == [MAPS]


def test_a_folder_with_hidden_files_alone_is_empty(desk: Desk) -> None:
    path = desk.put("a.txt", MAPS)
    desk.put(".mounted-here", "")
    desk.run()
    path.unlink()
    assert desk.statuses() == {".mounted-here": "skipped", "a.txt": "skipped"}
    assert desk.texts() == [MAPS]


def test_a_missing_folder_is_an_error_and_removes_nothing(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.run()
    shutil.rmtree(desk.root)
    with pytest.raises(ReadError, match="docs cannot be indexed: No such file"):
        desk.run()
    assert [one.text for one in desk.documents()] == [MAPS]


def test_an_emptied_folder_beside_a_full_one_removes_nothing(desk: Desk) -> None:
    path = desk.put("a/a.txt", MAPS)
    desk.put("b/b.txt", FERRY)
    both = (desk.root / "a", desk.root / "b")
    desk.run(*both)
    path.unlink()
    assert desk.statuses(*both) == {"a.txt": "skipped", "b.txt": "unchanged"}
    assert desk.texts() == [MAPS, FERRY]


def test_an_emptied_folder_that_was_indexed_by_name_is_kept_under_its_parent(desk: Desk) -> None:
    """Such as a stick that is not mounted now."""
    path = desk.put("stick/a.txt", MAPS)
    desk.run(desk.root / "stick")
    desk.put("b.txt", FERRY)
    desk.run()
    path.unlink()
    assert desk.statuses() == {"a.txt": "skipped", "b.txt": "unchanged"}
    (desk.root / "stick").rmdir()
    assert desk.statuses() == {"a.txt": "skipped", "b.txt": "unchanged"}
    assert desk.texts() == [MAPS, FERRY]


def test_an_empty_folder_is_no_error(desk: Desk) -> None:
    assert desk.run() == []
    assert desk.texts() == []


def test_one_folder_does_not_touch_another(desk: Desk) -> None:
    desk.put("a/a.txt", MAPS)
    desk.put("ab/b.txt", FERRY)
    desk.run(desk.root / "a")
    assert desk.statuses(desk.root / "ab") == {"b.txt": "indexed"}
    assert desk.texts() == [MAPS, FERRY]
    (desk.root / "a" / "a.txt").unlink()
    desk.put("ab/c.txt", CHEESE)
    desk.run(desk.root / "ab")
    assert desk.texts() == [MAPS, CHEESE, FERRY]


@pytest.mark.parametrize("order", [("", "sub"), ("sub", ""), ("sub/b.txt", "")])
def test_a_folder_inside_another_is_not_doubled(desk: Desk, order: tuple[str, str]) -> None:
    desk.put("a.txt", MAPS)
    desk.put("sub/b.txt", FERRY)
    for name in order:
        desk.run(desk.root / name)
    assert desk.paths() == [["a.txt"], ["sub/b.txt"]]
    assert sorted(desk.fake.embedded) == [MAPS, FERRY]
    desk.put("sub/b.txt", CHEESE)
    for name in reversed(order):
        desk.run(desk.root / name)
    assert desk.texts() == [MAPS, CHEESE]
    assert desk.paths() == [["a.txt"], ["sub/b.txt"]]


def test_a_link_between_two_named_folders_stays(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    (desk.root / "sub").mkdir()
    (desk.root / "sub" / "link.txt").symlink_to(desk.root / "a.txt")
    for _ in range(3):
        desk.run(desk.root, desk.root / "sub")
        assert desk.paths() == [["a.txt", "sub/link.txt"]]


def test_a_text_that_became_binary_leaves_with_the_reason(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    desk.put("a.txt", bytes(range(256)) * 20)
    reason = desk.reason("a.txt")
    assert "binary file" in reason
    assert "what was indexed from it was removed" in reason
    assert desk.texts() == [FERRY]


def test_a_text_that_became_too_large_leaves_with_the_reason(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    assert "larger than" in desk.reason("a.txt", max_bytes=len(FERRY))
    assert desk.texts() == [FERRY]


def test_encodings(desk: Desk) -> None:
    text = "Das Café in Göttingen öffnet um neun. Die Äpfel sind süß."
    for n, encoding in enumerate(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1")):
        desk.put(f"{encoding}.txt", (text + "\n" * n).encode(encoding))
    reports = {Path(one.path).stem: one for one in desk.run()}
    assert {one.status for one in reports.values()} == {"indexed"}
    assert desk.texts() == [text + "\n" * n for n in range(5)]
    assert reports["latin-1"].warnings[0].startswith("not UTF-8; read as")
    assert reports["utf-8-sig"].warnings == ()


@pytest.mark.parametrize("data", [b"", b" \n\r\n\t", b"\xef\xbb\xbf"])
def test_an_empty_file_is_skipped_with_the_reason(desk: Desk, data: bytes) -> None:
    desk.put("a.txt", data)
    assert "the file is empty" in desk.reason("a.txt")
    assert desk.texts() == []


def test_a_file_of_questions_is_indexed_with_a_warning(desk: Desk) -> None:
    desk.put("a.txt", "Who keeps the maps? Where are they?")
    desk.put("b.txt", FERRY)
    reports = {Path(one.path).name: one.warnings for one in desk.run()}
    assert reports == {"a.txt": ("no sentence in it can be quoted",), "b.txt": ()}
    assert len(desk.texts()) == 2
    (desk.root / "b.txt").unlink()
    desk.run()
    assert len(desk.texts()) == 1


def test_devices_and_fifos_are_skipped_and_never_waited_for(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    os.mkfifo(desk.root / "pipe.txt")
    (desk.root / "zero.txt").symlink_to("/dev/zero")
    assert desk.statuses() == {"a.txt": "indexed", "pipe.txt": "skipped", "zero.txt": "skipped"}
    with pytest.raises(ReadError, match="neither a file nor a folder"):
        desk.run(desk.root / "pipe.txt")


def test_reports_can_be_written_as_utf8(desk: Desk) -> None:
    for name in (b"caf\xe9.txt", b"good.txt", b"line\nbreak.txt", "\u202egnp.txt".encode()):
        (desk.root / os.fsdecode(name)).write_text(f"{MAPS} {name!r}")
    reports = desk.run()
    assert [one.status for one in reports].count("indexed") == 3
    (skipped,) = [one for one in reports if one.status == "skipped"]
    assert skipped.path.encode().endswith("caf\ufffd.txt".encode())


def test_a_line_of_50_mb_is_skipped_with_the_reason(desk: Desk) -> None:
    with (desk.root / "long.txt").open("wb") as file:
        file.write(b"word " * 10_000_000)
    assert "larger than 25 MB: split it, or raise max_file_mb" in desk.reason("long.txt")


def test_a_line_of_20_mb_takes_bounded_time_and_memory(desk: Desk) -> None:
    desk.fake = type(desk.fake)(window=256)
    line = "Twelve silver wagons rolled slowly behind twenty golden horses; " * 320_000
    desk.put("long.txt", line)
    start, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (report,) = desk.run()
    assert report.status == "indexed"
    assert time.process_time() - start < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2_000_000  # KB
    snapshot = desk.index.snapshot()
    (document,) = desk.documents()
    covered = [one.span for one in snapshot.catalogue.passages(snapshot.version)]
    words = sum(len(document[span].split()) for span in covered)
    assert words == len(line.split()) == 2_880_000


def test_an_interruption_keeps_what_was_committed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.ingest, "BATCH_PASSAGES", 2)
    names = [f"{n}.txt" for n in range(7)]
    for name in names:
        desk.put(name, f"File {name} tells of the sea.")
    embed = desk.fake.embed

    def interrupted(texts: list[str]) -> object:
        if len(desk.fake.embedded) >= 4:
            raise KeyboardInterrupt
        return embed(texts)

    monkeypatch.setattr(desk.fake, "embed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        desk.run()
    monkeypatch.undo()
    assert [one.path for one in sorted(desk.documents(), key=lambda d: d.path)] == names[:4]
    assert len(desk.texts()) == 4
    desk.fake.calls.clear()
    done = desk.statuses()
    assert [done[name] for name in names] == ["unchanged"] * 4 + ["indexed"] * 3
    assert len(desk.fake.embedded) == 3
    assert len(desk.texts()) == 7


def test_progress_ends_with_all_files(desk: Desk) -> None:
    for n in range(3):
        desk.put(f"{n}.txt", f"File {n} tells of the sea.")
    seen: list[tuple[int, int, int]] = []
    desk.index.update(
        [Scope(desk.root)],
        Rules(1_000),
        progress=lambda one: seen.append((one.files, one.of, one.passages)),
    )
    assert [one[:2] for one in seen[:3]] == [(0, 3), (1, 3), (2, 3)]
    assert seen[-1] == (3, 3, 3)


def test_a_document_without_a_title_is_called_as_its_file_is_now(desk: Desk) -> None:
    desk.put("star.txt", MAPS)
    desk.run()
    assert [one.title for one in desk.documents()] == ["star.txt"]
    (desk.root / "star.txt").rename(desk.root / "moon.txt")
    assert desk.statuses() == {"moon.txt": "renamed"}
    assert [one.title for one in desk.documents()] == ["moon.txt"]


def test_a_file_that_is_renamed_to_another_format_is_read_as_that(desk: Desk) -> None:
    text = "# Ferries\n\nThe ferry left the harbour at nine.\n"
    desk.put("a.txt", text)
    desk.run()
    (desk.root / "a.txt").rename(desk.root / "a.md")
    assert desk.statuses() == {"a.txt": "removed", "a.md": "indexed"}
    (document,) = desk.documents()
    assert (document.media_type, document.title) == ("text/markdown", "Ferries")
    desk.put("b.txt", text)
    desk.put("c.md", text)
    assert desk.statuses() == {"a.md": "unchanged", "b.txt": "indexed", "c.md": "indexed"}
    assert desk.paths() == [["a.md", "c.md"], ["b.txt"]]


def test_texts_that_wait_are_not_more_than_memory_can_hold(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of questions alone nothing can be quoted, so such a text has no passage."""
    monkeypatch.setattr(index.ingest, "BATCH_CHARACTERS", 3_000)
    held: list[int] = []
    wait = Ingest._wait

    def counted(run: Ingest, job: _Job) -> None:
        wait(run, job)
        held.append(sum(one.characters for one in run._jobs))

    monkeypatch.setattr(Ingest, "_wait", counted)
    for n in range(8):
        desk.put(f"{n}.txt", f"Is this file {n}? " * 100)
    assert set(desk.statuses().values()) == {"indexed"}
    assert max(held) < 3_000


def test_a_folder_that_goes_away_during_the_run_keeps_its_documents(
    desk: Desk, tmp_path: Path
) -> None:
    for name in ("a.txt", "b.txt"):
        desk.put(name, f"{MAPS} It is {name}.")
    desk.run()
    for name in ("a.txt", "b.txt"):
        desk.put(name, f"{FERRY} It is {name}.")

    def unplug(_: object) -> None:
        if desk.root.exists():
            desk.root.rename(tmp_path / "unplugged")

    reports = list(desk.index.update([Scope(desk.root)], Rules(LIMIT), progress=unplug))
    assert [one.status for one in reports] == ["skipped", "skipped"]
    assert "not mounted" in (reports[0].reason or "")
    assert desk.paths() == [["a.txt"], ["b.txt"]]
    (tmp_path / "unplugged").rename(desk.root)
    assert set(desk.statuses().values()) == {"indexed"}


def test_a_text_s_own_language_goes_before_the_one_that_it_states(desk: Desk) -> None:
    english = "The mill at the river was built by a smith, and it has been used for the grain."
    desk.put("short.html", '<html lang="de"><p>Die Mühle am Fluss.</p></html>')
    desk.put("long.html", f'<html lang="de"><p>{english}</p></html>')
    desk.run()
    told = {one.path: one.about.language for one in desk.documents()}
    assert told == {"short.html": "German", "long.html": "English"}
