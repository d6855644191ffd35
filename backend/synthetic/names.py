"""Names of people as they are given in Quảng Ninh: Kinh, Dao, Tày, Sán Dìu, Sán Chay and Hoa."""

from collections.abc import Sequence
from functools import cache
from random import Random

from backend.domain.identifiers import Gender
from backend.synthetic.words import packaged, pick

_GENDER = {Gender.MALE: "male", Gender.FEMALE: "female"}
_MARRIED_OUT = 0.12
"""Share of parents who belong to another people than the child: the Kinh, nearly always."""


def ethnicity_of(people: str) -> str:
    return str(packaged("names")[people]["ethnicity"])


def child_name(chance: Random, people: str, gender: Gender) -> str:
    """A full name, family name first."""
    return _name(chance, people, "child", gender)


def adult_name(chance: Random, people: str, gender: Gender) -> str:
    return _name(chance, people, "adult", gender)


def father_name(chance: Random, people: str, family: str) -> str:
    """A father's name: the child's family name."""
    return f"{family} {_given(chance, people, 'adult', Gender.MALE)}"


def mother_name(chance: Random, people: str) -> str:
    return adult_name(chance, "kinh" if chance.random() < _MARRIED_OUT else people, Gender.FEMALE)


def _name(chance: Random, people: str, age: str, gender: Gender) -> str:
    return f"{pick(chance, _families(people))} {_given(chance, people, age, gender)}"


def _given(chance: Random, people: str, age: str, gender: Gender) -> str:
    middle = pick(chance, _parts(people, f"{age}_middle_{_GENDER[gender]}"))
    given = pick(chance, _parts(people, f"{age}_given_{_GENDER[gender]}"))
    return f"{middle} {given}" if middle != given else given


@cache
def _families(people: str) -> Sequence[str]:
    """Family names, each as often as its weight."""
    entries = (entry.rsplit(" ", 1) for entry in packaged("names")[people]["family"])
    return tuple(name for name, weight in entries for _ in range(int(weight)))


@cache
def _parts(people: str, key: str) -> Sequence[str]:
    return tuple(packaged("names")[people][key])
