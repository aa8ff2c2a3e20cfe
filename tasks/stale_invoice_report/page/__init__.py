"""The report as one self-contained page: no network, a table that sorts and filters, figures and charts without script.

document   puts the page together
charts     the drawings, as SVG
tables_page  tables of any command as such a page, without script
page.html, page.css, page.js   what it is made of
"""

from tasks.stale_invoice_report.page.document import write_page

__all__ = ["write_page"]
