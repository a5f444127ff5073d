"""Where people go to work after signing in: each house names the page of a role it serves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from accounts.organisations.models import Role


@dataclass(frozen=True, slots=True)
class Workplace:
    """A page of work: its name, who it is for, and the name of its address (without arguments)."""

    title: str | Promise
    roles: frozenset[Role]
    url_name: str
    icon: str = "door"

    @property
    def url(self) -> str:
        return reverse(self.url_name)


_workplaces: list[Workplace] = []


def register(workplace: Workplace) -> None:
    """Add a page of work, from AppConfig.ready()."""
    _workplaces.append(workplace)


def of_roles(roles: Collection[Role]) -> list[Workplace]:
    """The pages open to somebody with these roles."""
    return [workplace for workplace in _workplaces if workplace.roles & frozenset(roles)]
