"""The only place with queries. Functions run in the transaction at hand; ``find_`` may miss, ``get_`` may not."""
