"""Who is linked with whom by reviews: groups that cannot be compared, and links that hang by a thread."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import csr_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import ArpackNoConvergence, eigsh

from heroes.domain.counting.standings import Group
from heroes.domain.results.columns import Codes, Floats

WEAK = 0.05
"""Below this second eigenvalue of the judges' normalised Laplacian, differences between parts are hardly known."""
_SMALL = 600
_THREADS_UP_TO = 2_000_000
"""With more judges times reviews than this, nobody is asked whether one judge holds the panel together."""


@dataclass(frozen=True, slots=True)
class Linked:
    """`entry` and `judge` say which group each belongs to, from 0, the largest first; `groups` names them."""

    entry: Codes
    judge: Codes
    groups: tuple[Group, ...]

    @property
    def whole(self) -> bool:
        """Whether everybody is linked with everybody."""
        return len(self.groups) <= 1


def groups_of(entry: Codes, judge: Codes, entries: tuple[str, ...], judges: tuple[str, ...]) -> Linked:
    """The connected parts of the graph of reviews; every entry and judge has at least one review."""
    nodes = len(entries) + len(judges)
    graph = csr_array((np.ones(len(entry)), (entry, judge + len(entries))), shape=(nodes, nodes))
    count, label = connected_components(graph, directed=False)
    members = (
        [np.flatnonzero(label == number) for number in range(count)] if count < _SMALL else _split(label)
    )
    # The most entries first; then by the first name, so that the numbers are the same for any order of rows.
    members.sort(key=lambda nodes_of: (-int((nodes_of < len(entries)).sum()), int(nodes_of[0])))
    group = np.empty(nodes, dtype=np.int64)
    found = []
    for number, nodes_of in enumerate(members):
        group[nodes_of] = number
        found.append(
            Group(
                tuple(entries[node] for node in nodes_of if node < len(entries)),
                tuple(judges[node - len(entries)] for node in nodes_of if node >= len(entries)),
            )
        )
    return Linked(group[: len(entries)], group[len(entries) :], tuple(found))


def _split(label: np.ndarray) -> list[Codes]:
    order = np.argsort(label, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(label[order])) + 1)


def second_eigenvalue(entry: Codes, judge: Codes, entries: int, judges: int) -> float | None:
    """lambda2 of the judges' normalised Laplacian, 0 where they fall apart; None for fewer than three judges.

    Two judges are as close as the entries that both reviewed.
    """
    if judges < 3:
        return None
    incidence = csr_array((np.ones(len(entry)), (entry, judge)), shape=(entries, judges))
    shared = (incidence.T @ incidence).tocsr()
    shared.setdiag(0)
    degree: Floats = np.asarray(shared.sum(axis=1)).ravel()
    if (degree == 0).any():
        return 0.0
    scale = 1.0 / np.sqrt(degree)
    if judges <= _SMALL:
        dense = np.eye(judges) - scale[:, None] * shared.toarray() * scale
        return float(max(eigh(dense, eigvals_only=True, subset_by_index=[1, 1])[0], 0.0))
    turned = diags_array(scale)
    scaled = csr_array(turned @ shared @ turned)
    try:
        values = eigsh(scaled, k=2, which="LA", v0=np.sqrt(degree), return_eigenvectors=False, tol=1e-3)
    except ArpackNoConvergence:
        return None
    return float(max(1.0 - min(values), 0.0))


def holding_together(entry: Codes, judge: Codes, entries: int, judges: int) -> Codes:
    """Judges without any one of whom the others' panel would fall apart; nobody is looked for in a large panel."""
    if judges <= 2 or judges * len(entry) > _THREADS_UP_TO:
        return np.empty(0, dtype=np.int64)
    found = []
    for one in range(judges):
        kept = judge != one
        graph = csr_array(
            (np.ones(int(kept.sum())), (entry[kept], judge[kept] + entries)),
            shape=(entries + judges, entries + judges),
        )
        _, label = connected_components(graph, directed=False)
        others = np.delete(np.arange(judges), one) + entries
        if len(np.unique(label[others])) > 1:
            found.append(one)
    return np.array(found, dtype=np.int64)
