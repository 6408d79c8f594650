"""The pages of organisations and of reference data."""

from organisations.views.loads import ods_load, ods_load_rows, ods_loads
from organisations.views.networks import network
from organisations.views.uploads import (
    check_again,
    confirm_upload,
    drop_upload,
    ods_upload,
    ods_upload_rows,
    upload_ods,
)

__all__ = [
    "check_again",
    "confirm_upload",
    "drop_upload",
    "network",
    "ods_load",
    "ods_load_rows",
    "ods_loads",
    "ods_upload",
    "ods_upload_rows",
    "upload_ods",
]
