"""Who judges what: as many reviews as can be, loads as even as can be, no conflict; public and without dependencies.

`assign` plans, `Plan` is what it says. Light on purpose: a web worker plans a deal itself.
"""

from heroes.domain.assignment.plan import Change, Pair, Plan, Shortfall
from heroes.domain.assignment.solving import assign

__all__ = ["Change", "Pair", "Plan", "Shortfall", "assign"]
