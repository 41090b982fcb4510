"""The additive model against published numbers, an independent implementation, and plain dense algebra."""

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as formula
from hypothesis import given, settings
from hypothesis import strategies as st

from heroes.domain.results.columns import Codes, Floats
from heroes.domain.results.model import Additive, errors_of
from heroes.domain.results.posterior import _block, _nodes, worths

# Shrout & Fleiss (1979), table 2: six targets by four judges.
SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
)


def model_of(text: str) -> Additive:
    entry, judge, score = (
        np.array(column)
        for column in zip(
            *((int(one[0]), ord(one[1]) - 65, float(one[2:])) for one in text.split()), strict=True
        )
    )
    return Additive(entry, judge, int(entry.max()) + 1, int(judge.max()) + 1, score)


def complete(table: Floats) -> Additive:
    entry, judge = np.indices(table.shape)
    return Additive(entry.ravel(), judge.ravel(), len(table), len(table[0]), table.ravel())


def random_panel(seed: int, entries: int, judges: int, share: float = 0.5) -> tuple[Codes, Codes, Floats]:
    """Positions and scores of a panel with gaps in which everybody has a review."""
    dice = np.random.RandomState(seed)
    there = dice.uniform(size=(entries, judges)) < share
    there[np.arange(entries), np.arange(entries) % judges] = True
    there[np.arange(judges) % entries, np.arange(judges)] = True
    entry, judge = np.nonzero(there)
    score = 5 + dice.normal(size=entries)[entry] + 0.7 * dice.normal(size=judges)[judge]
    return entry, judge, score + 0.8 * dice.normal(size=len(entry))


@pytest.mark.parametrize(
    "text, lq, lb, mu, scores, leniency",
    [
        (
            "0A7 0B7 1A6 1C8.5 2B5 2C8 3A4 3B4",
            1,
            1,
            6.333333,
            [7.166667, 6.727273, 6.272727, 5.166667],
            [-0.515152, -0.651515, 1.166667],
        ),
        (
            "0A7 0C9 1A6 1B6 2B7 2C9.5 3A5 3B5",
            1,
            2,
            6.916667,
            [7.494048, 6.583333, 7.672619, 5.916667],
            [-0.398810, -0.434524, 0.833333],
        ),
        (
            "0A6 0B7 1A4 1B5 2C10",
            1,
            2,
            6.785714,
            [6.809524, 5.476190, 8.071429],
            [-0.571429, -0.071429, 0.642857],
        ),
        (
            "0A8 0B9 1A6 1B7 2C5 2D6 3C3 3D4",
            1,
            1,
            6,
            [7.266667, 5.933333, 6.066667, 4.733333],
            [0.266667, 0.933333, -0.933333, -0.266667],
        ),
        ("0A5 0B5 1A5 1B5", 1, 1, 5, [5, 5], [0, 0]),
    ],
)
def test_given_ratios_give_these_scores(
    text: str, lq: float, lb: float, mu: float, scores: list[float], leniency: list[float]
) -> None:
    found = model_of(text).solve(lq, lb)

    assert found.mu == pytest.approx(mu, abs=1e-6)
    assert (found.mu + found.q).tolist() == pytest.approx(scores, abs=1e-6)
    assert found.b.tolist() == pytest.approx(leniency, abs=1e-6)


def test_the_published_panel_has_its_published_variances_and_effects() -> None:
    found = complete(SHROUT_FLEISS).fit(prior=False)

    assert [found.s2 / found.lq, found.s2 / found.lb, found.s2] == pytest.approx(
        [2.5556, 5.2444, 1.0194], abs=5e-5
    )
    assert found.q.tolist() == pytest.approx([0.6441, -2.0838, 1.0988, -1.1745, 2.0081, -0.4925], abs=5e-5)


def test_turned_around_it_is_the_same() -> None:
    upright, turned = complete(SHROUT_FLEISS), complete(SHROUT_FLEISS.T)
    one, other = upright.fit(prior=False), turned.fit(prior=False)

    assert (one.lq, one.lb, one.s2) == pytest.approx((other.lb, other.lq, other.s2), rel=1e-7)
    assert one.q.tolist() == pytest.approx(other.b.tolist(), abs=1e-7)
    assert errors_of(upright, one).residual.reshape(6, 4).ravel().tolist() == pytest.approx(
        errors_of(turned, other).residual.reshape(4, 6).T.ravel().tolist(), abs=1e-6
    )


