"""Which rule finds the right winners, and what it costs in judges' time: measured where the truth is known.

Peers are computed on the same seasons, so that differences are paired. Everything follows from `SEED`.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TextIO

import numpy as np

from benchmarks import judged, selection_ratings, selection_sizes
from benchmarks.estimates import Estimate, among_claims, mean_of, saved
from benchmarks.report import Measure
from benchmarks.worlds import SCENARIOS, Floats, World, make_world

NAME = "selection"
SEED = 20_261_127
EFFORTS = (2, 3, 4, 5, 6, 7, 8, 10, 12)
"""Reviews per entry at which the plain mean is followed, to see when it catches up."""
ENTRIES, JUDGES, PLACES = 300, 40, 30
FINALISTS, PANEL = 8, 14
SURE = 0.9

Numbers = dict[str, float]


def season(kind: str, number: int, entries: int = ENTRIES, judges: int = JUDGES) -> World:
    """A season of this kind, the same for every experiment that asks for this number."""
    key = [SEED, list(SCENARIOS).index(kind), number]
    return make_world(SCENARIOS[kind], entries, judges, np.random.default_rng(key))


def one_wave(kind: str, number: int) -> Numbers:
    """Three reviews for everybody: the plain mean, the median, and the calibrated mean with what it claims."""
    world = season(kind, number)
    chance = np.random.default_rng([SEED, 1, number])
    seen = judged.deal(world.marks.shape[:2], 3, number)
    means = judged.order(judged.plain(world, seen), chance)
    medians = judged.order(judged.middle(world, seen), chance)
    zs = judged.order(judged.standardised(world, seen), chance)
    standings = judged.ranked(world, seen, places=PLACES, draws=1000)
    found: Numbers = {
        "mean": judged.recall(means[:PLACES], world, PLACES),
        "median": judged.recall(medians[:PLACES], world, PLACES),
        "z-scores": judged.recall(zs[:PLACES], world, PLACES),
        "calibrated": judged.recall(judged.top(standings, PLACES), world, PLACES),
        "mean wins": float(means[0] == int(np.argmax(world.truth))),
        "mean regret": float(world.truth.max() - world.truth[means[0]]),
    }
    by_entry = {judged.number_of(one.entry): one for one in standings.entries}
    model = [by_entry[entry] for entry in range(ENTRIES)]
    found |= _claims(
        "ours",
        world,
        np.array([one.chance_of_place or 0.0 for one in model]),
        np.array([one.low or 0 for one in model]),
        np.array([one.high or 0 for one in model]),
    )
    return found | _claims("bootstrap", world, *_bootstrap(world, seen, chance))


def _claims(who: str, world: World, sure: Floats, low: Floats, high: Floats) -> Numbers:
    place = np.empty(len(world.truth))
    place[np.argsort(-world.truth)] = np.arange(1, len(world.truth) + 1)
    claimed = sure >= SURE
    return {
        f"{who} claimed": float(claimed.sum()),
        f"{who} true": float((claimed & (place <= PLACES)).sum()),
        f"{who} covered": float(((low <= place) & (place <= high)).mean()),
    }


def _bootstrap(world: World, seen: judged.Seen, chance: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """What resampling each entry's own reviews would claim."""
    given = world.totals[seen].reshape(len(seen), -1)
    width = given.shape[1]
    picks = chance.integers(width, size=(200, len(seen), width))
    means = (
        np.take_along_axis(given[None], picks, axis=2).mean(axis=2) + chance.random((200, len(seen))) * 1e-9
    )
    places = np.argsort(np.argsort(-means, axis=1), axis=1) + 1
    return (
        (places <= PLACES).mean(axis=0),
        np.quantile(places, 0.05, axis=0),
        np.quantile(places, 0.95, axis=0),
    )


def effort(kind: str, number: int) -> Numbers:
    """The plain mean at growing effort, and two waves with the calibrated mean at 3 reviews an entry."""
    world = season(kind, number)
    chance = np.random.default_rng([SEED, 2, number])
    found: Numbers = {}
    for each in EFFORTS:
        seen = judged.deal(world.marks.shape[:2], each, number)
        means = judged.order(judged.plain(world, seen), chance)
        found[f"mean at {each}"] = judged.recall(means[:PLACES], world, PLACES)
    first = judged.deal(world.marks.shape[:2], 2, number)
    seen = judged.second_wave(world, first, PLACES, ENTRIES, number)
    found["reviews"] = seen.sum() / ENTRIES
    found["waves"] = judged.recall(judged.top(judged.ranked(world, seen), PLACES), world, PLACES)
    return found


