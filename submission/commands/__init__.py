"""What happens to figures that providers give."""

from submission.commands.begin import begin_submission
from submission.commands.saving import Saved, save_work_in_progress
from submission.commands.submitting import Submitted, nil_return, submit_achievement_data
from submission.commands.typed import ChangedMeanwhile, Clash, Figures

__all__ = [
    "ChangedMeanwhile",
    "Clash",
    "Figures",
    "Saved",
    "Submitted",
    "begin_submission",
    "nil_return",
    "save_work_in_progress",
    "submit_achievement_data",
]
