"""Judging a document that the registry does not know: what its signatures say, never whether it is ours.

Only the registry can call a document genuine. What is judged here was changed, or was never ours; the report says
which signatures are still intact so that a person can see what happened.
"""
