"""The audit: is a night's data fit to be believed?

Great Expectations judges; nothing here changes a row.

    suite.py   what is expected, as a table: one row per expectation
    frames.py  a night's Arrow tables as the few narrow frames that the suite looks at
    engine.py  the only user of Great Expectations; imports it when called, since that takes seconds
    audit.py   frames + suite + engine, and the result that is kept as JSON
"""

from linkwatch.quality.audit import AuditResult, ExpectationResult, run_audit
from linkwatch.quality.frames import COLUMNS, AuditInput
from linkwatch.quality.suite import SUITE, Expected

__all__ = ["COLUMNS", "SUITE", "AuditInput", "AuditResult", "ExpectationResult", "Expected", "run_audit"]
