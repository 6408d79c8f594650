"""Django's commands; `python3 portal.py manage ...` runs them with the services they need."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cqrs_portal.settings.training")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
