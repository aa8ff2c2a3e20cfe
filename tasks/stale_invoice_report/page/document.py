"""Put the page together: the figures are in its HTML, the invoices in a JSON block that its script shows in pages.

A content security policy allows this style and this script by their hashes and nothing else, so that the page cannot
ask anything of a network even if a name in it tried to.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import IO, Any

from config.plurals import counted
from config.visible import all_visible
from diagnosis.catalogue import DIAGNOSES, ActionOwner
from tasks.stale_invoice_report.page.charts import age_bar, trend_line
from tasks.stale_invoice_report.report_row import ReportRow
from tasks.stale_invoice_report.summary import Summary, scope_in_words
from tasks.stale_invoice_report.tallies import AGE_NAMES, Tally

_PARTS = files(__package__)
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_COLUMNS = (
    "id", "account", "name", "method", "status", "created", "age", "cents", "code", "isNew", "isWeak", "number",
    "evidence", "command",
)  # fmt: skip
_CENTS = Decimal(100)
_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header class="top" id="top"><h1>{title}</h1><p>{answer}</p></header>
<main>
<section aria-label="Headline figures"><dl class="figures">{figures}</dl></section>
"""
_NARROW = """
.wide td, .wide th { padding: .3rem .35rem; font-size: .875rem; } .wide td { overflow-wrap: anywhere; }
"""
_ROLES = (
    ("table", "table"), ("thead", "rowgroup"), ("tbody", "rowgroup"), ("tr", "row"), ("th", "columnheader"),
    ("td", "cell"),
)  # fmt: skip


def write_page(out: IO[str], rows: Iterable[ReportRow], summary: Summary) -> None:
    """Write the page; rows pass through one by one."""
    style, script = part("page.css"), part("page.js")
    before, after = part("page.html").split("{{data}}")
    values = {
        "policy": policy(style, script),
        "style": style,
        "script": script,
        "today": str(summary.today),
        "days": str(summary.days),
        "subtitle": escape(scope_in_words(summary)),
        "weaker": _weaker(summary.weaker),
        "figures": "".join(_figures(summary)),
        "ages": _ages(summary),
        "trend": _trend(summary),
        "layout": "two" if len(summary.trend) > 1 else "one",
        "diagnoses": _diagnoses(summary),
        "census": _census(summary),
        "footer": f"Made {summary.made_on:%Y-%m-%d %H:%M} UTC by STALE_INVOICE_REPORT. Amounts are in CAD.",
    }
    out.write(filled(before, values))
    out.writelines(_data(rows))
    out.write(filled(after, values))


def page_top(title: str, answer: str, figures: Iterable[str], *, style: str = "") -> str:
    """Return the beginning of a page without script, up to its panels.

    figures  as `figure` returns them
    style    what the page needs beside the style of all
    """
    whole = part("page.css") + _NARROW + style
    return _FRAME.format(
        policy=policy(whole), title=escape(title), style=whole, answer=escape(answer), figures="".join(figures)
    )


def page_end(made: str) -> str:
    """Return the end of a page without script: when it was made, and by what."""
    return f"</main>\n<footer><p>{escape(made)}</p></footer>\n</body>\n</html>\n"


def _data(rows: Iterable[ReportRow]) -> Iterator[str]:
    """Return the invoices as one JSON object that no text in it can break out of."""
    methods, statuses, codes = _WordNumbers(), _WordNumbers(), _WordNumbers()
    yield '{"rows":['
    for number, row in enumerate(rows):
        values = (
            row.invoice_id, row.account, row.account_name or "", methods[row.method], statuses[row.status],
            row.created_on, row.age_days, int(row.total.replace(".", "")), codes[row.code],
            int(row.since_last == "new"), int(row.confidence == "weaker"), row.cfs_number or "", row.evidence,
            row.command,
        )  # fmt: skip
        yield ("," if number else "") + _harmless(_ENCODE(all_visible(values)))
    rank = {code: number for number, code in enumerate(sorted(codes, key=lambda code: (DIAGNOSES[code].turn, code)))}
    rest = {
        "columns": _COLUMNS,
        "methods": list(methods),
        "statuses": list(statuses),
        "turns": [turn.words for turn in ActionOwner],
        "diagnoses": [_diagnosis(code, rank[code]) for code in codes],
    }
    yield "]," + _harmless(_ENCODE(all_visible(rest)))[1:]


