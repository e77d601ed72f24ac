from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch

from evals.metrics import auroc
from index.embed import has_bf16
from rag.errors import SettingsError
from rag.reader.cross_encoder import CrossEncoder, Judgement
from rag.reader.files import PINS, ReaderFile, read_reader, write_reader
from rag.reader.network import Network, Shape, pack
from rag.reader.pair_input import Item
from rag.training import checkpoint
from rag.training.batches import Asked, by_question, epochs, read_examples, sampled
from rag.training.card import card
from rag.training.fetch_base import SHA256
from rag.training.fitting import Data, Fitting, blended, total_steps
from rag.training.learner import Learner, Recipe, share_of_rate
from rag.training.losses import losses
from rag.training.pairs.mining import UNLABELLED
from rag.training.soften import main as soften_main
from rag.training.stopping import figures, sample
from rag.training.train_reader import main
from tests.rag.reader.readers import encoder, network, toy_rows, write_rows

RECIPE = Recipe(
    epochs=2.0, batch_tokens=400, rate=3e-3, head_rate=3e-3, average=0.9, every=7, most=3
)


@pytest.fixture
def data(tmp_path: Path) -> Data:
    sides = {}
    for seed, (side, questions) in enumerate({"train": 60, "stop": 40}.items()):
        path = tmp_path / f"p.{side}.jsonl"
        write_rows(path, toy_rows(questions, seed))
        sides[side] = read_examples(path, encoder())
    return Data(sides["train"], sides["stop"], {"train": "a", "stop": "b"})


def fitting(data: Data, out: Path, recipe: Recipe = RECIPE) -> tuple[Fitting, Learner]:
    out.mkdir(exist_ok=True)
    torch.manual_seed(1)
    net = network(seed=1, dropout=recipe.dropout, spread=0.1)
    steps = total_steps(data, recipe)
    learner = Learner(net, recipe, steps, torch.device("cpu"), bf16=False)
    return Fitting(learner, data, recipe, out, log=lambda _: None), learner


def logged(out: Path) -> list[Any]:
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


class Stopped:
    """A clock on which the time is over at its ``calls``-th reading."""

    def __init__(self, calls: int) -> None:
        self._calls = itertools.count()
        self._over = calls

    def __call__(self) -> float:
        return 0.0 if next(self._calls) < self._over else 1e6


# --- batches ----------------------------------------------------------------------------


def test_a_batch_keeps_a_question_together(data: Data) -> None:
    plan = list(itertools.islice(epochs(data.train, 300, 12, 5), 3))
    for batches in plan:
        assert sorted(itertools.chain(*batches)) == list(range(len(data.train)))
        where: dict[int, set[int]] = {}
        for number, batch in enumerate(batches):
            for at in batch:
                where.setdefault(data.train[at].question, set()).add(number)
            tokens = sum(len(data.train[at].encoded.ids) for at in batch)
            assert tokens <= 300
        assert all(len(numbers) == 1 for numbers in where.values())
    assert plan[0] != plan[1]
    assert plan == list(itertools.islice(epochs(data.train, 300, 12, 5), 3))


def test_many_pairs_of_a_question_are_sampled_down() -> None:
    many = Asked(tuple(range(6)), tuple(range(6, 30)))
    seen = set()
    for seed in range(40):
        kept = sampled(many, 8, Random(seed))
        assert len(set(kept)) == 8
        assert sum(at < 6 for at in kept) == 4
        seen |= set(kept)
    assert seen == set(range(30))
    assert sorted(sampled(Asked(tuple(range(20)), (20,)), 8, Random(0)))[-1] == 20
    assert len(sampled(Asked(tuple(range(20)), (20,)), 8, Random(0))) == 8
    assert sampled(Asked((1,), (2, 3)), 8, Random(0)) == [1, 2, 3]


def test_spans_of_the_file_become_tokens_of_the_sentence(data: Data) -> None:
    for one in data.train:
        assert (one.span is not None) == one.right
        if one.span is not None:
            assert len(one.span) == 1
            assert one.encoded.text_of(one.span) == one.text_span
    numbers = [one.question for one in data.train]
    assert len(set(numbers)) == len(by_question(data.train)) == 60


def test_the_limit_counts_questions_and_keeps_all_their_pairs(tmp_path: Path) -> None:
    rows = toy_rows(20, 0)
    Random(0).shuffle(rows)
    write_rows(tmp_path / "p", rows)
    kept = read_examples(tmp_path / "p", encoder(), limit=5)
    assert len({one.question for one in kept}) == 5
    assert len(kept) == 15


