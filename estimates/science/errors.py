"""What can go wrong in an estimate, each with a stable code and a sentence to act on.

ScienceError
├── NotEnoughData            not_enough_data
│   ├── ShallowProfile       shallow_profile
│   ├── ProfileGap           profile_gap
│   ├── UnknownCrop          unknown_crop
│   ├── YieldMissing         yield_missing
│   ├── MoistureMissing      yield_moisture_missing
│   ├── DurationMissing      cover_duration_missing
│   ├── WaterMissing         season_water_missing
│   ├── RenewalMissing       renewal_missing
│   ├── BeyondSample         beyond_sample
│   ├── ReferenceMissing     reference_missing
│   └── UnderDetermined      under_determined
├── PlaceholderDepth         placeholder_depth
├── MixedRoutes              mixed_routes
├── MixedScales              mixed_scales
├── MixedMethods             mixed_methods
├── CountedTwice             counted_twice
├── UnfitBackground          unfit_background
├── ImpossibleLayer          impossible_layer
├── ImpossibleShares         impossible_shares
├── UnknownPosition          unknown_position
├── UnknownTerm              unknown_term
├── ImpossibleOption         impossible_option
├── ImpossibleForcing        impossible_forcing
├── ImpossibleScenario       impossible_scenario
└── ParameterError           parameter
    ├── ImpossibleParameter  impossible_parameter
    └── UnknownParameter     unknown_parameter
"""

from __future__ import annotations


class ScienceError(Exception):
    """An estimate cannot be made from what was given."""

    code = "science"


class NotEnoughData(ScienceError):
    """Too few records to say anything."""

    code = "not_enough_data"


class ShallowProfile(NotEnoughData):
    """The measured depth holds too small a share of the roots to extrapolate from."""

    code = "shallow_profile"


class ProfileGap(NotEnoughData):
    """The depth layers of a core leave more unmeasured than may be interpolated."""

    code = "profile_gap"


class UnknownCrop(NotEnoughData):
    """No row of the method's table stands for this crop, nor that of a relative."""

    code = "unknown_crop"


class YieldMissing(NotEnoughData):
    """The method starts from a yield, and none is recorded."""

    code = "yield_missing"


class MoistureMissing(NotEnoughData):
    """A yield without its moisture may be fresh or dry."""

    code = "yield_moisture_missing"


class DurationMissing(NotEnoughData):
    """Neither the mass of a cover crop nor how long it stood is recorded."""

    code = "cover_duration_missing"


class WaterMissing(NotEnoughData):
    """The method has a row for each class of water, and the water of the season is not given."""

    code = "season_water_missing"


class RenewalMissing(NotEnoughData):
    """A perennial stand gives its roots over its life, and how many years that is is not given."""

    code = "renewal_missing"


class BeyondSample(NotEnoughData):
    """The answer lies outside what was sampled, and nothing may be extrapolated."""

    code = "beyond_sample"


class ReferenceMissing(NotEnoughData):
    """Neither the plot nor a control holds the unlabelled material to compare with."""

    code = "reference_missing"


class UnderDetermined(NotEnoughData):
    """There are more unknown shares than tracers to tell them apart."""

    code = "under_determined"


class PlaceholderDepth(ScienceError):
    """A depth model is one nobody measured."""

    code = "placeholder_depth"


class MixedRoutes(ScienceError):
    """A soil-corrected mass met the C of a soiled sample, or the reverse."""

    code = "mixed_routes"


class MixedScales(ScienceError):
    """Isotope values of different scales, or of an outdated one, met in one calculation."""

    code = "mixed_scales"


class MixedMethods(ScienceError):
    """Numbers of different laboratory methods met where only one may stand."""

    code = "mixed_methods"


class CountedTwice(ScienceError):
    """The same roots would enter an estimate by two ways."""

    code = "counted_twice"


class UnfitBackground(ScienceError):
    """The unlabelled plants or soil compared with do not tell what the label did not bring."""

    code = "unfit_background"


class ImpossibleLayer(ScienceError):
    """The record of a root fraction contradicts itself."""

    code = "impossible_layer"


class ImpossibleShares(ScienceError):
    """Shares that should add up to a whole do not."""

    code = "impossible_shares"


class UnknownPosition(ScienceError):
    """A core does not fit the position scheme of its plot."""

    code = "unknown_position"


class UnknownTerm(ScienceError):
    """A word is not one of a list that is closed."""

    code = "unknown_term"


class ImpossibleOption(ScienceError):
    """An option is outside what the method can do."""

    code = "impossible_option"


class ImpossibleForcing(ScienceError):
    """What drives a soil model contradicts itself or is outside what can be."""

    code = "impossible_forcing"


class ImpossibleScenario(ScienceError):
    """A scenario cannot be grown, or not on this site."""

    code = "impossible_scenario"


class ParameterError(ScienceError):
    """A parameter set cannot be used."""

    code = "parameter"


class ImpossibleParameter(ParameterError):
    """A number of a parameter set is outside what it may be."""

    code = "impossible_parameter"


class UnknownParameter(ParameterError):
    """A parameter set does not hold the number asked for."""

    code = "unknown_parameter"
