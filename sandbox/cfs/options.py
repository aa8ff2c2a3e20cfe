"""What can be chosen about the simulated CFS.

Whatever docs/specs/cfs-api.md marks as an inference (I) is an option here, with the likeliest value as its default.
"""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum


class Availability(StrEnum):
    """Whether CFS answers (section 8, item 9)."""

    OPEN = "open"
    CFS_DOWN = "cfs_down"
    DROP = "drop"


@dataclass(frozen=True)
class Options:
    """How the simulated CFS behaves.

    token_seconds            how long a token is really good for
    token_announced_seconds  what `expires_in` says
    connector_auth           the shared secret every call must bring; empty: not looked at
    validation_status        400 or 404 for a validation or business error (section 1.1)
    fresh_receipt_status     of a receipt nothing was applied from
    closed_invoice_status    of an invoice with nothing due
    reversed_unapplied_zero  whether a reversed receipt shows 0 as unapplied, else its amount
    apply_of_nothing         whether applying is accepted where there is nothing to apply, else refused
    credit_of_nothing        whether the balance of an invoice with nothing due can be credited, else refused
    exact_types              refuse a receipt or adjustment amount that is no string, a line amount that is no number
    mixed_numbers            send amounts now as numbers, now as strings; and leave empty lists out at times
    drop_filled_invoices     leave the `invoices` key out at times even where there are some
    seed                     of every random choice
    availability             see Availability
    opening_hours            answer as `closed_as` outside the opening hours of section 1
    nightly_applies_receipts whether the nightly step also applies open receipts to the open invoices of their site
    """

    paybc_id: str = "sandbox-paybc"
    paybc_secret: str = "sandbox-paybc-secret"
    fas_id: str = "sandbox-fas"
    fas_secret: str = "sandbox-fas-secret"
    connector_auth: str = "sandbox-connector-secret"
    token_seconds: int = 3600
    token_announced_seconds: int = 3600
    validation_status: int = 400
    fresh_receipt_status: str = "UNAPP"
    closed_invoice_status: str = "CL"
    reversed_unapplied_zero: bool = True
    apply_of_nothing: bool = True
    credit_of_nothing: bool = False
    exact_types: bool = True
    mixed_numbers: bool = True
    drop_filled_invoices: bool = False
    seed: int = 1
    availability: Availability = Availability.OPEN
    opening_hours: bool = False
    closed_as: Availability = Availability.CFS_DOWN
    nightly_applies_receipts: bool = False

    def environment(self, base_url: str, *, max_per_second: int | None = None) -> dict[str, str]:
        """Return the settings that lead a job to a simulated CFS with these options."""
        limit = {} if max_per_second is None else {"CFS_MAX_PER_SECOND": str(max_per_second)}
        return limit | {
            "CFS_BASE_URL": base_url,
            "CFS_CLIENT_ID": self.paybc_id,
            "CFS_CLIENT_SECRET": self.paybc_secret,
            "CFS_FAS_CLIENT_ID": self.fas_id,
            "CFS_FAS_CLIENT_SECRET": self.fas_secret,
            "PAY_CONNECTOR_AUTH": self.connector_auth,
        }


def changed(options: Options, changes: dict[str, object]) -> Options:
    """Return the options with some of them changed. Raise ValueError for a name or a type that does not fit."""
    for name, value in changes.items():
        known = getattr(options, name, None)
        if known is None:
            raise ValueError(f"there is no option {name!r}")
        if type(value) is not type(known) and not isinstance(known, Availability):
            raise ValueError(f"option {name!r} is a {type(known).__name__}, not {value!r}")
    kinds = {"availability", "closed_as"}
    return dataclasses.replace(
        options,
        **{name: Availability(str(value)) if name in kinds else value for name, value in changes.items()},  # type: ignore[arg-type]
    )
