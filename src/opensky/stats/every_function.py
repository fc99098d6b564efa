"""All functions of targets: importing this registers them."""

from opensky.stats import (
    functions_choose,
    functions_combine,
    functions_draw,
    functions_forecast,
    functions_more,
    functions_transform,
)
from opensky.stats.functions import FUNCTIONS, Many, Request, evaluate

MODULES = (
    functions_choose,
    functions_combine,
    functions_draw,
    functions_forecast,
    functions_more,
    functions_transform,
)

__all__ = ["FUNCTIONS", "MODULES", "Many", "Request", "evaluate"]