@pytest.mark.parametrize("seed", range(3))
def test_an_independent_program_finds_the_same_variances(seed: int) -> None:
    entry, judge, score = random_panel(seed, 25, 9, 0.4)
    ours = Additive(entry, judge, 25, 9, score).fit(prior=False)

    frame = pd.DataFrame({"entry": entry, "judge": judge, "score": score, "all": 1})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = formula.mixedlm(
            "score ~ 1", frame, groups="all", vc_formula={"q": "0 + C(entry)", "b": "0 + C(judge)"}
        ).fit(reml=True)
    judges, entries = theirs.vcomp if list(theirs.model.exog_vc.names) == ["b", "q"] else theirs.vcomp[::-1]

    assert [ours.s2 / ours.lq, ours.s2 / ours.lb, ours.s2] == pytest.approx(
        [entries, judges, theirs.scale], rel=2e-3
    )


@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(2, 9), st.floats(0.05, 20), st.floats(0.05, 20))
@settings(max_examples=40)
def test_the_two_lines_of_the_spreadsheet_hold(
    seed: int, entries: int, judges: int, lq: float, lb: float
) -> None:
    entry, judge, score = random_panel(seed, entries, judges)
    found = Additive(entry, judge, entries, judges, score).solve(lq, lb)
    worth = found.mu + found.q

    for one in range(entries):
        rows = entry == one
        freed = (score[rows] - found.b[judge[rows]]).mean()
        expected = found.mu + rows.sum() / (rows.sum() + lq) * (freed - found.mu)
        assert worth[one] == pytest.approx(expected, abs=1e-9)
    for one in range(judges):
        rows = judge == one
        expected = rows.sum() / (rows.sum() + lb) * (score[rows] - worth[entry[rows]]).mean()
        assert found.b[one] == pytest.approx(expected, abs=1e-9)
    assert found.mu == pytest.approx((score - found.q[entry] - found.b[judge]).mean(), abs=1e-9)


def dense(
    entry: Codes, judge: Codes, entries: int, judges: int, lq: float, lb: float
) -> tuple[Floats, Floats]:
    """(X, M^-1) of the mixed-model equations, written out."""
    design = np.zeros((len(entry), 1 + entries + judges))
    rows = np.arange(len(entry))
    design[:, 0] = design[rows, 1 + entry] = design[rows, 1 + entries + judge] = 1
    equations = design.T @ design + np.diag([0.0] + [lq] * entries + [lb] * judges)
    return design, np.asarray(np.linalg.inv(equations), dtype=np.float64)


@given(st.integers(0, 10_000), st.sampled_from([(4, 7), (7, 4), (5, 5)]))
@settings(max_examples=25)
def test_errors_are_those_of_dense_algebra(seed: int, size: tuple[int, int]) -> None:
    entry, judge, score = random_panel(seed, *size)
    model = Additive(entry, judge, *size, score)
    found = model.solve(1.3, 2.1)
    design, inverse = dense(entry, judge, *size, 1.3, 2.1)
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    away = score - design @ np.concatenate([[found.mu], found.q, found.b])

    errors = errors_of(model, found)

    assert errors.judge_se.tolist() == pytest.approx(
        np.sqrt(found.s2 * np.diag(inverse)[1 + size[0] :]).tolist(), rel=1e-8
    )
    assert errors.residual.tolist() == pytest.approx(
        (away / np.sqrt(found.s2 * (1 - leverage))).tolist(), rel=1e-6, abs=1e-6
    )


@pytest.mark.parametrize("size", [(6, 4), (4, 6)])
@pytest.mark.parametrize("prior", [True, False])
def test_the_slope_is_that_of_the_cost(size: tuple[int, int], prior: bool) -> None:
    entry, judge, score = random_panel(5, *size)
    model = Additive(entry, judge, *size, score)
    at, step = np.array([0.4, 0.9]), 1e-5
    numbers = [
        (model.cost(at + step * way, prior=prior)[0] - model.cost(at - step * way, prior=prior)[0])
        / (2 * step)
        for way in np.eye(2)
    ]

    assert model.slope(at, prior=prior).tolist() == pytest.approx(numbers, rel=1e-5, abs=1e-6)


def test_the_prior_is_weak_and_where_it_is_said_to_be() -> None:
    # ln lq ~ N(0, 2^2) and ln lb ~ N(ln 3, 2^2), as minus twice their logarithms.
    entry, judge, score = random_panel(5, 6, 4)
    model = Additive(entry, judge, 6, 4, score)
    for lq, lb in ((1.5, 2.5), (0.2, 9.0)):
        at = np.log([lq, lb])
        added = model.cost(at, prior=True)[0] - model.cost(at, prior=False)[0]
        assert added == pytest.approx((np.log(lq) / 2) ** 2 + (np.log(lb / 3) / 2) ** 2)