def test_a_file_that_holds_no_pairs_is_named(tmp_path: Path) -> None:
    (tmp_path / "p").write_text('{"question": "a"}\n')
    for name in ("p", "missing"):
        with pytest.raises(SettingsError, match=name):
            read_examples(tmp_path / name, encoder())


# --- losses -----------------------------------------------------------------------------


def test_losses_are_those_of_a_plain_sum(data: Data) -> None:
    examples = data.train[:24]
    batch = pack([one.encoded for one in examples])
    net = network(spread=0.5).eval()
    with torch.no_grad():
        output = net(batch)
        found = losses(output, batch, examples)
    scores = {at: float(output.answers[number]) for number, at in enumerate(batch.order)}
    entropy = [
        math.log1p(math.exp(-scores[at] if one.right else scores[at]))
        for at, one in enumerate(examples)
    ]
    assert float(found.answers) == pytest.approx(sum(entropy) / len(entropy), rel=1e-4)
    ranks = [
        -math.log(
            sum(math.exp(scores[at]) for at in one.right)
            / sum(math.exp(scores[at]) for at in (*one.right, *one.wrong))
        )
        for one in by_question(examples)
        if one.right
    ]
    assert float(found.rank) == pytest.approx(sum(ranks) / len(ranks), rel=1e-4)

    spans = []
    for number, at in enumerate(batch.order):
        span = examples[at].span
        if span is not None:
            mine = output.owner == number
            for logits, target in ((output.start, span.start), (output.end, span.end - 1)):
                spans.append(-float(torch.log_softmax(logits[mine], 0)[target]))
    assert float(found.span) == pytest.approx(sum(spans) / len(spans), rel=1e-4)


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_teachers_share_the_say_with_the_labels(data: Data, temperature: float) -> None:
    """One question: a right pair, a wrong one, and one of which only the teachers speak."""
    right, wrong = (next(one for one in data.train if one.right == side) for side in (True, False))
    taught = (2.0, -1.0, 0.5)
    examples = [
        replace(right, question=7, soft=taught[0]),
        replace(wrong, question=7, soft=taught[1]),
        replace(wrong, question=7, soft=taught[2], kind=UNLABELLED),
    ]
    batch = pack([one.encoded for one in examples])
    with torch.no_grad():
        output = network(spread=0.5).eval()(batch)
        found = losses(output, batch, examples, 0.25, temperature)
    places = {at: number for number, at in enumerate(batch.order)}
    scores = [float(output.answers[places[at]]) for at in range(3)]

    def chance(logit: float) -> float:
        return 1 / (1 + math.exp(-logit))

    def entropy(score: float, aim: float) -> float:
        return -aim * math.log(chance(score)) - (1 - aim) * math.log(1 - chance(score))

    mild = [score / temperature for score in scores]
    told = [entropy(scores[0], 1), entropy(scores[1], 0), 0.0]
    heard = [
        entropy(score, chance(soft / temperature)) * temperature**2
        for score, soft in zip(mild, taught, strict=True)
    ]
    shares = (0.25, 0.25, 0.0)
    mixed = [
        share * label + (1 - share) * teacher
        for share, label, teacher in zip(shares, told, heard, strict=True)
    ]
    assert float(found.answers) == pytest.approx(sum(mixed) / 3, rel=1e-4)
    logs = [score - math.log(sum(map(math.exp, mild))) for score in mild]
    weights = [math.exp(soft / temperature) for soft in taught]
    believed = [weight / sum(weights) for weight in weights]
    crossed = -sum(share * log for share, log in zip(believed, logs, strict=True)) * temperature**2
    lost = math.log(math.exp(scores[0]) + math.exp(scores[1])) - scores[0]  # of what has a label
    assert float(found.rank) == pytest.approx(0.25 * lost + 0.75 * crossed, rel=1e-4)


def test_pairs_nobody_speaks_of_are_read_only_when_asked_for(tmp_path: Path) -> None:
    rows = toy_rows(3, 0)
    rows[1]["kind"] = rows[2]["kind"] = UNLABELLED
    rows[2]["soft"] = 1.5
    write_rows(tmp_path / "p", rows)
    kept = read_examples(tmp_path / "p", encoder())
    assert len(kept) == len(rows) - 1
    assert [one.soft for one in kept if not one.labelled] == [1.5]
    assert len(read_examples(tmp_path / "p", encoder(), wide=True)) == len(rows)


