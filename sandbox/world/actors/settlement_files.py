"""CAS puts settlement files where the jobs look: mostly one a day, and sometimes not as it should be.

Sources: docs/specs/cas-settlement-csv.md sections 1, 4, 9 and 10; docs/specs/operators-faq.txt.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from config.business_days import is_business_day
from sandbox.world.actors.cas import MoneySource, line_of
from sandbox.world.chance import RandomDraws
from sandbox.world.model.records import ZERO, ModelPayment
from sandbox.world.settlement_line import (
    NOT,
    NOTHING_TO_BOOK,
    PAD,
    Delivery,
    SettlementFile,
    SettlementLine,
    with_odd_columns,
)
from sandbox.world.world import World

_TWISTED = 0.5
_TWISTS = (
    *("late",) * 5, "twice", "under a new name", "changed", "empty at first", "in parts", "in parts", "renamed",
    *("with rows that cannot be booked",) * 3, "with odd columns", *("with a wrong bounce",) * 5,
)  # fmt: skip
_BOUNCES_AGAIN = 0.5
_IS_EARLY = 0.05


def deliver(world: World) -> Delivery:
    """Put the file of the day where the jobs look, on a day without lines too."""
    draws, today = world.chance.of("CAS files", world.clock.today), world.clock.today
    lines, world.written = world.written, []
    of_today = SettlementFile(f"BCR_PAYMENT_APPL_{today:%Y%m%d}.csv", tuple(lines))
    is_weekday = today.isoweekday() < 6
    early, world.early = world.early, []
    if early:
        return _with_early(world, early, of_today)
    kept_back, world.kept_back = world.kept_back, []
    if kept_back:
        return _with_late(world, kept_back, of_today, overtakes=is_weekday and draws.happens(0.7))
    if is_weekday and _may_be_late(of_today, today) and world.chance.of("early files", today).happens(_IS_EARLY):
        return _bring_early(world, of_today)
    twist = draws.one_of(_TWISTS) if is_weekday and world.dropped and draws.happens(_TWISTED) else None
    twist = None if twist == "late" and not _may_be_late(of_today, today) else twist
    delivery = _twisted(world, of_today, twist, draws)
    for file in delivery.applied:
        drop(world, file)
    return delivery


def _may_be_late(file: SettlementFile, today: date) -> bool:
    """Return whether a file may be late: while a bounce is not told, CFS pulls the number once more, and no sheet says
    what becomes of that money.
    """
    return is_business_day(today) and not any(line.record == "PADR" for line in file.lines)


def drop(world: World, file: SettlementFile) -> None:
    """Put a whole file where the jobs look."""
    world.dropped[file.name] = file.content
    _write(world, file.name, file.content)


def _with_late(world: World, late: Sequence[SettlementFile], of_today: SettlementFile, *, overtakes: bool) -> Delivery:
    """Bring what was late together with today's file; or after it, where neither rests on the other."""
    drop(world, of_today)
    if overtakes and all(_are_apart(one, of_today) for one in late):
        _note(world, "is overtaken by the next", *late)
        return Delivery([of_today], overtaken=list(late))
    for file in late:
        drop(world, file)
    _note(world, "comes together with the next", *late)
    return Delivery([*late, of_today])


def _bring_early(world: World, file: SettlementFile) -> Delivery:
    """Bring today's file under tomorrow's name: it is held until then."""
    tomorrow = world.clock.today + timedelta(days=1)
    early = replace(file, name=f"BCR_PAYMENT_APPL_{tomorrow:%Y%m%d}.csv")
    world.early = [early]
    _write(world, early.name, early.content)
    _note(world, "is named for a day to come", early)
    return Delivery(reports=True)


def _with_early(world: World, early: list[SettlementFile], of_today: SettlementFile) -> Delivery:
    """Bring the file of the day behind those that bear its name and have come."""
    world.dropped |= {file.name: file.content for file in early}
    second = replace(of_today, name=of_today.name.replace(".csv", "_2.csv"))
    drop(world, second)
    _note(world, "that came early is applied on its day", *early)
    return Delivery([*early, second])


def _twisted(world: World, file: SettlementFile, twist: str | None, draws: RandomDraws) -> Delivery:
    """Return what is brought of a file to which something happens; what comes beside it is brought here."""
    if twist is None:
        return Delivery([file])
    earlier = draws.one_of(list(world.dropped.items())[-3:])
    match twist:
        case "late":
            world.kept_back = [file]
            _note(world, "is late", file)
            return Delivery()
        case "twice":
            _note(world, "of an earlier day comes a second time")
            _write(world, *earlier)
            return Delivery([file])
        case "under a new name":
            _note(world, "of an earlier day comes under a new name")
            _write(world, file.name.replace(".csv", "_again.csv"), earlier[1])
            return Delivery([file])
        case "changed":
            _note(world, "of an earlier day comes with other content")
            name, content = earlier
            del world.dropped[name]  # nobody types its name by mistake: it stands for two files
            _write(world, name, content + content.splitlines(keepends=True)[-1])
            return Delivery([file], held=[name], reports=True)
        case "empty at first":
            _note(world, "is empty at first", file)
            _write(world, file.name, b"")
            return Delivery(later=[file], reports=True)
        case "in parts":
            parts = list(_parts(file, draws))
            if len(parts) > 1:
                _note(world, "comes in parts", file)
            return Delivery(parts)
        case _:
            return _changed(world, file, twist, draws)


