"""Reference files that somebody uploads: kept, checked, then loaded or dropped."""

from organisations.commands.uploads.keeping import (
    CHECK,
    LOAD,
    Days,
    Given,
    check_again,
    confirm_upload,
    drop_old_uploads,
    drop_upload,
    upload_files,
)
from organisations.commands.uploads.working import check_upload, load_upload

__all__ = [
    "CHECK",
    "LOAD",
    "Days",
    "Given",
    "check_again",
    "check_upload",
    "confirm_upload",
    "drop_old_uploads",
    "drop_upload",
    "load_upload",
    "upload_files",
]
