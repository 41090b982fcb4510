"""That every benchmark still works: its smallest run, with no word about how long anything took."""

from pathlib import Path

import pytest

from benchmarks import crowd, floor, nominations, pages, season
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.client import Browser, Unexpected, encoded, next_address, path_of
from benchmarks.load import MOST_ERRORS, drive
from benchmarks.report import Measure, table
from benchmarks.server import environment, free_port, serve_heroes
