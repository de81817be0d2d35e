"""What can go wrong when an estimate is asked for, as one tree below the errors of sampling.

RootfieldError
├── OrderRefused               order-refused           422  the order cannot be carried out
├── ScenarioRefused            scenario-refused        422  a scenario contradicts itself
├── ParameterSetRefused        parameter-set-refused   422  the numbers break their own rules
├── OrderFinished              order-finished          409  nothing is left to cancel
└── ContentChanged
    └── ParameterSetChanged    parameter-set-changed   422  a version is known with other numbers
"""

from __future__ import annotations

from sampling.errors import ContentChanged, RootfieldError, StateConflict


class OrderRefused(RootfieldError):
    """The order cannot be carried out; `problems` names every reason."""

    code = "order-refused"
    title = "The order cannot be carried out."
    status = 422
    retry = "after-fix"


class ScenarioRefused(RootfieldError):
    """A scenario contradicts itself; `problems` names where."""

    code = "scenario-refused"
    title = "The scenario cannot be stored."
    status = 422
    retry = "after-fix"


class ParameterSetRefused(RootfieldError):
    """A parameter set breaks its own rules; the sentence names the number and the rule."""

    code = "parameter-set-refused"
    title = "The parameter set cannot be used."
    status = 422
    retry = "after-fix"


class OrderFinished(StateConflict):
    """Nothing is left to cancel."""

    code = "order-finished"
    title = "Every estimate of this order is finished already."


class ParameterSetChanged(ContentChanged):
    """A version of a parameter set is known with other numbers."""

    code = "parameter-set-changed"
    title = "This version of the parameter set is known with other numbers; give it a new version."
