"""The benchmark's networks: adapters of three sources of tokens, attention over whatever spoke, an ensemble of heads; and three ablations.

References
  Lee et al. 2019, Set Transformer (pooling by learned queries); Perez et al. 2018, FiLM (a token is scaled by what its age says).
  van den Oord et al. 2018, InfoNCE; Wang et al. 2022, MedCLIP (pairs of one class are no negatives).
  Lakshminarayanan et al. 2017, deep ensembles; Malinin et al. 2020, ensemble distribution distillation.
"""
import torch
from torch import nn
from torch.nn import functional as F

SOURCES = ["vitals", "radiology-report", "chest-imaging"]
HEADS = ["outcome", "interaction", "vitals-alone", "report-alone", "image-alone", "discordance", "mislink"]
COLUMNS = {"vitals": 3, "radiology-report": 8, "chest-imaging": 9}
TOKENS = 3
SLOTS = TOKENS * len(SOURCES)
WIDTH = 32
LATENT = 24
MEMBERS = 5
LOOKS = 8  # learned queries over the tokens, each with its own part of the width
# Each look begins with a half-life of its own, from none at all to a token of today heard e^(4 (1 - 1/e)) times as loud as one of yesterday. Left to
# itself a training may never find that how much a source counts depends on how old the others are (ADR 0074).
DAY, FRESHEST = 2, 4.0  # which of the age's terms falls over a day; log loudness
PAIRS = [(0, 1), (0, 2), (1, 2)]
MATCHED = 16  # rank of the agreement of two sources


class Adapter(nn.Module):
    """Tokens of one source into the width of the trunk, and the whole source into the latent space that all sources share."""

    def __init__(self, columns: int, hidden: int = 48):
        super().__init__()
        self.straight = nn.Linear(columns, WIDTH)
        self.bent = nn.Sequential(nn.Linear(columns, hidden), nn.GELU(), nn.Linear(hidden, WIDTH))
        nn.init.zeros_(self.bent[2].weight), nn.init.zeros_(self.bent[2].bias)
        self.latent = nn.Linear(TOKENS * WIDTH, LATENT)

    def forward(self, x):  # [batch, 3, columns]
        x = x.clamp(-8, 8)
        tokens = self.straight(x) + self.bent(x)  # [batch, 3, width]
        latent = self.latent(tokens.flatten(1))
        return tokens, latent / (latent.pow(2).sum(-1, keepdim=True) + 1e-6).sqrt()  # [batch, latent]


def weight(*shape: int, scale: float):
    return nn.Parameter(torch.randn(*shape) * scale)


def gather(sets, each):  # [sets, n], [batch, n, width]
    """@returns the sum over each set, [sets × batch, width]: one product of matrices, however many sets there are."""
    return torch.matmul(sets, each.transpose(0, 1).flatten(1)).reshape(-1, each.shape[-1])


