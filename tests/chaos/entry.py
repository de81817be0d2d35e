"""What gunicorn serves in a run: the site's own application, warm before the workers fork.

Workers live for about a second here. One that had to load the addresses and describe the record
types first would be dead before its first answer.
"""

from __future__ import annotations

import gc

from django.db import connections
from django.test import Client

from rootfield.wsgi import application
from sampling.actions.record_types import record_type
from sampling.models import RECORD_MODELS

__all__ = ["application"]

for name in RECORD_MODELS:
    record_type(name)
Client().get("/sync/v1/")
connections.close_all()
gc.collect()
gc.freeze()
