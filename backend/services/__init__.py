"""Use cases: load, judge, change, record, enqueue. The transaction and its scope belong to the caller."""
