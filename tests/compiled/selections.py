"""Selections of what statements can answer, made up by hypothesis."""

from hypothesis import strategies as st

from backend.db.reading.shapes import TYPES, Classes, Counts, One


def selections(type_name: str, depth: int) -> st.SearchStrategy[str]:
    """Any selection of a type, some fields under other names."""
    leaves, objects = [], {}
    for name, shape in TYPES[type_name].items():
        match shape:
            case One():
                objects[name] = shape.type_name
            case Counts():
                objects[name] = "StateCount"
            case Classes():
                objects[name] = "ClassProgress"
            case _:
                leaves.append(name)
    leaves.append("__typename")
    below = {name: selections(inner, depth - 1) for name, inner in objects.items() if depth > 0}
    field = st.sampled_from(leaves).map(str)
    if below:
        field |= st.sampled_from(sorted(below)).flatmap(
            lambda name: below[name].map(lambda inner: f"{name} {{ {inner} }}")
        )
    aliased = st.tuples(st.sampled_from(["", "a: ", "b: "]), field).map("".join)
    return st.lists(aliased, min_size=1, max_size=5).map(_without_clashes).map(" ".join)


def _without_clashes(fields: list[str]) -> list[str]:
    """One field for each response name, so that the selection is valid; counts once, as statements give them."""
    by_key = {field.split("{")[0].split(":")[0].strip(): field for field in fields}
    counts = [key for key, field in by_key.items() if "counts {" in field.split("{ ")[0] + "{"]
    return [field for key, field in by_key.items() if key not in counts[1:]]
