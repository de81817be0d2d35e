"""Which app a tablet runs: told with every request, kept when it changes."""

from __future__ import annotations

from django.db import connection

from sampling.models import Device

LONGEST = 40


def note_app(device: Device, app: str) -> None:
    """Keep the app a tablet says it is, if it says so and that is new.

    A device that is being written to at this moment is left alone: the next request tells again.
    """
    told = app[:LONGEST].strip()
    if not told or not told.isprintable() or told == device.app_version:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sampling_device SET app_version = %s WHERE id = (SELECT id FROM sampling_device"
            " WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED)",
            [told, device.pk],
        )
    device.app_version = told
