"""A result written down by hand, for the pictures: twelve entries, four judges, places for five."""

from heroes.domain.counting import JudgeStanding, Standing, Standings, Variances
from heroes.web.kit import result_charts

PLACES = 5
NAMES = {
    "E1": "Maureen Okafor",
    "E2": "Farah Siddiqui",
    "E3": "Jo McAllister",
    "E4": "Tomasz Wieczorek",
    "E5": "Bronagh Kelly",
    "E6": "The out-of-hours desk at Larkfield Energy and Water",
    "E7": "Lorna Petrie",
    "E8": "Imran Yusuf",
    "E9": "Wendy Hallam",
    "E10": "Pawel Nowak",
    "E11": "Rosa Lind",
    "E12": "Kit",
    "J1": "Helena Marsh",
    "J2": "Gareth Lloyd",
    "J3": "Priya Nair",
    "J4": "Siân Pritchard-Llewellyn",
}
_LINES = (
    *((1, 84.2, 1, 2, 1.0, "in"), (2, 80.6, 1, 3, 0.999, "in"), (3, 76.9, 2, 5, 0.96, "in")),
    *((4, 72.8, 3, 7, 0.88, "grey"), (5, 68.3, 4, 9, 0.66, "grey"), (6, 66.1, 4, 10, 0.45, "grey")),
    *((7, 65.8, 4, 10, 0.41, "grey"), (8, 62.7, 5, 11, 0.12, "grey"), (9, 57.4, 7, 12, 0.03, "out")),
    *((10, 51.9, 8, 12, 0.004, "out"), (11, 47.0, 9, 12, 0.0, "out"), (None, None, None, None, None, None)),
)
ENTRIES = tuple(
    Standing(
        f"E{n}", rank, score, score, 3 if rank else 0, low=low, high=high, chance_of_place=chance, band=band
    )
    for n, (rank, score, low, high, chance, band) in enumerate(_LINES, 1)
)
JUDGES = (
    JudgeStanding("J1", 0.12, 0.21, 9, 1.1),
    JudgeStanding("J2", -1.24, 0.24, 8, 0.9, ("stricter than the panel",)),
    JudgeStanding("J3", 0.71, 0.3, 9, 1.3),
    JudgeStanding("J4", None, None, 0, None),
)
VARIANCES = Variances(entry=1.28, judge=0.38, residual=1.1, mean=6.4, lq=0.86, lb=2.89)
STANDINGS = Standings("calibrated", "calibrated", None, "2026.1", ENTRIES, JUDGES, VARIANCES, clear=True)
RANKS = {
    "mean": {f"E{n}": rank for n, rank in enumerate((2, 1, 3, 4, 7, 5, 6, 9, 8, 10, 11, None), 1)},
    "calibrated": {one.entry: one.rank for one in ENTRIES},
    "trimmed-mean": {f"E{n}": rank for n, rank in enumerate((2, 1, 3, 4, 6, 5, 7, 9, 8, 10, 11, None), 1)},
    "median": {f"E{n}": rank for n, rank in enumerate((1, 2, 3, 8, 5, 4, 6, 7, 9, 11, 10, None), 1)},
}
HEADS = {"mean": "Raw", "calibrated": "Calibrated", "trimmed-mean": "Trimmed", "median": "Median"}
PLANS = (
    result_charts.Plan(2, 0.58, 0.05, 30, 2.5),
    result_charts.Plan(2.5, 0.676, 0.1, 37.5, 3.1),
    result_charts.Plan(3, 0.717, 0.13, 45, 3.75),
    result_charts.Plan(4, 0.752, 0.2, 60, 5),
    result_charts.Plan(6, 0.767, 0.31, 90, 7.5),
)


def pictures() -> dict[str, object]:
    """Everything that the sheet draws from it."""
    return {
        "ranks": result_charts.intervals(ENTRIES, NAMES, PLACES),
        "sources": result_charts.variance(VARIANCES),
        "judges": result_charts.leniency(JUDGES, NAMES),
        "orders": result_charts.orders(RANKS, HEADS, NAMES, PLACES, official="calibrated"),
        "effort": result_charts.effort(PLANS),
        "steps": result_charts.steps(
            [("Helena Marsh", 6.0, 6.5), ("Siân Pritchard-Llewellyn", 8.5, 7.3)], 6.9, 6.3, 6.7
        ),
    }
