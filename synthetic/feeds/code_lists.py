"""The agency's own code lists: classes of the fictitious drug codes that pharmacies dispense (rules/code-lists.md#medication-lists).

Pharmacy claims carry a drug code and no class. Without these lists the agency could not separate an antipsychotic from
another drug, and its measures of medications would have no events. Must not be here: codes of a licensed list.
"""

import numpy as np
import polars as pl

from synthetic import codes
from synthetic.landing import Rows
from synthetic.timeline import Period

# Lists whose drugs the agency's records class differently: metformin as `other`, an injection as its class only.
_OTHER_LISTS = ((codes.METFORMIN, "diabetes_medication"), (codes.PALIPERIDONE_LAI, "long_acting_injection_28"))  # fmt: skip


def code_list_rows(period: Period) -> Rows:
    """Rows of valuesets.code: one row per list and dispensed drug code, known from the first day."""
    listed = [(kind, ndc) for _, kind, ndc in codes.DRUGS if kind != "other"]
    listed += [(name, codes.DRUGS[drug][2]) for drug, name in _OTHER_LISTS]
    names, ndcs = zip(*listed, strict=True)
    frame = pl.DataFrame(
        {"value_set": names, "code_system": ["ndc"] * len(listed), "code": ndcs},
        schema=dict.fromkeys(("value_set", "code_system", "code"), pl.String),
    )
    return Rows("code", frame, np.full(frame.height, period.t0))
