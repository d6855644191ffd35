"""What a document may ask, settled before it runs: limits and prices, trust, parsing and validation once."""
