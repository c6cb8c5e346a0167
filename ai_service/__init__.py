"""Facts in, typed judgement out: enriches, qualifies, writes and reads replies, with no database and no tenant data at rest."""
