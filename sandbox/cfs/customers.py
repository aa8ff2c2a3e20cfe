"""Parties, accounts, sites and bank details.

Source: docs/specs/cfs-api.md section 3. Names may repeat: a second creation makes a second party.
"""

from collections.abc import Mapping

from sandbox.cfs.books import BookedSite, CfsBooks, RecordNotFound, RequestRefused

SITE_METHODS = frozenset({"BCR-PAD Daily", "BCR-PAD Stop", "BC REG EFT Wire Cheque"})
ADDRESS = ("address_line_1", "city", "postal_code", "province", "state", "country", "customer_site_id")


def create_party(books: CfsBooks, customer_name: str) -> str:
    """Make a party and return its number."""
    if not customer_name:
        raise RequestRefused("Customer name is required.")
    number = books.next_number("party", 500001)
    books.parties[number] = customer_name
    return number


def create_account(books: CfsBooks, party: str) -> str:
    """Make an account of a party and return its number."""
    if party not in books.parties:
        raise RecordNotFound
    number = books.next_number("account", 800201)
    books.accounts[number] = party
    return number


def create_site(books: CfsBooks, party: str, account: str, body: Mapping[str, object]) -> BookedSite:
    """Make a site of an account."""
    if books.accounts.get(account) != party:
        raise RecordNotFound
    site = BookedSite(
        party_number=party,
        account_number=account,
        site_number=books.next_number("site", 900301),
        site_name=str(body.get("site_name") or "Site 1"),
        customer_profile_class=str(body.get("customer_profile_class") or ""),
        address={name: str(body[name]) for name in ADDRESS if name in body},
    )
    if body.get("receipt_method"):
        set_receipt_method(site, body["receipt_method"])
    books.sites[site.site_number] = site
    return site


def set_receipt_method(site: BookedSite, method: object) -> None:
    """Set how CFS collects on the site."""
    if method not in SITE_METHODS:
        raise RequestRefused("Receipt method identifier is invalid.")
    site.receipt_method = str(method)


def bank_messages(bank: str, branch: str, account: str) -> str:
    """Return what is wrong with bank details, or VALID; the numbers are not kept."""
    wrong = {
        "0001 - Bank Number is Invalid.": len(bank) == 4 and bank.isdigit(),
        "0002 - Branch Number is Invalid.": len(branch) == 5 and branch.isdigit(),
        "0003 - Bank Account Number is Invalid.": 7 <= len(account) <= 12 and account.isdigit(),
    }
    return "".join(message for message, is_right in wrong.items() if not is_right) or "VALID"


def add_bank_details(books: CfsBooks, site: BookedSite, body: Mapping[str, object]) -> str:
    """Put bank details on a site; return the number of the payment instrument."""
    parts = ("bank_number", "branch_number", "bank_account_number")
    messages = bank_messages(*(str(body.get(part, "")) for part in parts))
    for code, name in (("31", "Bank Number"), ("32", "Branch Number"), ("34", "Bank Account Number")):
        if f"- {name} is Invalid" in messages:
            raise RequestRefused(f"{name} is Invalid", code=code, prefix="Errors")
    site.payment_instrument_number = books.next_number("instrument", 100001)
    return site.payment_instrument_number
