"""How far a panel agrees: Krippendorff's alpha, intraclass correlations, and generalisability."""

from dataclasses import dataclass

import numpy as np

from heroes.domain.counting.standings import Reliability, Variances
from heroes.domain.results.columns import Codes, Floats

FIRM, TENTATIVE = 0.8, 2 / 3
RESAMPLES = 500
WANTED = 0.8
_AT_ONCE = 2_000_000


def alpha(unit: Codes, value: Floats) -> float | None:
    """Krippendorff's alpha for interval data: values by the unit (entry) that they are about.

    Units with one value are left out. None where nothing differs, or nothing can be paired. Source: K. Krippendorff,
    Content Analysis (2004), chapter 11.
    """
    return _alpha(_sums(unit, value).sum(axis=0))


def alpha_with_interval(
    unit: Codes, value: Floats, *, seed: int
) -> tuple[float | None, float | None, float | None]:
    """(alpha, and the ends of its 95 % interval by drawing the units anew); None where it cannot be said."""
    sums = _sums(unit, value)
    whole = _alpha(sums.sum(axis=0))
    if whole is None or len(sums) < 3:
        return whole, None, None
    dice = np.random.RandomState(seed)
    found: list[float] = []
    at_once = max(1, _AT_ONCE // len(sums))
    for start in range(0, RESAMPLES, at_once):
        for _ in range(min(at_once, RESAMPLES - start)):
            drawn = np.bincount(dice.randint(0, len(sums), len(sums)), minlength=len(sums))
            again = _alpha(drawn @ sums)
            if again is not None:
                found.append(again)
    if not found:
        return whole, None, None
    low, high = np.percentile(found, [2.5, 97.5])
    return whole, float(low), float(high)


def _sums(unit: Codes, value: Floats) -> Floats:
    """Per unit with two values or more: within-unit disagreement, how many values, their sum and squares."""
    centred = value - value.mean() if len(value) else value
    many = np.bincount(unit).astype(np.float64)
    total = np.bincount(unit, weights=centred)
    squares = np.bincount(unit, weights=centred**2)
    paired = many >= 2
    many, total, squares = many[paired], total[paired], squares[paired]
    within = 2 * (many * squares - total**2) / (many - 1)
    return np.stack([within, many, total, squares], axis=1)


def _alpha(sums: Floats) -> float | None:
    within, many, total, squares = (float(one) for one in sums)
    if many < 2:
        return None
    expected = 2 * (many * squares - total**2) / (many * (many - 1))
    return None if expected <= 1e-12 else 1 - (max(within, 0.0) / many) / expected


@dataclass(frozen=True, slots=True)
class Intraclass:
    """The six coefficients of a complete table (McGraw & Wong 1996); None where a denominator is zero."""

    one: float | None
    agreement: float | None
    consistency: float | None
    one_k: float | None
    agreement_k: float | None
    consistency_k: float | None


def intraclass(table: Floats) -> Intraclass:
    """ICC(1,1), ICC(A,1), ICC(C,1) and the same for the mean of k, from entries x judges without a gap.

    Source: Shrout & Fleiss, Psychological Bulletin 86 (1979); names after McGraw & Wong (1996).
    """
    n, k = table.shape
    if n < 2 or k < 2:
        return Intraclass(None, None, None, None, None, None)
    grand = table.mean()
    rows = k * ((table.mean(axis=1) - grand) ** 2).sum()
    columns = n * ((table.mean(axis=0) - grand) ** 2).sum()
    rest = ((table - grand) ** 2).sum() - rows - columns
    msr, msc, mse = rows / (n - 1), columns / (k - 1), max(rest, 0.0) / ((n - 1) * (k - 1))
    msw = (columns + max(rest, 0.0)) / (n * (k - 1))
    return Intraclass(
        one=_ratio(msr - msw, msr + (k - 1) * msw),
        agreement=_ratio(msr - mse, msr + (k - 1) * mse + k * (msc - mse) / n),
        consistency=_ratio(msr - mse, msr + (k - 1) * mse),
        one_k=_ratio(msr - msw, msr),
        agreement_k=_ratio(msr - mse, msr + (msc - mse) / n),
        consistency_k=_ratio(msr - mse, msr),
    )


def _ratio(above: float, below: float) -> float | None:
    return float(above / below) if abs(below) > 1e-12 else None


def reliability_of(
    entry: Codes,
    judge: Codes,
    score: Floats,
    entries: int,
    judges: int,
    variances: Variances | None,
    *,
    seed: int,
) -> Reliability:
    """Everything about a panel's agreement: of the scorecards that count, with the variances of their model."""
    middle, low, high = alpha_with_interval(entry, score, seed=seed)
    reviews = len(score) / entries if entries else 0.0
    icc = icc_k = g_raw = g = wanted = None
    if entries and len(score) == entries * judges:
        table = np.empty((entries, judges))
        table[entry, judge] = score
        found = intraclass(table)
        icc, icc_k = found.agreement, found.agreement_k
    elif variances is not None:
        noise = variances.judge + variances.residual
        icc = _ratio(variances.entry, variances.entry + noise)
        icc_k = _ratio(variances.entry, variances.entry + noise / max(reviews, 1.0))
    if variances is not None and reviews:
        noise = variances.judge + variances.residual
        g_raw = _ratio(variances.entry, variances.entry + noise / reviews)
        g = _ratio(variances.entry, variances.entry + variances.residual / reviews)
        wanted = _ratio(WANTED / (1 - WANTED) * noise, variances.entry)
    return Reliability(
        reviews=reviews,
        alpha=middle,
        alpha_low=low,
        alpha_high=high,
        icc=icc,
        icc_k=icc_k,
        g_raw=g_raw,
        g=g,
        reviews_for_80=wanted,
        word=_word(middle),
    )


def _word(middle: float | None) -> str:
    if middle is None:
        return "unknown"
    if middle >= FIRM:
        return "firm"
    return "tentative" if middle >= TENTATIVE else "weak"
