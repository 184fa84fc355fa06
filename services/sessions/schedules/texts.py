"""Texts out of files, made fit to be stored."""

from typing import Final

from services.sessions.schedules.findings import Findings
from services.sessions.schedules.values import without_control_characters

LONGEST_PROSE: Final = 100_000


class Texts:
    """Removes control characters and cuts what is too long, and says so in the findings."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def line(self, text: str, most: int, field: str, where: str) -> str:
        """A text that stands on one line, without white space around it."""
        return self.prose(text, field, where, most=most).strip()

    def prose(self, text: str, field: str, where: str, *, most: int = LONGEST_PROSE) -> str:
        clean = without_control_characters(text)
        if len(clean) < len(text):
            removed = len(text) - len(clean)
            self._findings.note(
                "characters_removed", f"{removed} control character(s) removed from the {field}.", where
            )
        if len(clean) > most:
            self._findings.warn(
                "text_cut", f"The {field} has {len(clean)} characters and was cut at {most}.", where
            )
        return clean[:most]
