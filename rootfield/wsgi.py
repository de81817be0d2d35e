"""The WSGI application that gunicorn serves."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

GARBAGE_BEFORE_LOOKING = 50_000  # objects; Python's own is 700

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rootfield.settings")

application = get_wsgi_application()

# A batch of 500 records makes some ten thousand objects that live for one request. Collecting as
# often as Python does by default walks the whole application again and again meanwhile: it took
# half the time of a push.
gc.collect()
gc.freeze()
gc.set_threshold(GARBAGE_BEFORE_LOOKING, 20, 50)
