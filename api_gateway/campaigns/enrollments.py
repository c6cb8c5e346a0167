"""Enrollments: one person in one campaign."""
