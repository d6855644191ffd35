"""Logs, traces and metrics: what a process does, by ids and durations, never by people."""

from backend.observability.logs import configure_logging, log
from backend.observability.telemetry import configure_telemetry, measured, metered, traced

__all__ = ["configure_logging", "configure_telemetry", "log", "measured", "metered", "traced"]
