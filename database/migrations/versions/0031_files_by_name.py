"""Figures of settlement files are told by file: recorded days as well."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ROW = """
SELECT figures.day, figures.figure, {method} AS method, kept.row,
       CAST(substring(kept.row FROM '[^ ]+$') AS numeric) AS amount
  FROM pay_jobs.closed_figures AS figures
 CROSS JOIN LATERAL unnest(figures.keys) AS kept (row)
 WHERE figures.figure LIKE 'files.%'
"""
_BY_FILE = _ROW.format(
    method="coalesce(CASE figures.figure WHEN 'files.total' THEN (SELECT file.name FROM pay_jobs.inbound_files AS file"
    " WHERE file.id = CAST(split_part(kept.row, ' ', 2) AS bigint))"
    " ELSE substring(kept.row FROM '^(.*) line [0-9]+ [^ ]+$') END, '')"
)
_TOGETHER = _ROW.format(method="''")
_ANEW = """
CREATE TEMPORARY TABLE anew ON COMMIT DROP AS
SELECT day, figure, method, count(*) AS rows, sum(amount) AS amount,
       md5(string_agg(row, E'\\n' ORDER BY row)) AS digest, array_agg(row ORDER BY row) AS keys
  FROM ({rows}) AS row
 GROUP BY day, figure, method
"""


def upgrade() -> None:
    """Each row says its file: a line by its name, a total by the id of the file."""
    _tell(_BY_FILE)


def downgrade() -> None:
    """Tell the files of a day together."""
    _tell(_TOGETHER)


def _tell(rows: str) -> None:
    op.execute(_ANEW.format(rows=rows))
    op.execute("DELETE FROM pay_jobs.closed_figures WHERE figure LIKE 'files.%'")
    op.execute("INSERT INTO pay_jobs.closed_figures (day, figure, method, rows, amount, digest, keys) TABLE anew")
    op.execute("DROP TABLE anew")
