"""Checking what the ledger proves, with everything in one's hand and nobody to ask."""