class BenchmarkFusion(nn.Module):
    """Masked attention over every token, with a pooled token per source that is learned where the source is absent.

    `see` reads each token once; `weigh` puts together whatever a set of sources leaves, so that many sets of one patient cost little more than
    one. What a source says alone arrives as a sum and needs no attention; the agreement of each two sources is a product of their pooled tokens
    (attention alone took ten times the steps to find that two bits matter together). No norm anywhere: one source would then scale what
    another says, and a contribution that is nothing would not be. Five members stand over the trunk; the logit is their mean, and one
    small head learned to say how far apart they are.
    """

    def __init__(self, hidden: int = 96):
        super().__init__()
        many, sources = len(HEADS), len(SOURCES)
        self.place, self.query = weight(1, SLOTS, WIDTH, scale=0.1), weight(1, WIDTH, scale=0.1)
        self.age, self.fade = nn.Linear(4, WIDTH), nn.Linear(4, WIDTH)
        nn.init.zeros_(self.fade.weight), nn.init.zeros_(self.fade.bias)
        self.pool = weight(sources, TOKENS * WIDTH, WIDTH, scale=(TOKENS * WIDTH) ** -0.5)
        self.present, self.missing = (weight(sources, WIDTH, scale=0.1) for _ in range(2))
        self.left, self.right = (weight(len(PAIRS), WIDTH, MATCHED, scale=WIDTH**-0.5) for _ in range(2))
        self.match = weight(len(PAIRS), MATCHED, WIDTH, scale=MATCHED**-0.5)
        self.key, self.value, self.out = nn.Linear(WIDTH, LOOKS), nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.fresh = nn.Parameter(torch.zeros(4, LOOKS))
        with torch.no_grad():
            self.fresh[DAY] = torch.linspace(0, FRESHEST, LOOKS)
        self.feed = nn.Sequential(nn.Linear(WIDTH, hidden), nn.GELU(), nn.Linear(hidden, WIDTH))
        nn.init.zeros_(self.feed[2].weight), nn.init.zeros_(self.feed[2].bias)
        self.inner, self.inner_bias = weight(MEMBERS, WIDTH, WIDTH, scale=WIDTH**-0.5), nn.Parameter(torch.zeros(MEMBERS, 1, WIDTH))
        self.direct, self.outer = weight(MEMBERS, WIDTH, many, scale=0.1), weight(MEMBERS, WIDTH, many, scale=0.02)
        self.outer_bias = nn.Parameter(torch.zeros(MEMBERS, 1, many))
        self.unknown = nn.Linear(WIDTH, many)
        self.told = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, many))

    def see(self, tokens, mask, age):  # [batch, 9, width], [batch, 9], [batch, 9] hours
        """What each source brings to any set that it is in. Nothing is read from a token whose mask is 0.
        @returns per source: did it speak, its pooled token, its part of every look and how loudly it is heard; and the agreement of each pair."""
        batch, sources = tokens.shape[0], len(SOURCES)
        there = mask > 0.5
        hours = torch.where(there, age.clamp(0, 168), torch.zeros_like(age))
        basis = torch.stack([hours / 24, torch.exp(-hours / 6), torch.exp(-hours / 24), torch.log1p(hours) / 3], -1)  # [batch, 9, 4]
        aged = tokens * (1 + self.fade(basis)) + self.place + self.age(basis)
        x = torch.where(there.unsqueeze(-1), aged, torch.zeros_like(tokens))  # [batch, 9, width]
        spoken = mask.reshape(batch, sources, TOKENS).amax(2)  # [batch, sources]
        flat = x.reshape(batch, sources, TOKENS * WIDTH).transpose(0, 1)
        pooled = torch.matmul(flat, self.pool).transpose(0, 1)  # [batch, sources, width]
        loud = torch.exp((self.key(x) + torch.matmul(basis, self.fresh)).clamp(-12, 12)) * mask.unsqueeze(-1)  # [batch, 9, looks]
        part = loud.unsqueeze(-1) * self.value(x).reshape(batch, SLOTS, LOOKS, WIDTH // LOOKS)
        part = part.reshape(batch, sources, TOKENS, WIDTH).sum(2)  # [batch, sources, width]
        left, right = (torch.matmul(pooled[:, [pair[side] for pair in PAIRS]].transpose(0, 1), by) for side, by in ((0, self.left), (1, self.right)))
        agreement = torch.matmul(left * right, self.match).transpose(0, 1)  # [batch, pairs, width]; nothing where either source is absent
        return spoken, pooled, part, loud.reshape(batch, sources, TOKENS, LOOKS).sum(2), agreement

    def weigh(self, seen, sets):  # what `see` gave, [sets, sources]
        """@returns one row for each set and patient, sets one after the other: [sets × batch, width]."""
        spoken, pooled, part, loud, agreement = seen
        both = torch.stack([sets[:, a] * sets[:, b] for a, b in PAIRS], 1)  # [sets, pairs]
        there = torch.einsum("ks,bs->kbs", sets, spoken).reshape(-1, len(SOURCES))  # [rows, sources]
        about = gather(sets, pooled) + torch.matmul(there, self.present) + torch.matmul(1 - there, self.missing)
        # Softmax over every token of the set; the one in the denominator is nobody's: a look may be content with nothing.
        heard = 1 + gather(sets, loud)  # [rows, looks]
        context = (gather(sets, part).reshape(-1, LOOKS, WIDTH // LOOKS) / heard.unsqueeze(-1)).flatten(1)  # [rows, width]
        x = self.query + about + gather(both, agreement) + self.out(context)
        return x + self.feed(x)  # [rows, width]

    def heads(self, answer):  # [rows, width]
        inner = F.gelu(torch.matmul(answer, self.inner) + self.inner_bias)  # [members, rows, width]
        members = (torch.matmul(inner, self.outer) + torch.matmul(answer, self.direct) + self.outer_bias).transpose(0, 1)  # [rows, members, heads]
        return self.told_of(self.over_the_unknown(members, answer), answer)

    def over_the_unknown(self, members, answer):
        """What is not known of a patient spreads the log-odds; the chance is the mean over that spread (Kendall and Gal 2017), here over the three
        points of Gauss and Hermite. Without it a straight head is too sure in the middle and not sure enough at the ends."""
        apart = 3**0.5 * F.softplus(self.unknown(answer)).unsqueeze(1)  # [rows, 1, heads]
        mean = lambda at: 2 / 3 * torch.sigmoid(at) + (torch.sigmoid(at + apart) + torch.sigmoid(at - apart)) / 6
        # The floor keeps a log-odds finite where a sigmoid is nothing in float32.
        return (mean(members) + 1e-9).log() - (mean(-members) + 1e-9).log()  # [rows, members, heads]

    def told_of(self, members, answer):
        """@returns mean of the members, how far apart they are by the one head that learned to say so, and the members."""
        return members.mean(1), F.softplus(self.told(answer)) + 1e-3, members

    def forward(self, tokens, mask, age):
        return self.heads(self.weigh(self.see(tokens, mask, age), torch.ones(1, len(SOURCES))))


class EarlyFusion(BenchmarkFusion):
    """Ablation: what every source brings in one long row, zeros and a flag where it is absent, one network over it."""

    def __init__(self, hidden: int = 160):
        super().__init__()
        sources = len(SOURCES)
        self.row = nn.Sequential(nn.Linear(sources * (2 * WIDTH + 1), hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(), nn.Linear(hidden, WIDTH))

    def weigh(self, seen, sets):
        spoken, pooled, part, _, _ = seen
        every = torch.cat([pooled, part, spoken.unsqueeze(-1)], -1)  # [batch, sources, 2 width + 1]
        return self.row((sets[:, None, :, None] * every).reshape(-1, every.shape[1] * every.shape[2]))


class LateFusion(BenchmarkFusion):
    """Ablation: each source answers for itself, through a network of its own; the log-odds are added up."""

    def __init__(self, hidden: int = 96):
        super().__init__()
        sources = len(SOURCES)
        self.wide, self.narrow = weight(sources, WIDTH, hidden, scale=WIDTH**-0.5), weight(sources, hidden, WIDTH, scale=hidden**-0.5)

    def weigh(self, seen, sets):
        spoken, pooled, _, _, _ = seen
        alone = pooled.transpose(0, 1)  # [sources, batch, width]
        own = (alone + torch.matmul(F.gelu(torch.matmul(alone, self.wide)), self.narrow)).transpose(0, 1)
        there = torch.einsum("ks,bs->kbs", sets, spoken).reshape(-1, len(SOURCES))
        return gather(sets, own * spoken.unsqueeze(-1)) + torch.matmul(there, self.present) + torch.matmul(1 - there, self.missing)

    def heads(self, answer):
        members = (torch.matmul(answer, self.direct) + self.outer_bias).transpose(0, 1)  # linear: nothing is told from two sources together
        return self.told_of(members, answer)


class HybridFusion(LateFusion):
    """Ablation: the sum of what each source says alone, and attention over all tokens for what only they say together."""

    def weigh(self, seen, sets):
        return torch.cat([LateFusion.weigh(self, seen, sets), BenchmarkFusion.weigh(self, seen, sets)], 1)  # [rows, 2 width]

    def heads(self, answer):
        alone, together = answer.split(WIDTH, 1)
        inner = F.gelu(torch.matmul(together, self.inner) + self.inner_bias)
        members = (torch.matmul(alone, self.direct) + torch.matmul(inner, self.outer) + self.outer_bias).transpose(0, 1)
        return self.told_of(self.over_the_unknown(members, together), together)


VARIANTS = {"joint": BenchmarkFusion, "early": EarlyFusion, "late": LateFusion, "hybrid": HybridFusion}


def alignment_loss(latents, classes, scale, kinship: float):
    """Symmetric InfoNCE over each pair of sources. `kinship`: weight that goes to pairs of one class, which are no true negatives."""
    same = (classes[:, None] == classes[None]).float()
    target = (1 - kinship) * torch.eye(len(classes)) + kinship * same / same.sum(1, keepdim=True)
    total = 0.0
    for share, (a, b) in zip((0.2, 0.2, 1.0), PAIRS):
        match = scale.exp() * latents[a] @ latents[b].T  # [batch, batch]
        total = total - share * ((target * match.log_softmax(1)).sum(1).mean() + (target * match.log_softmax(0)).sum(0).mean()) / 2
    return total
