"""The report of one definition: its derivations with their evidence, and what its kernels cost.

Contract: `report(study)` is the notes as JSON with one entry more, `costs`: for each kernel the entries of its largest
intermediate array and its operations, as formulas in the sizes (B: the number of samples).
"""

from __future__ import annotations

import json
from dataclasses import asdict

from derive.pipeline.study import Study


def report(study: Study) -> str:
    """The text of generated/report/NAME.json."""
    content = json.loads(study.show("json"))
    content["costs"] = {name: asdict(c) for name, c in study.costs.items()}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
