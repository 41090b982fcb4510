"""Results bundles: one file from which anybody can work a result out again, without us and without our database.

`docs/results-bundle.md` describes the file. Writing: `build` a payload, sign `to_sign(payload)`, `seal`. Reading:
`split` the file, check the signature over `to_sign(payload)`, `read` the payload, `recompute`. Signatures are made and
checked by `heroes.adapters.signing`; nothing of a payload is to be looked at before its signature was found to fit.
"""

from heroes.domain.bundles.checking import SETTINGS, Bundle, read
from heroes.domain.bundles.comparing import Difference, Verdict, recompute
from heroes.domain.bundles.contents import CannotBundle, Named, Source, build
from heroes.domain.bundles.envelope import FORMAT, MOST_BYTES, BadBundle, Envelope, seal, split, to_sign

__all__ = [
    "FORMAT",
    "MOST_BYTES",
    "SETTINGS",
    "BadBundle",
    "Bundle",
    "CannotBundle",
    "Difference",
    "Envelope",
    "Named",
    "Source",
    "Verdict",
    "build",
    "read",
    "recompute",
    "seal",
    "split",
    "to_sign",
]
