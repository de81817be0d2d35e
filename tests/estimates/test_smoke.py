from __future__ import annotations

from estimates.models import EstimateResult, EstimateRun


def test_an_order_gives_results(finished):
    for r in EstimateRun.objects.all():
        print(r, r.failure_reason, r.last_error, len(str(r.details)), r.details.get("notes"))
    for r in EstimateResult.objects.all():
        print(r.level, r, r.lower, r.upper)
    print(finished.progress())
    open("/tmp/f1.svg","w").write(EstimateRun.objects.filter(is_summary=True).get().figures.get().svg)
    open("/tmp/f2.svg","w").write(EstimateRun.objects.filter(is_summary=False)[0].figures.get().svg)
