"""Making the plan of a province: which schools, where, how large, with whom.

Schools are spread over the districts by estimates (``data/places.toml``), named after their communes or after
namesakes, no two alike, and filled with classes of about 33 pupils.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from backend.domain.content import SchoolFacts
from backend.domain.school_year import SchoolYear
from backend.synthetic.geography import District, bare_name, districts, is_urban
from backend.synthetic.plan import ProvincePlan, SchoolPlan
from backend.synthetic.staffing import (
    SPARE_ORDINALS,
    classes_of,
    department_officers,
    district_plan,
    school_staff,
)
from backend.synthetic.words import packaged, pick, shared_out, source

SCHOOLS, PUPILS = 200, 138_000
"""The province as estimated (domain.md §6)."""

PUPILS_MIN = 5
"""A school has at least one pupil in each grade."""

_SMALL_SCHOOL = 400
"""Below this a school is often joined with a lower-secondary one."""

_URBAN_FACTOR, _SIZE_SPREAD = 1.5, 0.3
_NAMESAKE_CHANCE, _JOINT_CHANCE = 0.45, 0.5
_ENGLISH_EARLY_URBAN, _ENGLISH_EARLY_RURAL = 0.8, 0.25
_ETHNIC_LANGUAGE_SHARE, _ETHNIC_LANGUAGE_CHANCE = 40, 0.3


def generate_province(
    seed: int,
    *,
    schools: int = SCHOOLS,
    pupils: int = PUPILS,
    school_year: SchoolYear = SchoolYear(2024),  # noqa: B008 - a frozen value
    awkward: bool = False,
    first_ordinal: int = 0,
    first_serial: int = 1,
) -> ProvincePlan:
    """Plan a province.

    Args:
        seed: the same seed and sizes give the same province.
        schools: how many; one school of n pupils is ``schools=1, pupils=n``.
        pupils: how many in all, five or more for each school.
        school_year: the year whose records are made.
        awkward: add the awkward records of ``awkward.py`` to the school with the longest name.
        first_ordinal: number of the first pupil; a second plan beside another begins above its pupils.
        first_serial: serial in the code of a district's first school, likewise.

    Raises:
        ValueError: when there are too few pupils for the schools.
    """
    chance = source(seed, "province")
    sites = _sized(_named(list(_sites(chance, schools, school_year, first_serial)), chance), chance, pupils)
    planned = []
    ordinal = first_ordinal
    for site in sites:
        planned.append(_school(seed, site, ordinal))
        ordinal += site.pupils + SPARE_ORDINALS
    used = {site.district.code for site in sites}
    places = packaged("places")
    return ProvincePlan(
        seed=seed,
        school_year=school_year,
        code=places["department_code"],
        name=places["province"],
        department_name=places["department"],
        officers=department_officers(seed),
        districts=tuple(district_plan(seed, one) for one in districts(school_year) if one.code in used),
        schools=tuple(planned),
        awkward_school=max(planned, key=lambda school: len(school.facts.name)).code if awkward else "",
    )


@dataclass(frozen=True, slots=True)
class _Site:
    """A school on the way to its plan."""

    district: District
    commune: str
    serial: int
    name: str = ""
    weight: float = 1.0
    pupils: int = 0


def _sites(chance: Random, schools: int, year: SchoolYear, first_serial: int) -> Iterator[_Site]:
    """Schools over the districts, in each over its communes, the first commune again when all have one."""
    known = districts(year)
    weights = [district.schools for district in known]
    counts = shared_out(schools, weights, minimum=1 if schools >= len(known) else 0)
    for district, count in zip(known, counts, strict=True):
        communes = list(district.communes)
        chance.shuffle(communes)
        for at in range(count):
            yield _Site(district, communes[at % len(communes)], serial=first_serial + at)


def _named(sites: Sequence[_Site], chance: Random) -> list[_Site]:
    """Names that no two schools share."""
    namesakes = list(packaged("schools")["namesakes"])
    chance.shuffle(namesakes)
    taken: set[str] = set()
    named = []
    for site in sites:
        own = bare_name(site.commune)
        wants_namesake = is_urban(site.commune) and chance.random() < _NAMESAKE_CHANCE
        names = [*namesakes, own] if wants_namesake else [own, *namesakes]
        name = next((name for name in names if name not in taken), "") or _numbered(own, taken)
        taken.add(name)
        named.append(replace(site, name=name, weight=_weight(site, chance)))
    return named


def _numbered(name: str, taken: set[str]) -> str:
    pattern = packaged("schools")["numbered"]
    numbers = (pattern.format(name=name, number=number) for number in range(2, len(taken) + 3))
    return next(str(numbered) for numbered in numbers if numbered not in taken)


def _weight(site: _Site, chance: Random) -> float:
    """Share of the district's pupils: more in towns, and never all alike."""
    return (_URBAN_FACTOR if is_urban(site.commune) else 1.0) * chance.lognormvariate(0, _SIZE_SPREAD)


