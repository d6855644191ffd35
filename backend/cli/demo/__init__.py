"""The demonstration: a synthetic province set up, and one school's year driven through the API as people would."""
