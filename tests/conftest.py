"""What holds for every test: where the servers come from, and that CI skips nothing."""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

pytest_plugins = ["tests.servers", "tests.world", "tests.live", "pytester"]

# Two busy cores are slow at times; how long one example takes says nothing about the code.
settings.register_profile("heroes", deadline=None)
settings.load_profile("heroes")


def pointed_out(report: pytest.TestReport | pytest.CollectReport) -> None:
    """With CI=true, turn a skip into a failure that says what was missing."""
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"CI=true, so nothing is skipped. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Hold every test to `pointed_out`."""
    report = yield
    pointed_out(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Hold a file that skips itself to `pointed_out`."""
    report = yield
    pointed_out(report)
    return report