def _diagnosis(code: str, rank: int) -> dict[str, Any]:
    one = DIAGNOSES[code]
    return {"code": code, "title": one.title, "action": one.action, "turn": int(one.turn), "rank": rank}


class _WordNumbers(dict[str, int]):
    """Numbers for words, in the order in which they turn up."""

    def __missing__(self, word: str) -> int:
        self[word] = len(self)
        return self[word]


def _harmless(text: str) -> str:
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _weaker(sentences: tuple[str, ...]) -> str:
    if not sentences:
        return ""
    items = "".join(f"<li>{escape(one)}</li>" for one in sentences)
    return (
        f'<section class="weaker" aria-label="What is weaker"><b>This report is weaker:</b><ul>{items}</ul></section>'
    )


def _figures(summary: Summary) -> Iterator[str]:
    tallies, risk = summary.tallies, summary.tallies.by_turn[ActionOwner.MONEY.words]
    is_bad = "bad" if risk.count else ""
    yield figure(f"at risk in {counted(risk.count, 'invoice')}", f"{money(risk.amount)} CAD", is_bad)
    stuck, waiting = tallies.stuck, tallies.waiting
    yield figure(f"stuck in {counted(stuck.count, 'invoice')}", f"{money(stuck.amount)} CAD")
    if stuck.oldest:
        yield figure(f"age of the oldest, created {stuck.oldest}", counted(_days(stuck, summary), "day"), "long")
    if summary.before_on is not None:
        yield figure("new since the last report", f"{tallies.new:,}", "long")
        yield figure("gone since the last report", f"{summary.gone.count:,}", "long")
    resolve = "resolves on its own" if waiting.count == 1 else "resolve on their own"
    apart = f"{resolve}, {money(waiting.amount)} CAD; not counted as stuck"
    yield figure(apart, counted(waiting.count, "invoice"), "long")


def figure(name: str, value: str, kind: str = "") -> str:
    """Return a figure with its name below it."""
    return f'<div class="{kind}"><dt>{name}</dt><dd>{value}</dd></div>'


def _ages(summary: Summary) -> str:
    ages = summary.tallies.ages
    if not ages:
        return "<p>Nothing is stuck.</p>"
    totals = {method: sum(counts.values()) for method, counts in ages.items()}
    most = max(totals.values())
    bars = "".join(
        f"<div><b>{escape(method)}</b>{age_bar(ages[method], most)}<span>{totals[method]:,}</span></div>"
        for method in sorted(totals, key=lambda one: (-totals[one], one))
    )
    legend = "".join(
        '<li><svg viewBox="0 0 1 1" aria-hidden="true">'
        f'<rect class="age{number}" width="1" height="1"/></svg>{name}</li>'
        for number, name in enumerate(AGE_NAMES)
    )
    return f'<div class="ages">{bars}</div><ul class="legend">{legend}</ul>'


def _trend(summary: Summary) -> str:
    """Return the panel of the trend, and nothing before there is one."""
    past = summary.trend
    if len(past) < 2:
        return ""
    first, last = past[0], past[-1]
    most = max(one.stuck for one in past)
    return (
        '<section class="panel" aria-labelledby="h-trend"><h2 id="h-trend">Trend</h2>'
        f"{trend_line(past)}"
        f'<p class="ends"><span>{first.on:%Y-%m-%d}<br><b>{first.stuck:,}</b> stuck</span>'
        f"<span>highest<br><b>{most:,}</b></span>"
        f"<span>{last.on:%Y-%m-%d}<br><b>{last.stuck:,}</b> stuck</span></p></section>"
    )


