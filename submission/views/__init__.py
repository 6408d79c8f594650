"""The pages of Data Submission."""

from submission.views.group import check_field, group
from submission.views.network_achievement import data_submission_file, data_submission_report, network_achievement
from submission.views.record import add, record_achievement, record_provider_achievement
from submission.views.submit import check, nil_return, submitted
from submission.views.summary import summary

__all__ = [
    "add",
    "check",
    "check_field",
    "data_submission_file",
    "data_submission_report",
    "group",
    "network_achievement",
    "nil_return",
    "record_achievement",
    "record_provider_achievement",
    "submitted",
    "summary",
]
