"""Logs, traces and metrics: what a process does, by ids and durations, never by people."""

from backend.observability.logs import configure_logging, log
from backend.observability.telemetry import configure_telemetry, counted, measured, metered, traced

__all__ = ["configure_logging", "configure_telemetry", "counted", "log", "measured", "metered", "traced"]
