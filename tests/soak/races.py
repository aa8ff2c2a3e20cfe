"""The races there are, by the name of the job."""

from tests.soak.ejv_races import EjvRace
from tests.soak.pad_races import PadRace
from tests.soak.race import Race
from tests.soak.slip_races import SlipRace
from tests.soak.statement_races import StatementRace

RACES: dict[str, type[Race]] = {"ejv": EjvRace, "pad": PadRace, "slips": SlipRace, "statements": StatementRace}
