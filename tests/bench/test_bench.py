"""Every benchmark runs, at a tiny size, and says what it found. No time is judged here."""

import subprocess
import sys

import pytest

from tests.bench.__main__ import BENCHES
from tests.bench.spiff import INSTALLED

AGAINST_SPIFF = {"durable_steps", "engine_alone"}


@pytest.fixture(autouse=True)
def _apart(tmp_path, monkeypatch):
    """Stores of this size are of no use to anybody else."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.mark.parametrize("name", BENCHES)
def test_a_benchmark_runs(name):
    if name in AGAINST_SPIFF and not INSTALLED:
        pytest.skip("SpiffWorkflow is not installed")
    found = BENCHES[name](0.01)
    assert found
    numbers = [value for value in found.values() if isinstance(value, int | float)]
    assert len(numbers) > 1
    assert all(value >= 0 for value in numbers if name not in ("memory", "growth"))


@pytest.mark.parametrize("name", sorted(AGAINST_SPIFF))
def test_a_missing_package_is_named(name, monkeypatch):
    from tests.bench.measure import Missing

    monkeypatch.setattr("tests.bench.spiff.INSTALLED", False)
    with pytest.raises(Missing, match="SpiffWorkflow is not installed: pip install"):
        BENCHES[name](0.01)


def test_they_run_as_the_help_says(root):
    command = [sys.executable, "-m", "tests.bench", "no_such"]
    ended = subprocess.run(
        command, check=False, cwd=root, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 2
    assert ended.stderr.endswith("there is no benchmark 'no_such'\n")
