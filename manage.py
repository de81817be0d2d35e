"""Run one of the site's commands: `python manage.py help` lists them."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from rootfield.embedded import services_for_command


def main() -> None:
    """Run the command in sys.argv, with embedded services around it where it needs a database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rootfield.settings")
    with services_for_command(sys.argv):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