def test_teachers_say_the_mean_of_their_logits(tmp_path: Path) -> None:
    rows = toy_rows(4, 0)
    rows[0]["kind"] = UNLABELLED
    write_rows(tmp_path / "p.train.jsonl", rows)
    write_rows(tmp_path / "p.stop.jsonl", toy_rows(2, 1))
    folders = [tmp_path / "a", tmp_path / "b"]
    for seed, folder in enumerate(folders):
        folder.mkdir()
        net = network(seed, spread=0.5)
        write_reader(folder, ReaderFile(net.state_dict(), net.shape, 112, {}, {}))
    soften_main([str(tmp_path / "p"), str(tmp_path / "t"), *map(str, folders), "--device", "cpu"])
    taught = [json.loads(one) for one in (tmp_path / "t.train.jsonl").read_text().splitlines()]
    assert [{**row, "soft": 0} for row in taught] == [{**row, "soft": 0} for row in rows]
    items = [
        Item(row["question"], tuple(row["headings"]), row["before"], row["sentence"], row["after"])
        for row in rows
    ]
    readers = [CrossEncoder.open(folder, bf16=has_bf16()) for folder in folders]
    said = [[one.answers for one in reader.score(items)] for reader in readers]
    means = [(one + other) / 2 for one, other in zip(*said, strict=True)]
    assert [row["soft"] for row in taught] == pytest.approx(means, rel=1e-2)
    assert (tmp_path / "t.stop.jsonl").read_text() == (tmp_path / "p.stop.jsonl").read_text()
    with pytest.raises(SystemExit, match="the pairs themselves"):
        soften_main([str(tmp_path / "p"), str(tmp_path / "p"), str(folders[0])])
    with pytest.raises(SystemExit, match="nowhere"):
        soften_main([str(tmp_path / "p"), str(tmp_path / "t"), str(tmp_path / "nowhere")])


def test_a_batch_without_a_right_pair_has_no_loss_of_rank_or_span(data: Data) -> None:
    examples = [one for one in data.train if not one.right][:4]
    batch = pack([one.encoded for one in examples])
    with torch.no_grad():
        found = losses(network()(batch), batch, examples)
    assert (float(found.rank), float(found.span)) == (0.0, 0.0)
    assert float(found.answers) > 0


def test_the_rate_rises_and_falls_in_a_line() -> None:
    shares = [share_of_rate(step, 100, 0.1) for step in range(101)]
    assert shares[0] == pytest.approx(0.1)
    assert max(shares) == pytest.approx(1.0)
    assert shares.index(max(shares)) in (9, 10)
    assert shares[55] == pytest.approx(0.5)
    assert shares[100] == 0.0


# --- figures ----------------------------------------------------------------------------


def test_figures_are_of_questions(data: Data) -> None:
    random = Random(0)
    judged = [
        Judgement(random.gauss(float(one.right), 1.0), one.text_span if at % 3 else None, 1.0)
        for at, one in enumerate(data.stop)
    ]
    found = figures(data.stop, judged)
    best, answerable, hits = [], [], []
    for question in range(40):
        mine = [at for at, one in enumerate(data.stop) if one.question == question]
        top = max(mine, key=lambda at: judged[at].answers)
        best.append(judged[top].answers)
        answerable.append(any(data.stop[at].right for at in mine))
        if answerable[-1]:
            hits.append(data.stop[top].right)
    assert found.auroc == pytest.approx(auroc(answerable, best))
    assert found.by_kind == {"mined": pytest.approx(found.auroc)}
    assert found.hit_at_1 == pytest.approx(sum(hits) / len(hits))
    right = [one for one, example in zip(judged, data.stop, strict=True) if example.right]
    marked = sum(one.highlight is not None for one in right) / len(right)
    assert found.highlight == pytest.approx(marked)


def test_a_sample_keeps_all_pairs_of_its_questions(data: Data) -> None:
    kept = sample(data.stop, 10, 3)
    assert len(by_question(kept)) == 10
    assert len(kept) == 30
    assert sample(data.stop, 999, 3) == list(data.stop)


# --- runs -------------------------------------------------------------------------------


def test_a_toy_set_is_learned(tmp_path: Path, data: Data) -> None:
    recipe = replace(RECIPE, epochs=25.0, dropout=0.0, every=40, most=12, patience=99)
    before = fitting(data, tmp_path / "before", replace(recipe, epochs=0.01))[0].run()
    found = fitting(data, tmp_path / "out", recipe)[0].run()
    assert before["stop"]["auroc"] < 0.8
    assert found["stop"]["auroc"] > 0.9
    assert found["stop"]["hit_at_1"] > 0.9
    assert found["stop"]["highlight"] > 0.9
    reader = CrossEncoder.open(tmp_path / "out")
    sentences = ("The boat is broken.", "The boat is green.")
    wrong, right = reader.score(
        [Item("What colour is the boat?", ("Colours",), "", one, "") for one in sentences]
    )
    assert right.answers > 0 > wrong.answers
    assert right.highlight is not None
    assert right.highlight.of(sentences[1]) == "green"
    assert "| AUROC" in (tmp_path / "out" / "README.md").read_text()


