"""Whether the site lives and is ready, and its metrics."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django_prometheus.exports import ExportToDjangoView
from redis import RedisError

from estimates.models import EstimateRun
from rootfield.celery import HEARTBEAT_KEY
from rootfield.problems import answer, known_problem

HEARTBEAT_WITHIN_S = 60.0
PUBLISHED_WITHIN_S = 3600.0


def live(request: HttpRequest) -> JsonResponse:
    """Answer that this process answers: for whoever restarts it when it does not."""
    return JsonResponse({"live": True})


def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when requests can be served and runs completed, else 503, with each check."""
    checks = {name: answered(check) for name, check in CHECKS.items()}
    is_ready = all(check["ok"] for check in checks.values())
    return JsonResponse({"ready": is_ready, "checks": checks}, status=200 if is_ready else 503)


def answered(check: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what a check says, or that what it asked does not answer."""
    try:
        return check()
    except DatabaseError:
        return {"ok": False, "detail": "The database does not answer."}
    except RedisError:
        return {"ok": False, "detail": "Redis does not answer."}


def database() -> dict[str, Any]:
    """Check that the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True}


def migrations() -> dict[str, Any]:
    """Check that every migration is applied."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return {"ok": not plan, "unapplied": len(plan)}


def workers() -> dict[str, Any]:
    """Check that Redis answers and a worker showed a sign of life within the last minute."""
    last = cache.get(HEARTBEAT_KEY)
    if last is None:
        return {"ok": False, "detail": "No worker has shown a sign of life."}
    age_s = round(time.time() - last, 1)
    return {"ok": age_s <= HEARTBEAT_WITHIN_S, "heartbeat_age_s": age_s}


def queue() -> dict[str, Any]:
    """Check that estimate runs in the queue are not forgotten: the sweeper publishes them again."""
    now = timezone.now()
    oldest = EstimateRun.objects.filter(state="queued").aggregate(
        created_at=Min("created_at"), published_at=Min("published_at")
    )
    waits = {
        name: (now - moment).total_seconds() if moment else 0 for name, moment in oldest.items()
    }
    return {
        "ok": waits["published_at"] <= PUBLISHED_WITHIN_S,
        "oldest_queued_age_s": round(waits["created_at"], 1),
        "oldest_published_age_s": round(waits["published_at"], 1),
    }


def disk() -> dict[str, Any]:
    """Check that the disk takes another file: what tablets send is refused when it is full."""
    place: Path = settings.FILES_DIR
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    return {"ok": free >= settings.FILES_RESERVE_BYTES, "free_bytes": free}


CHECKS: dict[str, Callable[[], dict[str, Any]]] = {
    "database": database,
    "migrations": migrations,
    "workers": workers,
    "queue": queue,
    "disk": disk,
}


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus, who must show METRICS_TOKEN; without one set there are no metrics."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    shown = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not secrets.compare_digest(shown.encode(), expected.encode()):
        return answer(request, known_problem("not-found"))
    exported: HttpResponse = ExportToDjangoView(request)
    return exported
