"""Tables of the characters that TeX writes with commands."""

from __future__ import annotations

from collections.abc import Mapping

ACCENTS: Mapping[str, str] = {
    "\u0308": '"', "\u0301": "'", "\u0300": "`", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0307": ".",
    "\u030b": "H", "\u0327": "c", "\u030c": "v", "\u0306": "u", "\u0323": "d", "\u0331": "b", "\u0328": "k",
    "\u030a": "r",
}  # fmt: skip
"""Combining mark → TeX's command for it."""

LETTERS: Mapping[str, str] = {
    "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "å": "aa", "Å": "AA", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
    "ı": "i", "đ": "dj", "Đ": "DJ", "ð": "dh", "Ð": "DH", "þ": "th", "Þ": "TH", "ŋ": "ng", "Ŋ": "NG",
}  # fmt: skip

NOT_EVERYWHERE: Mapping[str, str] = {
    r"\dj": r"\ProvideTextCommandDefault{\dj}{d}",
    r"\DJ": r"\ProvideTextCommandDefault{\DJ}{D}",
    r"\dh": r"\ProvideTextCommandDefault{\dh}{d}",
    r"\DH": r"\ProvideTextCommandDefault{\DH}{D}",
    r"\th": r"\ProvideTextCommandDefault{\th}{th}",
    r"\TH": r"\ProvideTextCommandDefault{\TH}{Th}",
    r"\ng": r"\ProvideTextCommandDefault{\ng}{n}",
    r"\NG": r"\ProvideTextCommandDefault{\NG}{N}",
    r"\k": r"\ProvideTextCommandDefault{\k}[1]{#1}",
    r"\mathbb": r"\providecommand{\mathbb}[1]{\mathbf{#1}}",
    r"\mathfrak": r"\providecommand{\mathfrak}[1]{\mathbf{#1}}",
    r"\mathscr": r"\providecommand{\mathscr}[1]{\mathcal{#1}}",
    r"\boldsymbol": r"\providecommand{\boldsymbol}[1]{\mathbf{#1}}",
    r"\bm": r"\providecommand{\bm}[1]{\mathbf{#1}}",
    r"\operatorname": r"\providecommand{\operatorname}[1]{\mathrm{#1}}",
    r"\text": r"\providecommand{\text}[1]{\mbox{#1}}",
}
"""Command that needs a package or an encoding → a definition that replaces it where that is missing."""

SMALL_GREEK: Mapping[str, str] = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho",
    "ς": "varsigma", "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "ϕ": "phi", "χ": "chi", "ψ": "psi",
    "ω": "omega",
}  # fmt: skip
LARGE_GREEK: Mapping[str, str] = {
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon",
    "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
OPERATORS: Mapping[str, str] = {
    "×": "times", "±": "pm", "∓": "mp", "→": "rightarrow", "←": "leftarrow", "⇒": "Rightarrow", "↔": "leftrightarrow",
    "↑": "uparrow", "↓": "downarrow", "∼": "sim", "≃": "simeq", "≈": "approx", "≠": "neq", "≤": "leq", "≥": "geq",
    "≪": "ll", "≫": "gg", "∈": "in", "∉": "notin", "⊂": "subset", "∪": "cup", "∩": "cap", "∞": "infty", "∘": "circ",
    "∗": "ast", "⋆": "star", "∂": "partial", "∇": "nabla", "ℓ": "ell", "∀": "forall", "∃": "exists", "∝": "propto",
    "⊕": "oplus", "⊗": "otimes", "⟨": "langle", "⟩": "rangle", "∑": "sum", "∏": "prod", "∫": "int", "√": "surd",
    "⊥": "perp", "∥": "parallel", "≡": "equiv", "∧": "wedge", "∨": "vee", "∅": "emptyset", "⊆": "subseteq",
}  # fmt: skip
IN_MATHS: Mapping[str, str] = {**SMALL_GREEK, **LARGE_GREEK, **OPERATORS}
"""Character → the command of plain LaTeX that writes it in a formula."""

_ALONE = (
    "vartheta varpi varrho to le ge ne cdot cdots ldots dots bullet dagger log exp max min lim sup inf sin cos tan arg "
    "det dim ker Pr mid prime quad qquad colon setminus mapsto lbrace rbrace vert Vert hbar"
)
ALONE = frozenset([*IN_MATHS.values(), *_ALONE.split()])
"""Commands in formulas that take no argument."""

_OVER = (
    "mathbf mathbb mathcal mathfrak mathrm mathit mathsf mathtt mathscr boldsymbol bm operatorname text textbf textit "
    "textrm mbox hat tilde bar vec dot ddot widehat widetilde overline underline sqrt"
)
OVER = frozenset(_OVER.split())
"""Commands in formulas that take one group as argument."""