def staged(kind: str, number: int) -> Numbers:
    """Two reviews each, a wave at the cut line, and a final in which every judge scores every finalist.

    The winner is the best finalist by all marks, calibrated; what the final's marks alone would say is told as well.
    """
    world = season(kind, number)
    truly = int(np.argmax(world.truth))
    seen = judged.deal(world.marks.shape[:2], 2, number)
    seen = judged.second_wave(world, seen, PLACES, ENTRIES - FINALISTS * PANEL, number)
    shortlist = judged.top(judged.ranked(world, seen), PLACES)
    finalists = shortlist[:FINALISTS]
    panel = np.random.default_rng([SEED, 3, number]).permutation(JUDGES)[:PANEL]
    final = np.zeros_like(seen)
    final[np.ix_(finalists, panel)] = True
    everything = judged.top(judged.ranked(world, seen | final), ENTRIES)
    winner = next(one for one in everything if one in finalists)
    of_final = judged.top(judged.ranked(world, final, method="final-panel"), 1)[0]
    return {
        "reviews": float((seen | final).sum()) / ENTRIES,
        "wins": float(winner == truly),
        "regret": float(world.truth.max() - world.truth[winner]),
        "wins by the final alone": float(of_final == truly),
        "regret by the final alone": float(world.truth.max() - world.truth[of_final]),
        "in the final": float(truly in finalists),
        "shortlisted": judged.recall(shortlist, world, PLACES),
    }


def low_judge(kind: str, number: int) -> Numbers:
    """One judge of twelve marks 3 points too low throughout: how far her entries fall, of 60."""
    world = season(kind, number, 60, 12)
    seen = judged.deal(world.marks.shape[:2], 3, number)
    lowered = world.marks.copy()
    lowered[:, 0, :] = np.maximum(lowered[:, 0, :] - 3, 1)
    after = World(world.truth, lowered)
    hers = np.flatnonzero(seen[:, 0])

    def places(best_first: Sequence[int]) -> Floats:
        return np.argsort(np.array(best_first))[hers].astype(float)

    def means(one: World) -> list[int]:
        return judged.order(judged.plain(one, seen), np.random.default_rng([SEED, 4, number]))

    return {
        "mean": float((places(means(after)) - places(means(world))).mean()),
        "calibrated": float(
            (
                places(judged.top(judged.ranked(after, seen), 60))
                - places(judged.top(judged.ranked(world, seen), 60))
            ).mean()
        ),
    }


@dataclass(frozen=True, slots=True)
class Plan:
    """How often each experiment is repeated."""

    seasons: int
    judges: int

    def tasks(self) -> Iterator[tuple[str, str, int]]:
        """(experiment, kind of panel, number of the repetition)."""
        for what, kind, times in (
            ("one wave", "awards", self.seasons),
            ("effort", "awards", self.seasons),
            ("staged", "awards", self.seasons),
            ("effort", "peer", self.seasons),
            ("one wave", "null", self.seasons),
            ("low judge", "peer", self.judges),
        ):
            yield from ((what, kind, number) for number in range(times))


QUICK, FULL = Plan(40, 40), Plan(400, 200)
EXPERIMENTS: Mapping[str, Callable[[str, int], Numbers]] = {
    "one wave": one_wave,
    "effort": effort,
    "staged": staged,
    "low judge": low_judge,
}


def perform(task: tuple[str, str, int]) -> Numbers:
    """One repetition of one experiment."""
    what, kind, number = task
    return EXPERIMENTS[what](kind, number)


Found = dict[tuple[str, str], dict[str, Floats]]


def gather(plan: Plan, processes: int, progress: TextIO = sys.stderr) -> Found:
    """All repetitions, by (experiment, kind) and name, in the order of their numbers whatever finished first."""
    tasks = list(plan.tasks())
    numbers: dict[tuple[str, str, int], Numbers] = {}
    for task, result in _performed(tasks, processes):
        numbers[task] = result
        bar(len(numbers), len(tasks), f"{task[0]}, {task[1]}", progress)
    found: Found = {}
    for what, kind in dict.fromkeys(task[:2] for task in tasks):
        rows = [numbers[task] for task in tasks if task[:2] == (what, kind)]
        found[what, kind] = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return found