def _changed(world: World, file: SettlementFile, twist: str, draws: RandomDraws) -> Delivery:
    """Return what is brought of a file whose name or rows are not as usual."""
    match twist:
        case "renamed":
            _note(world, "has a name in another case", file)
            return Delivery([SettlementFile(file.name.lower(), file.lines)])
        case "with rows that cannot be booked":
            happened = world.model.chronicle.happened
            odd = min(NOTHING_TO_BOOK, key=lambda one: happened[f"a settlement file {_odd_row(one)}"])
            _note(world, _odd_row(odd), file)
            return Delivery([file.beside(NOTHING_TO_BOOK[odd](world.clock.today))], reports=True)
        case "with a wrong bounce":
            wrong = _wrong_bounce(world, file, draws)
            if wrong:
                _note(world, "has a bounce that was none", file)
            return Delivery([replace(file, lines=(*file.lines, *wrong))], wrong=wrong)
        case "with odd columns":
            if any(line.record == "PADP" for line in file.lines):
                _note(world, "has odd values in columns that no rule reads", file)
            return Delivery([SettlementFile(file.name, tuple(map(with_odd_columns, file.lines)))])
    raise AssertionError(twist)


def _odd_row(what: str) -> str:
    return f"has a row that cannot be booked: {what}"


def _wrong_bounce(world: World, file: SettlementFile, draws: RandomDraws) -> list[SettlementLine]:
    """Return the bounce of a number that is paid in CFS, of an account of which the file tells nothing else."""
    told = {line.account for line in file.lines}
    paid = [one for one in world.model.payments[-40:] if (one.method, one.status) == ("PAD", "COMPLETED")]
    possible = [
        one
        for one in paid
        if _may_bounce(world, one) and world.model.accounts[one.account].profiles["PAD"].cfs_account not in told
    ]
    if not possible:
        return []
    again = [one for one in possible if one.account in world.bounced_wrongly]
    payment = draws.one_of(again if again and draws.happens(_BOUNCES_AGAIN) else possible)
    world.bounced_wrongly.add(payment.account)
    invoice = world.books.invoices[payment.number or ""]
    money = MoneySource("PADR", PAD, payment.receipt or "")
    return [replace(line_of(world, money, ZERO, invoice), outstanding=invoice.total, status=NOT)]


def _may_bounce(world: World, payment: ModelPayment) -> bool:
    """Return whether a payment paid a number by itself, all invoices of it are paid, and the account is active."""
    number = payment.number or ""
    behind = world.model.behind(number, "COMPLETED")
    return (
        world.model.accounts[payment.account].status == "ACTIVE"
        and world.books.invoices[number].receipts == [payment.receipt]
        and payment.paid == payment.invoice_amount
        and bool(behind)
        and all(one.status == "PAID" for one in behind)
    )


def _parts(file: SettlementFile, draws: RandomDraws) -> Iterator[SettlementFile]:
    """Return a file in two parts, each with all lines of a number and of a source, where it can be parted so."""
    places = [
        place for place in range(1, len(file.lines)) if not _touched(file.lines[:place]) & _touched(file.lines[place:])
    ]
    if not places:
        yield file
        return
    place = draws.one_of(places)
    for number, lines in enumerate((file.lines[:place], file.lines[place:]), 1):
        yield SettlementFile(file.name.replace(".csv", f"_{number}.csv"), lines)


def _are_apart(one: SettlementFile, other: SettlementFile) -> bool:
    """Return whether two files speak of nothing that both do, so that their order decides nothing."""
    return not _touched(one.lines) & _touched(other.lines)


def _touched(lines: Sequence[SettlementLine]) -> set[str]:
    """Return the numbers and sources of lines; of a bounce the account as well, which is frozen once."""
    is_bounced = {line.account for line in lines if line.record == "PADR"}
    return {text for line in lines for text in (line.number, line.source)} | is_bounced


def _write(world: World, name: str, content: bytes) -> None:
    (world.parts.sftp.root("cas") / "upload" / name).write_bytes(content)


def _note(world: World, what: str, *files: SettlementFile) -> None:
    world.model.chronicle.note(f"a settlement file {what}", *(f"file {one.name}" for one in files))
