"""Reference files taken in: each a complete snapshot, whose differences are corrections."""

from organisations.commands.ods.load import load_ods
from organisations.commands.ods.release import OdsFiles
from organisations.commands.ods.report import FileReport, LoadReport

__all__ = ["FileReport", "LoadReport", "OdsFiles", "load_ods"]
