"""A simulated CFS: stateful, over real HTTP, and able to fail on order.

Source: docs/specs/cfs-api.md. The books (books.py, receipts.py, invoices.py, customers.py, nightly.py) know no HTTP;
the routes (routes.py, admin.py, gate.py, server.py) know no bookkeeping. `start_cfs` in process.py starts one.
"""
