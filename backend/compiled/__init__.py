"""Queries that PostgreSQL answers with finished JSON, in one statement.

Ordinary resolvers stay the truth: whatever is not in the tables of ``backend.db.reading`` and every answer that would
hold an error goes their way, and a test proves that both ways give the same bytes.
"""
