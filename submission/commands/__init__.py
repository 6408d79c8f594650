"""What happens to figures that providers give."""

from submission.commands.begin import begin_submission
from submission.commands.saving import Saved, save_work_in_progress
from submission.commands.submitting import Submitted, nil_return, submit_achievement_data
from submission.commands.typed import NOTE, REASON, ChangedMeanwhile, Clash, Figures, WordsSeen

__all__ = [
    "NOTE",
    "REASON",
    "ChangedMeanwhile",
    "Clash",
    "Figures",
    "Saved",
    "Submitted",
    "WordsSeen",
    "begin_submission",
    "nil_return",
    "save_work_in_progress",
    "submit_achievement_data",
]
