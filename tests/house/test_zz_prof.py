from __future__ import annotations
import cProfile, pstats, time
from tests.house.permission_world import World
from tests.house.test_permissions import answered, get_resolver
from tests.house.permissions_table import ROWS
import pytest
from rest_framework.test import APIClient
def test_prof(request, db):
    world = World(request)
    c = APIClient(); c.force_login(world["field_lead"])
    rows=[r for r in ROWS if r.route.startswith("api/v1/") and "sites" in r.route or "soil" in r.route]
    for r in rows: answered(c,r,world)
    p=cProfile.Profile(); t=time.perf_counter(); p.enable()
    for _ in range(5):
        for r in rows: answered(c,r,world)
    p.disable(); n=5*len(rows)
    print("per request ms", (time.perf_counter()-t)/n*1000)
    pstats.Stats(p).sort_stats("cumtime").print_stats(45)
