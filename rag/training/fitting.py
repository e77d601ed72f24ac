"""The run: steps, evaluations, checkpoints, and the best weights kept."""

from __future__ import annotations

import itertools
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from index.home.durable import write_durably
from rag.reader.cross_encoder import Judgement, judge
from rag.reader.files import PINS, ReaderFile, read_reader, write_reader
from rag.reader.network import Network
from rag.training import checkpoint
from rag.training.batches import Example, epochs
from rag.training.card import BEFORE, card
from rag.training.checkpoint import Progress
from rag.training.learner import Learner, Recipe
from rag.training.stopping import figures, sample
from rag.types import Json

Clock = Callable[[], float]
SLOW_STEPS = 20


@dataclass(frozen=True, slots=True)
class Data:
    """``sha256`` of the files, by name: a run goes on only with the same.

    ``start`` are the weights of the reader that it learns on from, if from any, and ``before`` the
    recipe by which that one was made.
    """

    train: Sequence[Example]
    stop: Sequence[Example]
    sha256: dict[str, str]
    start: Mapping[str, Tensor] | None = None
    before: Json | None = None


def total_steps(data: Data, recipe: Recipe) -> int:
    first = next(epochs(data.train, recipe.batch_tokens, recipe.most, recipe.seed))
    return max(1, round(len(first) * recipe.epochs))


class Fitting:
    """One run of training in the folder ``out``."""

    def __init__(
        self,
        learner: Learner,
        data: Data,
        recipe: Recipe,
        out: Path,
        *,
        log: Callable[[str], None] = print,
        clock: Clock = time.monotonic,
    ) -> None:
        self._learner = learner
        self._data = data
        self._recipe = recipe
        self._steps = total_steps(data, recipe)
        self._out = out
        self._log = log
        self._clock = clock
        self._watched = sample(data.stop, recipe.stop_questions, recipe.seed)
        self._made_by: Json = {**asdict(recipe), "files": data.sha256}
        if data.before is not None:
            self._made_by[BEFORE] = data.before
        self._progress = Progress()

    def resume(self) -> None:
        """Raises SettingsError where there is nothing to go on from."""
        state, self._progress = checkpoint.load(self._out, self._made_by)
        self._learner.restore(state, self._progress.step)

    def run(self, budget: float | None = None) -> Json:
        """Until all steps are done, nothing gets better, or ``budget`` seconds are over.

        Returns the figures of the best weights, over the whole stop set.
        """
        begun = self._clock()
        speed = _Speed(self._clock)
        seen: defaultdict[str, list[Tensor]] = defaultdict(list)
        while self._goes_on():
            for batch in self._batches():
                examples = [self._data.train[at] for at in batch]
                for name, value in self._learner.learn(examples).items():
                    seen[name].append(value)
                speed.add(len(batch))
                late = budget is not None and self._is_late(begun + budget, speed)
                if late or self._learner.step % self._recipe.every == 0:
                    break
            speed.pause()
            means = {name: float(torch.stack(some).mean()) for name, some in seen.items()}
            self._evaluate(means, speed)
            seen.clear()
            speed.go_on()
            if late:
                break
        return self._finish()

    def _goes_on(self) -> bool:
        patient = self._progress.stale < self._recipe.patience
        return patient and self._learner.step < self._steps

    def _batches(self) -> Iterator[list[int]]:
        """Those of the steps that are left: a step's batch depends on its number alone."""
        recipe = self._recipe
        plan = epochs(self._data.train, recipe.batch_tokens, recipe.most, recipe.seed)
        return itertools.islice(
            itertools.chain.from_iterable(plan), self._learner.step, self._steps
        )

    def _is_late(self, deadline: float, speed: _Speed) -> bool:
        """Whether what is left is needed to evaluate; scoring a pair takes less than learning it.

        The first steps are slow and say little of those that follow.
        """
        pairs = len(self._watched) + len(self._data.stop)
        needed = pairs / speed.pairs_per_second if speed.steps > SLOW_STEPS else 0.0
        return self._clock() + needed > deadline

    def _evaluate(self, means: dict[str, float], speed: _Speed) -> None:
        found = figures(self._watched, self._judge(self._learner.average, self._watched)).to_dict()
        before, step = self._progress, self._learner.step
        better = found["auroc"] > before.best
        self._progress = Progress(
            step,
            found["auroc"] if better else before.best,
            step if better else before.best_step,
            0 if better else before.stale + 1,
            before.seconds + speed.lap(),
        )
        if better or not (self._out / PINS).exists():
            self._export(self._learner.average, {"sample": found})
        checkpoint.save(self._out, self._learner.state(), self._progress, self._made_by)
        left = (self._steps - step) * speed.seconds_per_step / 3_600
        self._say(
            {
                "step": step,
                "steps": self._steps,
                **{name: round(value, 4) for name, value in means.items()},
                **found,
                "best_step": self._progress.best_step,
                "pairs_per_second": round(speed.pairs_per_second, 1),
                "hours_left": round(left, 2),
            }
        )

    def _judge(self, network: Network, examples: Sequence[Example]) -> list[Judgement]:
        with self._learner.autocast():
            return judge(network, [one.encoded for one in examples], device=self._learner.device)

    def _finish(self) -> Json:
        """The best weights, rounded as on disk, with what is kept of those before them, over the
        whole stop set."""
        best = read_reader(self._out)
        network = Network(best.shape).eval()
        network.load_state_dict(blended(best.weights, self._data.start, self._recipe.keep))
        network.to(self._learner.device)
        judged = self._judge(network, self._data.stop)
        found = {
            "stop": figures(self._data.stop, judged).to_dict(),
            "step": self._progress.best_step,
            "steps_done": self._learner.step,
            "steps_planned": self._steps,
            "hours": round(self._progress.seconds / 3_600, 2),
        }
        self._export(network, found)
        text = card(self._data.train, self._made_by, found)
        write_durably(self._out / "README.md", text.encode())
        self._say({"finished": True, **found})
        return found

    def _export(self, network: Network, found: Json) -> None:
        weights = network.state_dict()
        recipe = self._made_by
        max_tokens = self._recipe.max_tokens
        write_reader(self._out, ReaderFile(weights, network.shape, max_tokens, recipe, found))

    def _say(self, fields: Json) -> None:
        line = json.dumps(fields)
        with (self._out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        self._log(line)


def blended(
    learned: Mapping[str, Tensor], start: Mapping[str, Tensor] | None, keep: float
) -> dict[str, Tensor]:
    """Between two readers in the space of weights: what is learned anew costs less of what was
    known before (WiSE-FT: Wortsman et al. 2022, arXiv 2109.01903)."""
    if start is None:
        return dict(learned)
    return {
        name: torch.lerp(one.float(), start[name].float(), keep) for name, one in learned.items()
    }


class _Speed:
    """Counts pairs and the seconds in which they were learned, without the pauses."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pairs = self.steps = 0
        self._seconds = self._told = 0.0
        self._since: float | None = clock()

    def add(self, pairs: int) -> None:
        self._pairs += pairs
        self.steps += 1

    def pause(self) -> None:
        self._seconds = self._total()
        self._since = None

    def go_on(self) -> None:
        self._since = self._clock()

    def lap(self) -> float:
        """Seconds since it was asked before."""
        told, self._told = self._told, self._total()
        return self._told - told

    @property
    def pairs_per_second(self) -> float:
        return self._pairs / max(self._total(), 1e-9)

    @property
    def seconds_per_step(self) -> float:
        return self._total() / max(self.steps, 1)

    def _total(self) -> float:
        running = 0.0 if self._since is None else self._clock() - self._since
        return self._seconds + running
