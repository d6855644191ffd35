"""Making signatures: keys, trust, the PDF's and the XML's form of one signature, and the processes that do it."""
