"""Accounts come into being, with a customer profile in CFS and a statement setting, and change that setting.

Source: docs/specs/cfs-api.md section 3, docs/specs/statements.md section 8.
"""

from datetime import date, timedelta

from sandbox.cfs.customers import create_account, create_party, create_site
from sandbox.world.actors.eft import receive_deposits
from sandbox.world.model.records import FINAL, ModelAccount, ModelProfile, ModelSetting, ModelStatement
from sandbox.world.pay_api import EVERY_PRODUCT, PRODUCTS
from sandbox.world.world import Partner, World

FREQUENCIES = ("DAILY", "WEEKLY", "WEEKLY", "MONTHLY")
_RECEIPT_METHODS = {"PAD": "BCR-PAD Daily", "EFT": "BC REG EFT Wire Cheque"}
_FIRST = (("PAD", 7), ("ONLINE_BANKING", 3), ("EFT", 2), ("DIRECT_PAY", 2), ("EJV", 3))
_PARTNERED = ("VS",)
_IN_CFS = ("PAD", "ONLINE_BANKING", "EFT")
_SWITCHES = 0.004


def settle_in(world: World) -> None:
    """Let the accounts of the first day be there, and what their invoices are made of."""
    _price_products(world)
    _price_bounces(world)
    receive_deposits(world)
    for method, number in _FIRST:
        for _ in range(number):
            open_account(world, method)


def _price_products(world: World) -> None:
    """Let each product have a fee schedule, and a GL of ours behind it."""
    for nth, product in enumerate(sorted({*EVERY_PRODUCT, *(one for some in PRODUCTS.values() for one in some)})):
        (row,) = world.tables.rows(
            "SELECT min(fee_schedule_id) AS id FROM fee_schedules WHERE corp_type_code = :product", product=product
        )
        world.schedules[product] = row.id
        gl = {
            "client": "112",
            "responsibility_centre": f"1200{nth}",
            "service_line": "01230",
            "stob": "3400",
            "project_code": f"000004{nth}",
        }
        world.gl[product] = "".join(gl.values())
        code = None
        if product in _PARTNERED:
            code = _add_code(world, f"Share of {product}", **gl | {"client": "113"})
            world.partners[product] = Partner(code, f"113{world.gl[product][3:]}")
        world.distributions[product] = _add_code(
            world, f"Fees of {product}", **gl, disbursement_distribution_code_id=code
        )


def _price_bounces(world: World) -> None:
    """Let the fee for a bounce have a GL of ours."""
    code = _add_code(
        world, "NSF fee", client="112", responsibility_centre="12009", service_line="01230", stob="3400",
        project_code="0000049",
    )  # fmt: skip
    world.tables.run(
        "INSERT INTO distribution_code_links (distribution_link_id, distribution_code_id, fee_schedule_id)"
        " SELECT 900, :code, fee_schedule_id FROM fee_schedules WHERE filing_type_code = 'NSF'",
        code=code,
    )


def _add_code(world: World, name: str, **values: object) -> int:
    return world.tables.add(
        "distribution_codes",
        name=name,
        start_date=date(2020, 1, 1),
        created_by="world",
        created_on=world.clock.stored,
        **values,
    )


def open_accounts(world: World) -> None:
    """Now and then somebody new opens an account."""
    draws = world.chance.of("new accounts", world.clock.today)
    if draws.happens(0.1):
        open_account(world, draws.one_of(("PAD", "PAD", "PAD", "ONLINE_BANKING", "EFT")))


def open_account(world: World, method: str) -> ModelAccount:
    """Open an account that pays by a method."""
    number = len(world.model.accounts) + 1
    draws = world.chance.of("account", number)
    auth, is_notified = f"A{number:04}", draws.happens(0.5)
    with world.tables.together():
        id_ = world.tables.add(
            "payment_accounts",
            auth_account_id=auth,
            name=f"Customer {number}",
            payment_method=method,
            statement_notification_enabled=is_notified,
            eft_enable=method == "EFT",
        )
        account = ModelAccount(id_, auth, method, is_notified)
        if method in _IN_CFS:
            _open_profile(world, account, method)
        if method == "EJV":
            account.gl = _add_code(world, f"GL of {auth}", account_id=id_)
        _add_setting(world, account, draws.one_of(FREQUENCIES), world.clock.today)
    world.model.accounts[id_] = account
    return account


def change_settings(world: World) -> None:
    """Now and then an account wants its statements more or less often: from the end of the longer period on."""
    draws = world.chance.of("settings", world.clock.today)
    for account in draws.some_of(list(world.model.accounts.values()), 0.02):
        current = account.settings[-1]
        if current.first > world.clock.today:
            continue  # a change is planned already
        frequency = draws.one_of([one for one in ("DAILY", "WEEKLY", "MONTHLY") if one != current.frequency])
        world.model.chronicle.note(f"statements {current.frequency} to {frequency}", f"account {account.id}")
        last = _end_of_longer({current.frequency, frequency}, world.clock.today)
        with world.tables.together():
            world.tables.change("statement_settings", current.id, to_date=last)
            _add_setting(world, account, frequency, last + timedelta(days=1))
        current.last = last


