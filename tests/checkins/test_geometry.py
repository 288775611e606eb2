"""Distance against the geodesic of WGS 84, and the chance to be inside against the noncentral chi-square."""

from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import Geod
from scipy.stats import ncx2

from campaigns.checkins.rules import Fix, distance_m, p_inside, sigma_of

NOW = datetime(2026, 11, 24, 20, tzinfo=UTC)
LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)
PLACES = st.tuples(LATITUDES, LONGITUDES)


@cache
def earth() -> Geod:
    return Geod(ellps="WGS84")


def geodesic_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(earth().inv(one[1], one[0], other[1], other[0])[2])


@given(PLACES, PLACES)
def test_distance_is_within_six_in_a_thousand_of_the_geodesic(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    """A sphere for an ellipsoid flattened by 1/298: the worst is a short way north or south near the equator."""
    assert distance_m(one, other) == pytest.approx(geodesic_m(one, other), rel=6e-3, abs=0.01)


@given(PLACES, st.floats(0, 6.28), st.floats(1, 2000))
def test_near_a_venue_distance_is_off_by_less_than_a_band(
    place: tuple[float, float], angle: float, metres: float
) -> None:
    longitude, latitude, _ = earth().fwd(place[1], place[0], angle * 57.3, metres)
    assert distance_m(place, (latitude, longitude)) == pytest.approx(metres, rel=6e-3, abs=0.01)


@given(PLACES, PLACES)
def test_distance_is_the_same_both_ways_and_nothing_to_oneself(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    assert distance_m(one, other) == pytest.approx(distance_m(other, one), abs=1e-6)
    assert distance_m(one, one) == 0


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((31.2304, 121.4737), (31.2313, 121.4737), 100.076),
        ((0.0, 179.9995), (0.0, -179.9995), 111.195),
        ((90.0, 0.0), (-90.0, 0.0), 20_015_114.4),
    ],
)
def test_known_distances(one: tuple[float, float], other: tuple[float, float], metres: float) -> None:
    """Shanghai north-south, across the antimeridian, pole to pole (where the argument of asin is clamped)."""
    assert distance_m(one, other) == pytest.approx(metres, abs=0.1)


@given(st.floats(0, 3000), st.floats(20, 5000), st.floats(0.5, 3000))
def test_the_chance_to_be_inside_is_that_of_the_noncentral_chi_square(
    distance: float, radius: float, sigma: float
) -> None:
    assume(radius / sigma < 400)  # beyond, SciPy's own series runs long
    exact = float(ncx2.cdf((radius / sigma) ** 2, 2, (distance / sigma) ** 2))
    assert p_inside(distance, radius, sigma) == pytest.approx(exact, abs=5e-6)


@pytest.mark.parametrize(
    ("distance", "accuracy", "chance"),
    [(0, 20, 1.0), (80, 20, 0.924), (100, 20, 0.474), (120, 20, 0.058), (100, 500, 0.043), (0, 2000, 0.003)],
)
def test_known_chances(distance: float, accuracy: float, chance: float) -> None:
    found = p_inside(distance, 100, sigma_of(Fix(distance, accuracy, 0.68, NOW, NOW)))
    assert found == pytest.approx(chance, abs=6e-4)


def test_an_accuracy_is_read_by_the_share_it_stands_for() -> None:
    """A browser's circle holds 95 % and so claims a smaller spread than OwnTracks' of 68 %."""
    assert sigma_of(Fix(0, 24.48, 0.95, NOW, NOW)) == pytest.approx(10, abs=0.01)
    assert sigma_of(Fix(0, 15.1, 0.68, NOW, NOW)) == pytest.approx(10, abs=0.02)
