"""Enrichments: enrollments claimed for enrichment and qualification, and what came of them."""
