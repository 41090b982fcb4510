"""How the machine is used: linear algebra in one thread, many small values made without pauses to collect them."""

import gc
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import scipy.linalg  # noqa: F401 (the pools that are looked for must have been loaded)
from threadpoolctl import ThreadpoolController

_POOLS = ThreadpoolController()


def one_thread() -> AbstractContextManager[object]:
    """While inside, BLAS computes in one thread: more gain little, and the last digits would follow their number."""
    limited: AbstractContextManager[object] = _POOLS.limit(limits=1, user_api="blas")
    return limited


@contextmanager
def uncollected() -> Iterator[None]:
    """While inside, no cycles are looked for: tens of thousands of values that have none are made in half the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
