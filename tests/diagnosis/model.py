"""A slow model of the tables of docs/specs/invoice-lifecycle.md sections 5.1 and 5.2, written from the sheet alone.

J14 and J12 stand before J2 to J4, as our decisions say.
One invoice as plain words in, the code of its row out. It shares nothing with the rules it is held against.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class PadCase:
    """A PAD invoice in APPROVED that is old enough.

    reference  none, active, fresh (active and young), bundle, completed
    cfs        missing, whole, part, paid, more (more is due than the total), other (another total than ours)
    file       none, waiting, applied, rejected
    """

    profile: str
    reference: str
    cfs: str
    file: str

    @property
    def code(self) -> str:
        if self.reference == "none":
            by_profile = {"FREEZE": "P1", "PENDING": "P2", "PENDING_PAD_ACTIVATION": "P3", "INACTIVE": "P4"}
            if self.profile in by_profile:
                return by_profile[self.profile]
            return {"missing": "P7", "other": "P6"}.get(self.cfs, "P5")
        if self.reference in {"active", "fresh"}:
            return self._sent()
        return "P15" if self.reference == "bundle" else "P16"

    def _sent(self) -> str:
        if self.cfs == "missing":
            return "P8"
        if self.cfs in {"whole", "other"}:
            return "P9" if self.reference == "fresh" else "P10"
        if self.cfs == "part":
            return "P11"
        if self.file == "waiting":
            return "P12"
        return "P14" if self.file == "none" else "P13"


@dataclass(frozen=True)
class EjvCase:
    """A journal voucher invoice in APPROVED that is old enough.

    gl         fine, stopped, none
    reference  none, active
    link       none, UPLOADED, COMPLETED, ERRORED
    file       UPLOADED, COMPLETED, ERRORED
    answer     none, stored (a feedback that is not applied), noted (feedback_file_ref is set)
    """

    is_billable: bool
    gl: str
    reference: str
    link: str
    file: str
    answer: str
    is_young: bool
    is_twice: bool

    @property
    def code(self) -> str:
        if not self.is_billable:
            return "J1"
        if self.link == "COMPLETED":
            return "J14" if self.is_twice else "J12"
        if self.gl == "none":
            return "J2"
        if self.reference == "none":
            if self.gl == "stopped":
                return "J3" if self.link == "ERRORED" else "J4"
            return "J6"
        if self.link == "none":
            return "J15"
        if self.link == "UPLOADED":
            return self._unanswered()
        return "J13"

    def _unanswered(self) -> str:
        if self.file == "ERRORED":
            return "J8U" if self.answer == "stored" else "J11"
        if self.answer == "noted":
            return "J10"
        if self.is_young:
            return "J7"
        return "J8" if self.answer == "stored" else "J9"
