"""A folder of migrations without any: the sample with which the detector is seen to detect."""