@pytest.mark.parametrize("prior", [True, False])
def test_the_fit_is_where_the_cost_is_least(prior: bool) -> None:
    entry, judge, score = random_panel(8, 20, 6)
    model = Additive(entry, judge, 20, 6, score)
    at = np.log([(found := model.fit(prior=prior)).lq, found.lb])
    least = model.cost(at, prior=prior)[0]

    assert np.abs(model.slope(at, prior=prior)).max() < 1e-7
    grid = [at + np.array([x, y]) for x in (-1, -0.1, 0, 0.1, 1) for y in (-1, -0.1, 0, 0.1, 1)]
    assert all(model.cost(np.clip(other, -5, 7), prior=prior)[0] >= least - 1e-9 for other in grid)


def test_a_facet_without_any_variance_stops_at_its_bound() -> None:
    # Every judge gives the same to the same entry: there is no leniency to be found, so lb grows as far as it may.
    entry, judge = (one.ravel() for one in np.indices((6, 4)))
    found = Additive(entry, judge, 6, 4, np.arange(6.0)[entry]).fit(prior=False)

    assert np.log(found.lb) == pytest.approx(9.0)
    assert found.q.tolist() == pytest.approx([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5], abs=0.02)


@pytest.mark.parametrize("size", [(5, 3), (3, 5)])
def test_draws_have_the_mean_and_spread_of_the_dense_posterior(size: tuple[int, int]) -> None:
    # A large panel of few has nearly certain ratios, so the draws are close to those at the fitted ones.
    dice = np.random.RandomState(1)
    entry, judge = (np.tile(one.ravel(), 40) for one in np.indices(size))
    score = dice.normal(size=size[0])[entry] + dice.normal(size=size[1])[judge] + dice.normal(size=len(entry))
    model = Additive(entry, judge, *size, score)
    found = model.fit()
    _, inverse = dense(entry, judge, *size, found.lq, found.lb)
    part = slice(1, 1 + size[0])

    drawn = np.concatenate(list(worths(model, found, draws=20_000, seed=3, prior=True)))

    assert drawn.shape == (20_000, size[0])
    assert drawn.mean(axis=0).tolist() == pytest.approx(found.q.tolist(), abs=0.02)
    centred = drawn - drawn.mean(axis=1, keepdims=True)
    centre = np.eye(size[0]) - 1 / size[0]
    exact = found.s2 * centre @ inverse[part, part] @ centre
    assert np.cov(centred.T).ravel().tolist() == pytest.approx(exact.ravel().tolist(), abs=0.002)


def test_the_published_panel_has_its_published_posterior_spread() -> None:
    # At the fitted ratios and variance; the draws of `rank` are wider, as these are not known.
    model = complete(SHROUT_FLEISS)
    found = model.fit(prior=False)
    _, inverse = dense(model.entry, model.judge, 6, 4, found.lq, found.lb)

    assert np.sqrt(found.s2 * np.diag(inverse)[1:7]).tolist() == pytest.approx([0.7868] * 6, abs=5e-5)


@pytest.mark.parametrize("size", [(9, 4), (4, 9)])
def test_one_nodes_draws_are_the_dense_posterior_of_a_thin_panel(size: tuple[int, int]) -> None:
    entry, judge, score = random_panel(2, *size, 0.4)
    model = Additive(entry, judge, *size, score)
    node = model.solve(1.4, 0.9)
    _, inverse = dense(entry, judge, *size, 1.4, 0.9)
    part = slice(1, 1 + size[0])

    drawn = _block(model, node, np.full(100_000, np.sqrt(node.s2)), np.random.RandomState(1))

    assert drawn.mean(axis=0).tolist() == pytest.approx(node.q.tolist(), abs=1e-9)  # in pairs, so exactly
    exact = node.s2 * inverse[part, part]
    assert np.cov(drawn.T).ravel().tolist() == pytest.approx(exact.ravel().tolist(), abs=0.02 * exact.max())


def test_nodes_are_drawn_from_by_their_likelihood() -> None:
    entry, judge, score = random_panel(2, 20, 6)
    model = Additive(entry, judge, 20, 6, score)
    found = list(_nodes(model, model.fit(), draws=10_000, prior=True))
    costs = np.array([model.cost(np.log([one.lq, one.lb]), prior=True)[0] for one, _ in found])
    counts = np.array([count for _, count in found])

    assert counts.sum() == 10_000
    assert len(found) == 25
    shares = np.exp(-(costs - costs.min()) / 2)
    assert counts.tolist() == pytest.approx((10_000 * shares / shares.sum()).tolist(), abs=1)
    # Two standard deviations along each principal axis, so that the corners weigh little and the middle most.
    assert counts.argmax() == 12
    assert counts[[0, 4, 20, 24]].max() < 0.1 * counts[12]
