"""Version 0002: what a verdict rests on (history, network and kept copy of a page; where a link was seen and where it moved),
and who is sending a message.
"""

import sqlalchemy as sa
from alembic import op

from linkwatch.warehouse.columns import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_PAGE_TEXTS = ("failing_as", "history", "network", "raw_outcome", "kept")
_LINK_TEXTS = ("moved_to", "moved_from", "seen_in")
_LINK_VIEW = """
CREATE VIEW link AS
SELECT l.link_id, l.site, l.source_url, l.target_url, l.source_domain,
       l.state, l.lost_reason, l.origin, l.absences, l.claimed_by, l.moved_to, l.moved_from,
       l.followed, l.rel, l.nofollow_by, l.anchor, l.zone, l.hidden_by, l.element, l.link_type,
       l.context_left, l.context_right, l.seen_in, l.page_noindex, l.page_canonical, l.target_broken,
       l.claimed_first_seen, l.first_seen_at, l.missing_since, l.last_absence_at, l.refuted_at, l.lost_at,
       CASE WHEN l.state = 'live' AND p.last_readable_at > l.last_seen_at THEN p.last_readable_at
            ELSE l.last_seen_at END AS last_seen_at,
       l.authority, l.updated_night
FROM link_row AS l LEFT JOIN page AS p ON p.page_id = l.page_id
"""


def upgrade() -> None:
    """Add the columns; rows that are there know nothing of them. Defaults stay: without them SQLite would copy every row."""
    op.execute("DROP VIEW link")
    for name in _PAGE_TEXTS:
        op.add_column("page", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("page", sa.Column("unsure_share", sa.Double(), nullable=True))
    for name in _LINK_TEXTS:
        op.add_column("link_row", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("link_row", sa.Column("authority", sa.Double(), nullable=True))
    op.execute(_LINK_VIEW)
    op.add_column("alert", sa.Column("claimed_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("alert", sa.Column("claimed_until", UtcTime(), nullable=True))