@pytest.mark.parametrize("calls", [4, 11, 20])
def test_a_resumed_run_ends_as_one_that_was_never_stopped(
    tmp_path: Path, data: Data, calls: int
) -> None:
    whole, learner = fitting(data, tmp_path / "whole")
    whole.run()
    first, stopped = fitting(data, tmp_path / "parts")
    first._clock = Stopped(calls)
    first.run(budget=1.0)
    assert 0 < stopped.step < learner.step
    second, resumed = fitting(data, tmp_path / "parts")
    torch.manual_seed(999)  # what the process did before must not matter
    second.resume()
    assert resumed.step == stopped.step
    second.run()
    assert resumed.step == learner.step
    for name, value in learner.state().items():
        assert torch.equal(value, resumed.state()[name]), name


def test_a_stopped_run_leaves_a_reader_that_can_be_used(tmp_path: Path, data: Data) -> None:
    run, learner = fitting(data, tmp_path / "out")
    run._clock = Stopped(5)
    found = run.run(budget=1.0)
    assert found["steps_done"] == learner.step < found["steps_planned"]
    CrossEncoder.open(tmp_path / "out")
    lines = logged(tmp_path / "out")
    assert {"step", "loss", "auroc", "hit_at_1", "pairs_per_second", "hours_left"} <= set(lines[0])
    assert lines[-1]["finished"]


def test_the_best_weights_are_kept_and_training_stops_when_nothing_gets_better(
    tmp_path: Path, data: Data
) -> None:
    # A rate that wrecks the weights: no later evaluation is like to beat all earlier ones.
    recipe = replace(RECIPE, epochs=50.0, rate=1.0, head_rate=1.0, every=3, patience=2)
    run, learner = fitting(data, tmp_path / "out", recipe)
    found = run.run()
    assert learner.step < found["steps_planned"]
    lines = logged(tmp_path / "out")[:-1]
    best = max(lines, key=lambda line: line["auroc"])
    assert found["step"] == best["step"] == learner.step - 2 * 3
    assert read_reader(tmp_path / "out").figures["step"] == best["step"]


def test_only_the_same_recipe_and_files_go_on(tmp_path: Path, data: Data) -> None:
    fitting(data, tmp_path / "out")[0].run()
    other, _ = fitting(data, tmp_path / "out", replace(RECIPE, rate=1e-3))
    with pytest.raises(SettingsError, match="another rate"):
        other.resume()
    changed, _ = fitting(replace(data, sha256={"train": "c"}), tmp_path / "out")
    with pytest.raises(SettingsError, match="another files"):
        changed.resume()
    empty, _ = fitting(data, tmp_path / "empty")
    with pytest.raises(SettingsError, match="nothing to go on from"):
        empty.resume()


def test_a_damaged_checkpoint_is_refused(tmp_path: Path, data: Data) -> None:
    fitting(data, tmp_path / "out")[0].run()
    file = tmp_path / "out" / checkpoint.CHECKPOINT
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(SettingsError, match="without --resume"):
        fitting(data, tmp_path / "out")[0].resume()


def test_the_command_does_not_write_over_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / PINS).write_text("{}")
    with pytest.raises(SystemExit, match="give --resume"):
        main(["p", str(tmp_path)])
    with pytest.raises(SystemExit, match=r"rag\.training\.pairs"):
        main(["nowhere", str(tmp_path / "new")])
    assert capsys.readouterr().out == ""


def _reader(folder: Path, seed: int) -> ReaderFile:
    torch.manual_seed(seed)
    folder.mkdir()
    write_reader(folder, ReaderFile(Network(Shape()).state_dict(), Shape(), 64, {}, {}))
    return read_reader(folder)


