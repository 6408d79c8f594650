"""Reports on screen and as files."""

from reports.views.administrative import administrative, administrative_report, administrative_report_file
from reports.views.summary import achievement_summary, achievement_summary_file

__all__ = [
    "achievement_summary",
    "achievement_summary_file",
    "administrative",
    "administrative_report",
    "administrative_report_file",
]
