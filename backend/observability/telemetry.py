"""Traces and metrics by OpenTelemetry; nothing is kept or sent unless a setting says where to.

A span or a metric carries kinds, durations and ids of the system's own; no address beyond its first word, no
document, no variable. Errors are counted, not quoted.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span
from prometheus_client import CollectorRegistry, start_http_server

_tracer = trace.get_tracer("hocba")
_meter = metrics.get_meter("hocba")
_durations = {
    name: _meter.create_histogram(f"hocba_{name}_seconds", unit="s", description=description)
    for name, description in (
        ("request", "HTTP requests by first word of the path, method and status"),
        ("operation", "GraphQL operations by kind and first root field"),
        ("job", "jobs of the worker by name"),
    )
}

_counts = {
    "form": _meter.create_counter(
        "hocba_forms",
        description="Forms drawn, by the way they were drawn: stamped, or laid out by WeasyPrint",
    ),
    "alarm": _meter.create_counter(
        "hocba_alarms", description="alarms on reads, by who reads and what is too much"
    ),
}


def configure_telemetry(component: str, otlp_endpoint: str, metrics_address: str) -> Callable[[], None]:
    """Send traces and metrics to an OTLP endpoint, and show metrics to Prometheus at an address of their own.

    Returns:
        what sends the rest and stops.
    """
    resource = Resource.create({"service.name": f"hocba-{component}"})
    stops: list[Callable[[], object]] = []
    readers: list[MetricReader] = []
    if otlp_endpoint:
        spans = TracerProvider(resource=resource)
        exporter = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces")
        spans.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1_000))
        trace.set_tracer_provider(spans)
        sender = OTLPMetricExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/metrics")
        readers.append(PeriodicExportingMetricReader(sender))
        stops.append(spans.shutdown)
    if metrics_address:
        registry = CollectorRegistry()
        readers.append(PrometheusMetricReader(registry=registry))
        host, _, port = metrics_address.rpartition(":")
        server, _thread = start_http_server(int(port), host or "127.0.0.1", registry)
        stops.append(server.shutdown)
    if readers:
        meters = MeterProvider(metric_readers=readers, resource=resource)
        metrics.set_meter_provider(meters)
        stops.append(meters.shutdown)

    def stop() -> None:
        for end in stops:
            end()

    return stop


@contextmanager
def traced(name: str, /, **attributes: str | int) -> Iterator[Span]:
    """A span around a block; an exception leaves it without its words."""
    with _tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as span:
        yield span


@contextmanager
def measured(kind: str, /, **labels: str) -> Iterator[dict[str, str]]:
    """Measure a block as one of ``hocba_<kind>_seconds``; labels may be added until it ends."""
    began = time.perf_counter()
    try:
        yield labels
    finally:
        _durations[kind].record(time.perf_counter() - began, labels)


def counted(kind: str, /, **labels: str) -> None:
    """Count one of ``hocba_<kind>s_total``."""
    _counts[kind].add(1, labels)


def metered(name: str, description: str, read: Callable[[], int]) -> None:
    """Show a number of the process whenever metrics are asked for."""

    def observe(_options: CallbackOptions) -> list[Observation]:
        return [Observation(read())]

    _meter.create_observable_gauge(f"hocba_{name}", callbacks=[observe], description=description)
