"""What gunicorn serves when a mutant is attacked: the application, broken as CHAOS_MUTANT says."""

from __future__ import annotations

import importlib
import os
from contextlib import ExitStack

from django.db import connections

from tests.chaos.entry import application

__all__ = ["application"]

breakage = importlib.import_module("tests.chaos.breakage")  # its models need Django set up
breakage.PATCHES[os.environ["CHAOS_MUTANT"]](ExitStack())
connections.close_all()
