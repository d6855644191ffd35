"""A synthetic province: schools, staff, classes and pupils that never lived, made from a seed.

The same seed gives the same province to the last byte, each school on its own, so that a school, a district or
all 138,000 pupils can be made with little memory. Only ``backend.domain`` and ``backend.files`` are imported.
"""