def _diagnoses(summary: Summary) -> str:
    """Return the diagnoses by whose turn it is, each turn with its sum; what is stuck adds up before the rest."""
    tallies = summary.tallies
    if not tallies.by_diagnosis:
        return "<p>Nothing was found.</p>"
    most = max(int(tally.amount * _CENTS) for tally in tallies.by_diagnosis.values()) or 1
    rows: list[str] = []
    all_stuck = _sum_row("Stuck in all", tallies.stuck, summary, "total")
    for turn, codes in groupby(summary.ranked(), key=lambda code: DIAGNOSES[code].turn):
        rows += [all_stuck] if turn is ActionOwner.NOBODY else []
        rows += [_diagnosis_row(code, tallies.by_diagnosis[code], most, summary) for code in codes]
        rows.append(_sum_row(turn.words.capitalize(), tallies.by_turn[turn.words], summary))
    rows += [] if tallies.waiting.count else [all_stuck]
    return with_roles(
        '<table class="diagnoses"><caption>The worst first, with a sum for whose turn it is; the bar is the amount.'
        '</caption><thead><tr><th scope="col">Diagnosis</th><th scope="col">What it is</th>'
        '<th scope="col" class="n">Invoices</th><th scope="col" class="n">Amount (CAD)</th>'
        '<th scope="col" class="share">Share</th><th scope="col" class="n">Oldest</th>'
        f'<th scope="col">Whose turn</th></tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )


def _diagnosis_row(code: str, tally: Tally, most: int, summary: Summary) -> str:
    one = DIAGNOSES[code]
    width = max(2, int(tally.amount * _CENTS) * 1000 // most)
    return (
        f'<tr><td data-is="Diagnosis"><span class="tag t{one.turn:d}">{escape(code)}</span></td>'
        f'<td data-is="What it is">{escape(one.title)}</td>{_counted_cells(tally)}'
        f'<td class="share"><svg class="bar" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="t{one.turn:d} fill" width="{width}" height="20"/></svg></td>'
        f'<td class="n" data-is="Oldest">{_days(tally, summary):,} d</td>'
        f'<td data-is="Whose turn">{one.turn.words}</td></tr>'
    )


def _sum_row(name: str, tally: Tally, summary: Summary, kind: str = "sum") -> str:
    oldest = f"{_days(tally, summary):,} d" if tally.oldest else ""
    return (
        f'<tr class="{kind}"><th scope="row" colspan="2">{escape(name)}</th>{_counted_cells(tally)}'
        f'<td class="share"></td><td class="n" data-is="Oldest">{oldest}</td><td></td></tr>'
    )


def _counted_cells(tally: Tally) -> str:
    return (
        f'<td class="n" data-is="Invoices">{tally.count:,}</td>'
        f'<td class="n" data-is="Amount (CAD)">{money(tally.amount)}</td>'
    )


def _days(tally: Tally, summary: Summary) -> int:
    """Return the age of the oldest, in days."""
    return (summary.today - date.fromisoformat(tally.oldest)).days


def _census(summary: Summary) -> str:
    if not summary.census:
        return "<p>None.</p>"
    rows = "".join(
        f'<tr><td data-is="Method">{escape(one.method)}</td><td class="n" data-is="Invoices">{one.invoices:,}</td>'
        f'<td class="n" data-is="Amount (CAD)">{money(one.amount)}</td><td data-is="Oldest">{one.oldest}</td></tr>'
        for one in summary.census
    )
    return with_roles(
        '<table class="census"><caption>Whatever the reason, healthy ones included.</caption><thead><tr>'
        '<th scope="col">Method</th>'
        '<th scope="col" class="n">Invoices</th><th scope="col" class="n">Amount (CAD)</th><th scope="col">Oldest</th>'
        f"</tr></thead><tbody>{rows}</tbody></table>"
    )


def with_roles(table: str) -> str:
    """Keep a table one for a screen reader where a narrow window shows its rows as blocks."""
    table = table.replace('<th scope="row"', '<th role="rowheader" scope="row"')
    for tag, role in _ROLES:
        table = re.sub(rf"<{tag}\b(?! role)", f'<{tag} role="{role}"', table)
    return table


def money(amount: Decimal) -> str:
    """Return an amount with two places: `1,234.50`."""
    return f"{amount:,.2f}"


def filled(template: str, values: dict[str, str]) -> str:
    """Return a template with `{{name}}` replaced."""
    for name, value in values.items():
        template = template.replace(f"{{{{{name}}}}}", value)
    return template


def part(name: str) -> str:
    """Return a file of this package: page.css."""
    return _PARTS.joinpath(name).read_text(encoding="utf-8")


def policy(style: str, script: str = "") -> str:
    """Return the content security policy of a page: this style and this script, and nothing of any network."""
    run = f"script-src '{_hash(script)}'; " if script else ""
    return f"default-src 'none'; style-src '{_hash(style)}'; {run}base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