def test_it_learns_on_from_a_reader(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a step taken the weights are those it began with."""
    old = _reader(tmp_path / "old", 3)
    write_rows(tmp_path / "p.train.jsonl", toy_rows(40, 1))
    write_rows(tmp_path / "p.stop.jsonl", toy_rows(12, 2))
    command = [str(tmp_path / "p"), str(tmp_path / "new"), "--start", str(tmp_path / "old")]
    main([*command, "--keep", "0.3", "--rate", "0", "--head-rate", "0", "--epochs", "1"])
    assert "goes on from" in capsys.readouterr().out
    new = read_reader(tmp_path / "new")
    assert all(torch.equal(value, new.weights[name]) for name, value in old.weights.items())
    assert new.recipe["files"]["start"] == old.sha256
    assert new.recipe["keep"] == 0.3
    assert new.recipe["before"] == old.recipe


def test_a_card_tells_all_runs_and_what_the_first_began_from(data: Data) -> None:
    base = {"base": SHA256["model.safetensors"]}
    first = {"epochs": 0.41, "max_tokens": 112, "files": base}
    second = {"epochs": 0.36, "max_tokens": 112, "files": {"start": "1"}, "before": first}
    third = {"epochs": 0.53, "max_tokens": 112, "files": {"start": "2"}, "before": second}
    stop = {"questions": 1, "pairs": 2, "auroc": 0.9, "hit_at_1": 0.8, "highlight": 0.7}
    text = card(data.train, third, {"stop": stop | {"auroc_by_kind": {}}})
    assert "the lowest layers of all-mpnet-base-v2" in text
    runs = text.split("## Recipe, run ")[1:]
    assert [run.split("\n")[0] for run in runs] == ["1 of 3", "2 of 3", "3 of 3"]
    assert ["| epochs | 0.41 |" in run for run in runs] == [True, False, False]
    assert "before |" not in text


def test_frozen_layers_stay_as_they_were(tmp_path: Path, data: Data) -> None:
    recipe = replace(RECIPE, frozen=1)
    before = {name: one.clone() for name, one in network(seed=1, spread=0.1).named_parameters()}
    run, learner = fitting(data, tmp_path / "out", recipe)
    run.run()
    stayed = {
        name for name, one in learner.network.named_parameters() if torch.equal(one, before[name])
    }
    low = ("words.", "places.", "kinds.", "layers.0.")
    assert stayed == {name for name in before if name.startswith(low)}
    again, other = fitting(data, tmp_path / "out", recipe)
    again.resume()
    assert other.step == learner.step


def test_what_is_kept_of_the_weights_before(tmp_path: Path) -> None:
    one, other = _reader(tmp_path / "one", 1).weights, _reader(tmp_path / "other", 2).weights
    between = blended(one, other, 0.25)
    name = next(iter(one))
    wanted = 0.75 * one[name].float() + 0.25 * other[name].float()
    assert torch.allclose(between[name], wanted, atol=1e-6)
    assert blended(one, None, 0.25).keys() == one.keys()


def test_teachers_are_not_asked_what_they_are_to_learn(tmp_path: Path) -> None:
    _reader(tmp_path / "old", 3)
    rows = toy_rows(40, 1)
    for row in rows[:6]:
        row["kind"] = "vague"
    write_rows(tmp_path / "p.train.jsonl", rows)
    write_rows(tmp_path / "p.stop.jsonl", toy_rows(12, 2))
    command = [str(tmp_path / "p"), str(tmp_path / "t"), str(tmp_path / "old"), "--device", "cpu"]
    soften_main([*command, "--focus", "vague"])
    taught = [json.loads(line) for line in (tmp_path / "t.train.jsonl").read_text().splitlines()]
    of = {row["question"] for row in taught}
    assert {row["question"] for row in rows[:6]} <= of
    assert len(taught) == 12  # of two questions and two others
    assert all(("soft" in row) == (row["kind"] != "vague") for row in taught)
    with pytest.raises(SystemExit, match="no pair is of the kinds nothing"):
        soften_main([*command, "--focus", "nothing"])


def test_without_teachers_the_labels_alone_count(tmp_path: Path) -> None:
    rows = toy_rows(40, 1)
    for row in rows[:24]:
        row["source"] = "written"
    write_rows(tmp_path / "p.train.jsonl", rows)
    write_rows(tmp_path / "p.stop.jsonl", toy_rows(12, 2))
    command = [str(tmp_path / "p"), str(tmp_path / "t")]
    soften_main([*command, "--focus", "written", "--others", "0.25"])
    kept = [json.loads(line) for line in (tmp_path / "t.train.jsonl").read_text().splitlines()]
    asked = {(row["question"], row["source"], row["group"]) for row in kept}
    written = {one for one in asked if one[1] == "written"}
    assert len(asked) == len(written) * 1.25
    assert [row for row in kept if row["source"] == "written"] == rows[:24]
    assert not [row for row in kept if "soft" in row]
