"""derive: write a definition; get its derivative step by step, notes, and NumPy kernels.

    import derive
    study = derive.define("sigmoid3(x) -> y\\n    y = sigmoid(3*x - 1)")
    print(study.show())
    study.compile().sigmoid3_grad([0.0, 1.0])

A faulty definition raises DeriveError, a check that fails CheckError.
"""

from derive.language.errors import CheckError, DeriveError
from derive.pipeline.define import define
from derive.pipeline.study import Study, known

__all__ = ["CheckError", "DeriveError", "Study", "define", "known"]
