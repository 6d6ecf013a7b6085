"""What every test may use: the work tree's root, and Hypothesis without a clock."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds the packages."""
    return Path(__file__).resolve().parent.parent
