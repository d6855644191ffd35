"""The worker's part in reports to the Ministry: packing their files, and the exchange with the other side."""
