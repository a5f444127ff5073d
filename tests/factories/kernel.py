"""Regions and places for tests."""

import factory

from kernel.places.models import Place, Region


class RegionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Region

    slug = factory.Sequence(lambda n: f"region-{n}")
    name_zh = factory.Sequence(lambda n: f"云岭{n}")
    name_en = factory.Sequence(lambda n: f"Yunling {n}")
    timezone = "Asia/Shanghai"
    latitude = 30.0
    longitude = 118.0


class PlaceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Place

    region = factory.SubFactory(RegionFactory)
    slug = factory.Sequence(lambda n: f"place-{n}")
    name_zh = factory.Sequence(lambda n: f"地点{n}")
    name_en = factory.Sequence(lambda n: f"Place {n}")
    kind = "stop"
    latitude = 30.0
    longitude = 118.0