def switch_methods(world: World) -> None:
    """Now and then an account begins to pay by EFT, or ceases to: what it was billed so far is on an interim statement.

    Source: docs/specs/statements.md section 7.
    """
    draws = world.chance.of("switches", world.clock.today)
    able = [one for one in world.model.accounts.values() if one.method in _IN_CFS]
    for account in draws.some_of(able, _SWITCHES):
        account.leaves_eft = account.method == "EFT"
        if account.method != "EFT" and account.status == "ACTIVE" and not _owes_by_eft(world, account):
            _switch(world, account, "EFT")
    for account in able:
        if account.leaves_eft and account.status == "ACTIVE" and not _owes_by_eft(world, account):
            account.leaves_eft = False
            _switch(world, account, draws.one_of(("PAD", "ONLINE_BANKING")))


def _owes_by_eft(world: World, account: ModelAccount) -> bool:
    return any(
        (one.account, one.method) == (account.id, "EFT") and one.status not in {"PAID", *FINAL}
        for one in world.model.invoices.values()
    )


def _switch(world: World, account: ModelAccount, method: str) -> None:
    world.clock.let_pass(60)
    with world.tables.together():
        _write_switch(world, account, method)


def _write_switch(world: World, account: ModelAccount, method: str) -> None:
    today = world.clock.today
    current = next(one for one in account.settings if one.first <= today and (one.last is None or today <= one.last))
    world.model.chronicle.note(f"{account.method} to {method}, {current.frequency} statements", f"account {account.id}")
    world.tables.change("statement_settings", current.id, to_date=today)
    current.last = today
    _make_interim(world, account, current)
    frequency, tomorrow, planned = (
        "MONTHLY" if method == "EFT" else "WEEKLY",
        today + timedelta(days=1),
        account.settings[-1],
    )
    if planned is current:
        _add_setting(world, account, frequency, tomorrow)
    else:
        world.tables.change("statement_settings", planned.id, frequency=frequency, from_date=tomorrow)
        planned.frequency, planned.first = frequency, tomorrow
    if method not in account.profiles:
        _open_profile(world, account, method)
    world.tables.change("payment_accounts", account.id, payment_method=method, eft_enable=method == "EFT")
    account.method = method


def _make_interim(world: World, account: ModelAccount, setting: ModelSetting) -> None:
    today = world.clock.today
    first = {
        "DAILY": today - timedelta(days=1),
        "WEEKLY": today - timedelta(days=today.isoweekday() % 7),
        "MONTHLY": today.replace(day=1),
    }[setting.frequency]
    invoices = [one for one in world.model.invoices.values() if one.account == account.id and first <= one.day <= today]
    methods = ",".join(sorted({one.method for one in invoices}) or [account.method])
    notification = "PENDING" if account.is_notified else "SKIP"
    id_ = world.tables.add(
        "statements",
        frequency=setting.frequency,
        from_date=first,
        to_date=today,
        created_on=today,
        statement_settings_id=setting.id,
        payment_account_id=account.id,
        notification_status_code=notification,
        is_interim_statement=True,
        payment_methods=methods,
    )
    for invoice in invoices:
        world.tables.add("statement_invoices", statement_id=id_, invoice_id=invoice.id)
    account.interims.append((first, today))
    world.model.statements.append(
        ModelStatement(account.id, setting.frequency, first, today, methods, invoices, notification, is_interim=True)
    )


def _add_setting(world: World, account: ModelAccount, frequency: str, first: date) -> None:
    id_ = world.tables.add(
        "statement_settings", payment_account_id=account.id, frequency=frequency, from_date=first, to_date=None
    )
    account.settings.append(ModelSetting(id_, frequency, first))


def _end_of_longer(frequencies: set[str], today: date) -> date:
    if "MONTHLY" in frequencies:
        return (today.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return today + timedelta(days=(6 - today.isoweekday()) % 7)


def _open_profile(world: World, account: ModelAccount, method: str) -> None:
    party = create_party(world.books, f"BCR-{account.auth}")
    number = create_account(world.books, party)
    by = _RECEIPT_METHODS.get(method)
    site = create_site(world.books, party, number, {"receipt_method": by} if by else {})
    id_ = world.tables.add(
        "cfs_accounts",
        account_id=account.id,
        cfs_party=party,
        cfs_account=number,
        cfs_site=site.site_number,
        status="ACTIVE",
        payment_method=method,
    )
    account.profiles[method] = ModelProfile(id_, number, site.site_number)