def _performed(
    tasks: Sequence[tuple[str, str, int]], processes: int
) -> Iterable[tuple[tuple[str, str, int], Numbers]]:
    if processes < 2:
        yield from ((task, perform(task)) for task in tasks)
        return
    # One thread each: the matrices are small, and threads of two processes would only wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(perform, task): task for task in tasks}
        yield from ((waiting[done], done.result()) for done in as_completed(waiting))


def bar(done: int, of: int, what: str, out: TextIO) -> None:
    """How far it is: one line that moves on a terminal, a line every tenth elsewhere."""
    full = 40 * done // of
    line = f"[{'#' * full}{'.' * (40 - full)}] {100 * done // of:3} %  {what}"
    if out.isatty():
        out.write(f"\r{line:<80}" + ("\n" if done == of else ""))
    elif done == of or 10 * done // of > 10 * (done - 1) // of:
        out.write(line + "\n")
    out.flush()


def run(quick: bool, _: Callable[[], str] | None = None) -> list[Measure]:
    """J1 to J14: quality in invented seasons, error on real ratings, and sizes."""
    found = gather(QUICK if quick else FULL, os.cpu_count() or 1)
    return [*quality(found), *selection_ratings.run(quick), *selection_sizes.run()]


def quality(found: Found) -> list[Measure]:
    """What the seasons come to, goal by goal."""
    awards, null = found["one wave", "awards"], found["one wave", "null"]
    two_waves, final, judge = found["effort", "awards"], found["staged", "awards"], found["low judge", "peer"]
    uniform = f"mean {mean_of(awards['mean'])}"

    def of(
        what: str,
        it: Estimate,
        peers: str = "",
        most: float | None = None,
        least: float | None = None,
        unit: str = "",
    ) -> Measure:
        return Measure(NAME, what, it.value, unit, most=most, least=least, se=it.se, peers=peers)

    def saving(kind: str, least: float) -> Measure:
        numbers = found["effort", kind]
        curve = np.array([numbers[f"mean at {each}"] for each in EFFORTS])
        it = saved(curve, EFFORTS, numbers["waves"], float(numbers["reviews"].mean()))
        reached = f"mean needs {it.needs:.1f}"
        return of(
            f"J3 judge time saved, {kind}",
            Estimate(100 * it.value, 100 * it.se),
            reached,
            least=least,
            unit="%",
        )

    return [
        of(
            "J1 best tenth found, 3 reviews",
            mean_of(awards["calibrated"]),
            f"{uniform}, median {mean_of(awards['median'])}",
            least=0.630,
        ),
        of("   beyond the mean, same seasons", mean_of(awards["calibrated"] - awards["mean"])),
        of("J2 the same effort in two waves", mean_of(two_waves["waves"]), uniform, least=0.700),
        of("   reviews an entry", mean_of(two_waves["reviews"]), most=3.0),
        saving("awards", 50),
        saving("peer", 45),
        of(
            "J4 the best entry wins, staged",
            mean_of(final["wins"]),
            f"mean {mean_of(awards['mean wins'])}",
            least=0.56,
        ),
        of("   by the final panel’s marks alone", mean_of(final["wins by the final alone"])),
        of("   reviews an entry", mean_of(final["reviews"]), most=3.0),
        of(
            "J5 what the winner lacks, in sd",
            mean_of(final["regret"]),
            f"mean {mean_of(awards['mean regret'])}",
            most=0.15,
        ),
        of("   by the final panel’s marks alone", mean_of(final["regret by the final alone"])),
        of(
            "J6 lost where judges are unbiased",
            mean_of(null["calibrated"] - null["mean"]),
            f"median {mean_of(null['median'] - null['mean'])}, z {mean_of(null['z-scores'] - null['mean'])}",
            least=-0.006,
        ),
        of(
            "J9 “90 % sure” is true",
            among_claims(awards["ours true"], awards["ours claimed"]),
            f"bootstrap {among_claims(awards['bootstrap true'], awards['bootstrap claimed'])}",
            least=0.93,
        ),
        of(
            "   places so claimed, of 30",
            mean_of(awards["ours claimed"]),
            f"bootstrap {mean_of(awards['bootstrap claimed'])}",
        ),
        of(
            "   90 % intervals hold the truth",
            mean_of(awards["ours covered"]),
            f"bootstrap {mean_of(awards['bootstrap covered'])}",
            least=0.88,
            most=0.93,
        ),
        of(
            "J10 places lost to one low judge",
            mean_of(judge["calibrated"]),
            f"mean {mean_of(judge['mean'])}",
            most=2.0,
        ),
    ]