def _sized(sites: Sequence[_Site], chance: Random, pupils: int) -> list[_Site]:
    """Pupils over the districts that have schools, then over each district's schools."""
    by_district: dict[str, list[_Site]] = {}
    for site in sites:
        by_district.setdefault(site.district.code, []).append(site)
    groups = list(by_district.values())
    shares = [group[0].district.pupils for group in groups]
    fixed = [PUPILS_MIN * len(group) for group in groups]
    extra = shared_out(pupils - sum(fixed), shares)
    sized = []
    for group, least, more in zip(groups, fixed, extra, strict=True):
        counts = shared_out(least + more, [site.weight for site in group], minimum=PUPILS_MIN)
        sized += [replace(site, pupils=count) for site, count in zip(group, counts, strict=True)]
    return _titled(sized, chance)


def _titled(sites: Sequence[_Site], chance: Random) -> list[_Site]:
    """Whole names; a school in the mountains gets the one that takes two lines."""
    titles = packaged("schools")
    rural = [site for site in sites if not is_urban(site.commune)] or list(sites)
    longest = min(rural, key=lambda site: (site.district.peoples.get("kinh", 0), site.serial))
    titled = []
    for site in sites:
        joint = site.pupils < _SMALL_SCHOOL and chance.random() < _JOINT_CHANCE
        pattern = (
            titles["longest"]
            if site is longest and len(sites) > 1
            else titles["joint" if joint else "primary"]
        )
        titled.append(replace(site, name=pattern.format(name=site.name)))
    return titled


def _school(seed: int, site: _Site, first_ordinal: int) -> SchoolPlan:
    code = f"{packaged('places')['department_code']}{site.district.code}4{site.serial:02d}"
    chance = source(seed, "school", code)
    urban = is_urban(site.commune)
    peoples = _peoples(site.district, urban=urban)
    english = chance.random() < (_ENGLISH_EARLY_URBAN if urban else _ENGLISH_EARLY_RURAL)
    return SchoolPlan(
        facts=SchoolFacts(
            code=code,
            name=site.name,
            commune=site.commune,
            district=site.district.title,
            province=packaged("places")["province"],
            place=site.district.name,
        ),
        district_code=site.district.code,
        is_urban=urban,
        peoples=peoples,
        teaches_english_early=english,
        ethnic_language=_ethnic_language(peoples, chance),
        staff=school_staff(chance, code, peoples, site.pupils),
        classes=classes_of(chance, code, peoples, site.pupils, first_ordinal),
        spare_ordinal=first_ordinal + site.pupils,
    )


def _peoples(district: District, *, urban: bool) -> tuple[tuple[str, int], ...]:
    """The district's peoples; in its towns more Kinh, in its villages fewer."""
    factor = 3.0 if urban else 0.9
    weights = [share * (factor if people == "kinh" else 1.0) for people, share in district.peoples.items()]
    return tuple(zip(district.peoples, shared_out(100, weights), strict=True))


def _ethnic_language(peoples: Sequence[tuple[str, int]], chance: Random) -> str:
    languages = packaged("schools")["languages"]
    able = [
        languages[people]
        for people, share in peoples
        if people in languages and share >= _ETHNIC_LANGUAGE_SHARE
    ]
    return pick(chance, able) if able and chance.random() < _ETHNIC_LANGUAGE_CHANCE else ""
