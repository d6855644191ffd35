"""Provinces of the sizes the tests need."""

import pytest

from backend.synthetic.plan import ProvincePlan
from backend.synthetic.schools import generate_province


@pytest.fixture(scope="session")
def province() -> ProvincePlan:
    """The whole plan: 200 schools, 138,000 pupils not yet made."""
    return generate_province(7, awkward=True)


@pytest.fixture(scope="session")
def one_school() -> ProvincePlan:
    return generate_province(11, schools=1, pupils=300, awkward=True)
