"""The signs that several pages of a file share: tone, icon and word of a verdict and of an obligation."""

from training.coverage import Coverage, Status, Verdict

VERDICTS = {
    Verdict.MET: ("ok", "check", "Atteint"),
    Verdict.MET_UNDER_COMMITMENT: ("pause", "clock", "Atteint sous engagement"),
    Verdict.PENDING: ("work", "eye", "À vérifier"),
    Verdict.NOT_MET: ("bad", "x", "Non atteint"),
}
CELLS = {
    Status.MET: ("mx-ok", "check", "Acceptée"),
    Status.TO_CHECK: ("mx-eq", "eye", "À vérifier"),
    Status.CONDITIONAL: ("mx-eng", "clock", "Sous engagement"),
    Status.PARTIAL: ("mx-half", "half", "Incomplet"),
    Status.REFUSED: ("mx-miss", "x", "Refusée"),
    Status.MISSING: ("mx-miss", "ring", "Manquante"),
}


def verdict_sign(covered: Coverage) -> tuple[str, str, str]:
    return VERDICTS[covered.verdict]
