"""Figures for the monitoring system. Labels are route templates and kinds, never an address or an id."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from storefront.backlog import Backlog

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The figures of one process. Those of the tables are read when somebody asks."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("quorum_requests", "Requests answered.", labels, registry=registry)
        self._seconds = Histogram(
            "quorum_request_seconds",
            "Time until the first byte of the answer.",
            labels[:2],
            buckets=_SECONDS,
            registry=registry,
        )
        self._due = Gauge(
            "quorum_due_open_deal_age_seconds", "Age of the oldest deal due and undecided.", registry=registry
        )
        self._owed = Gauge(
            "quorum_pending_effect_age_seconds",
            "Age of the oldest effect that is due and not done.",
            ("kind",),
            registry=registry,
        )
        self._dead = Gauge(
            "quorum_effects_dead", "Effects given up that wait for a person.", registry=registry
        )
        self.streams = Gauge("quorum_streams", "Live streams that are open.", registry=registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self, backlog: Backlog) -> bytes:
        """Everything in the text format, with the tables' figures as just read."""
        self._due.set(backlog.due_open_deal_age_s)
        self._owed.clear()
        for kind, age_s in backlog.effect_ages_s.items():
            self._owed.labels(kind).set(age_s)
        self._dead.set(backlog.dead_effects)
        return generate_latest(self._registry)
