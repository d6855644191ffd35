"""What several of the worker's tests begin with."""

from tests.worker.submitted import stage

__all__ = ["stage"]
