"""What the code of a part's class says to the core: whether it is one of the people. Pure."""

from collections.abc import Mapping

BESIDE = "~"
"""How the code of a class begins that goes along with people and is none of those who are counted:
a child on a lap, a piece of luggage. No group is larger or cheaper for it, and it has no
voucher: it is used with the first of its order line who is."""


def is_beside(class_code: str) -> bool:
    """Whether parts of this class only go along with people."""
    return class_code.startswith(BESIDE)


ON_A_LAP = f"{BESIDE}lap"
"""A child on somebody's lap: of what goes along the one that is somebody, and named where people are."""


def has_name(class_code: str) -> bool:
    """Whether who travels in this class is named where names are asked for."""
    return not is_beside(class_code) or class_code == ON_A_LAP


def left_alone(classes: Mapping[str, str]) -> list[str]:
    """Of parts (class code by key) those that would have nobody to go with: all that only go along where
    there are no people, and children on laps beyond one a person."""
    people = sum(not is_beside(code) for code in classes.values())
    if not people:
        return list(classes)
    return [key for key, code in classes.items() if code == ON_A_LAP][people:]
