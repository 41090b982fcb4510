"""Working a bundle's result out again, and naming the first place where it comes out differently."""

from dataclasses import dataclass
from math import isclose
from typing import Any

from heroes.domain.bundles.checking import Bundle, said
from heroes.domain.bundles.contents import plain_standings
from heroes.domain.bundles.envelope import BadBundle
from heroes.domain.counting.digests import fingerprint
from heroes.domain.results import rank

CLOSE = 1e-9
"""How far apart two floats may be: another processor may add in another order."""
CLOSE_DRAWS = 2
"""In how many of the drawn futures two entries may change places for that reason, and move a chance or an interval."""
_CHANCES = ("chance_of_place", "chance_of_best", "chance_above_next")
_RANKS_DRAWN = ("low", "high")
_FOLLOWS = {"band": ("chance_of_place",), "clear": ("entries", 0, "chance_of_best")}
"""What is read off a chance, and where that chance stands beside it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where a bundle and what its marks come to part: a path into the payload, and both values."""

    path: str
    about: str
    """Which entry or judge it is about, in words; empty where it is none."""
    stated: str
    found: str

    @property
    def sentence(self) -> str:
        """The difference in plain words, without a full stop."""
        about = f" ({self.about})" if self.about else ""
        return f"{self.path}{about}: the bundle says {self.stated}, its marks give {self.found}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the result was reproduced; if so, whether to the last bit or as another processor rounds it.

    Then floats are within `CLOSE`, chances within `CLOSE_DRAWS` of the draws, and ends of intervals one rank apart.
    """

    difference: Difference | None
    identical: bool


def recompute(bundle: Bundle) -> Verdict:
    """Rank the bundle's marks and compare everything, up to the first difference.

    Raises `BadBundle` for marks that no result can be made of.
    """
    try:
        ranked = rank(bundle.marks, bundle.criteria, entries=bundle.entries, **bundle.settings)
        found = fingerprint(bundle.marks, bundle.criteria, ranked.method)
    except (ArithmeticError, ValueError) as error:
        raise BadBundle(f"its marks cannot be ranked: {str(error)[:300]}") from error
    if found != bundle.digest:
        return Verdict(Difference("digest", "", said(bundle.digest), said(found)), False)
    comparing = Comparing(bundle.settings["draws"])
    comparing.look("standings", "", bundle.standings, plain_standings(ranked))
    return Verdict(comparing.first, comparing.first is None and comparing.identical)


class Comparing:
    """A walk through what is stated and what was found, side by side, up to the first difference."""

    def __init__(self, draws: int) -> None:
        self.draws = max(draws, 1)
        self.first: Difference | None = None
        self.identical = True

    def look(self, path: str, about: str, stated: Any, found: Any) -> None:
        """Compare two values and, as long as they agree, everything in them, in the order of `found`."""
        if isinstance(found, dict) and isinstance(stated, dict):
            about = next((f"{key} {found[key]}" for key in ("entry", "judge") if key in found), about)
            for key in [*found, *sorted(stated.keys() - found.keys())]:
                if self.first is None:
                    self._inside(f"{path}.{key}", about, key, stated, found)
        elif isinstance(found, list) and isinstance(stated, list):
            for at, (one, other) in enumerate(zip(stated, found, strict=False)):
                if self.first is None:
                    self.look(f"{path}[{at}]", about, one, other)
            if self.first is None and len(stated) != len(found):
                self._part(path, about, f"{len(stated)} of them", f"{len(found)}")
        elif not self._same(stated, found):
            self._part(path, about, said(stated), said(found))

    def _inside(self, path: str, about: str, key: str, stated: Any, found: Any) -> None:
        if key in stated and key in found:
            if not self._drawn(key, stated, found):
                self.look(path, about, stated[key], found[key])
        else:
            both = [said(side[key]) if key in side else "nothing" for side in (stated, found)]
            self._part(path, about, *both)

    def _same(self, stated: Any, found: Any) -> bool:
        if type(found) is float and type(stated) in (int, float):
            if stated != found:
                self.identical = False
            return isclose(stated, found, rel_tol=CLOSE, abs_tol=CLOSE)
        return type(stated) is type(found) and bool(stated == found)

    def _drawn(self, key: str, stated: Any, found: Any) -> bool:
        """Whether a value differs no further than a few draws would have it on another processor."""
        one, other = stated[key], found[key]
        if one == other:
            return False
        near = False
        if key in _CHANCES and type(other) is float and type(one) in (int, float):
            near = abs(one - other) <= CLOSE_DRAWS / self.draws + CLOSE
        elif key in _RANKS_DRAWN and type(one) is type(other) is int:
            near = abs(one - other) <= 1
        elif key in _FOLLOWS and None not in (one, other) and type(one) is type(other):
            near = bool(_at(stated, _FOLLOWS[key]) != _at(found, _FOLLOWS[key]))
        if near:
            self.identical = False
        return near

    def _part(self, path: str, about: str, stated: str, found: str) -> None:
        self.first = Difference(path, about, stated, found)


def _at(value: Any, way: tuple[str | int, ...]) -> Any:
    for part in way:
        value = value[part]
    return value
