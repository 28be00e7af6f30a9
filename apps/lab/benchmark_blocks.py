"""The benchmark's networks: the trunk that is served (blocks.Trunk), over adapters of three sources of tokens, with an ensemble of heads.

References
  van den Oord et al. 2018, InfoNCE; Wang et al. 2022, MedCLIP (pairs of one class are no negatives).
  Lakshminarayanan et al. 2017, deep ensembles; Malinin et al. 2020, ensemble distribution distillation.
"""
import torch
from torch import nn
from torch.nn import functional as F

from blocks import Attention

SOURCES = ["vitals", "radiology-report", "chest-imaging"]
HEADS = ["outcome", "interaction", "vitals-alone", "report-alone", "image-alone", "discordance", "mislink"]
COLUMNS = {"vitals": 3, "radiology-report": 8, "chest-imaging": 9}
TOKENS = 3
WIDTH = 48
LATENT = 24
MEMBERS = 5
PAIRS = [(0, 1), (0, 2), (1, 2)]
MATCHED = 24  # rank of the agreement of two sources


class Adapter(nn.Module):
    """Tokens of one source into the width of the trunk, and the whole source into the latent space that all sources share."""

    def __init__(self, columns: int, hidden: int = 64):
        super().__init__()
        self.straight = nn.Linear(columns, WIDTH)
        self.bent = nn.Sequential(nn.Linear(columns, hidden), nn.GELU(), nn.Linear(hidden, WIDTH))
        self.latent = nn.Linear(TOKENS * WIDTH, LATENT)

    def forward(self, x):  # [batch, 3, columns]
        x = x.clamp(-8, 8)
        tokens = self.straight(x) + self.bent(x)  # [batch, 3, width]
        latent = self.latent(tokens.flatten(1))
        return tokens, latent / (latent.pow(2).sum(-1, keepdim=True) + 1e-6).sqrt()  # [batch, latent]


class BenchmarkFusion(nn.Module):
    """Masked attention over every token, with a pooled token per source that is learned where the source is absent.

    As the served head, but for three things: the query starts from the sum of the pooled tokens, so that what each source says alone
    needs no attention to arrive; the agreement of each two sources is a feature of it (a product: attention alone took ten times the
    steps to find that two bits matter together); and the first layer is asked for query and pooled tokens only, which costs a third.
    Five members stand over the trunk; the logit is their mean, and one small head learned to say how far apart they are.
    """

    def __init__(self, drop: float = 0.0, hidden: int = 160):
        super().__init__()
        many, slots = len(HEADS), TOKENS * len(SOURCES)
        self.place = nn.Parameter(torch.randn(1, slots, WIDTH) * 0.1)
        self.age = nn.Linear(3, WIDTH)
        self.pool = nn.Parameter(torch.randn(len(SOURCES), TOKENS * WIDTH, WIDTH) * (TOKENS * WIDTH) ** -0.5)
        self.present = nn.Parameter(torch.randn(1, len(SOURCES), WIDTH) * 0.1)
        self.missing = nn.Parameter(torch.randn(1, len(SOURCES), WIDTH) * 0.1)
        self.query = nn.Parameter(torch.randn(1, 1, WIDTH) * 0.1)
        self.left, self.right = (nn.Parameter(torch.randn(len(PAIRS), WIDTH, MATCHED) * WIDTH**-0.5) for _ in range(2))
        self.match = nn.Parameter(torch.randn(len(PAIRS), MATCHED, WIDTH) * MATCHED**-0.5)
        self.first, self.second = (Attention(heads=4, hidden=hidden, drop=drop, width=WIDTH) for _ in range(2))
        self.inner = nn.Parameter(torch.randn(MEMBERS, WIDTH, WIDTH) * WIDTH**-0.5)
        self.inner_bias = nn.Parameter(torch.zeros(MEMBERS, 1, WIDTH))
        self.direct = nn.Parameter(torch.randn(MEMBERS, WIDTH, many) * 0.1)
        self.outer = nn.Parameter(torch.randn(MEMBERS, WIDTH, many) * WIDTH**-0.5)
        self.outer_bias = nn.Parameter(torch.zeros(MEMBERS, 1, many))
        self.told = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, many))

    def answer(self, tokens, mask, age):  # [batch, 9, width], [batch, 9], [batch, 9] hours
        batch, sources = tokens.shape[0], len(SOURCES)
        there = mask > 0.5  # [batch, 9]
        hours = torch.where(there, age.clamp(0, 168), torch.zeros_like(age))
        basis = torch.stack([hours / 24, torch.exp(-hours / 6), torch.log1p(hours)], -1)  # [batch, 9, 3]
        x = torch.where(there.unsqueeze(-1), tokens + self.place + self.age(basis), torch.zeros_like(tokens))  # [batch, 9, width]
        pooled = torch.matmul(x.reshape(batch, sources, TOKENS * WIDTH).transpose(0, 1), self.pool).transpose(0, 1)  # [batch, sources, width]
        spoken = mask.reshape(batch, sources, TOKENS).amax(2, keepdim=True) > 0.5  # [batch, sources, 1]
        about = pooled + torch.where(spoken, self.present.expand(batch, -1, -1), self.missing.expand(batch, -1, -1))
        left, right = (torch.matmul(pooled[:, [pair[side] for pair in PAIRS]].transpose(0, 1), by) for side, by in ((0, self.left), (1, self.right)))  # [pairs, batch, matched]
        agreement = torch.matmul(left * right, self.match).sum(0).unsqueeze(1)  # [batch, 1, width]; nothing where either source is absent
        x = torch.cat([self.query + about.sum(1, keepdim=True) + agreement, about, x], 1)  # [batch, 1 + sources + 9, width]
        open_ = torch.cat([torch.ones_like(mask[:, : 1 + sources]), mask], 1)
        bias = torch.where(open_ > 0.5, torch.zeros_like(open_), torch.zeros_like(open_) - 1e4)[:, None, None, :]
        heard = self.first(x, bias, asked=1 + sources)  # [batch, 1 + sources, width]
        # No norm after the last layer: one source would then scale what another says, and a contribution that is nothing would not be.
        return self.second(heard, torch.zeros_like(bias[..., : 1 + sources]), asked=1)[:, 0]  # [batch, width]

    def forward(self, tokens, mask, age):
        answer = self.answer(tokens, mask, age)  # [batch, width]
        inner = F.gelu(torch.matmul(answer, self.inner) + self.inner_bias)  # [members, batch, width]
        members = (torch.matmul(inner, self.outer) + torch.matmul(answer, self.direct) + self.outer_bias).transpose(0, 1)  # [batch, members, heads]
        # The trunk is not bent towards what is easy to say of its members: a squared distance of sure logits outweighs every outcome.
        spread = F.softplus(self.told(answer.detach())) + 1e-3  # [batch, heads]
        return members.mean(1), spread, members


def alignment_loss(latents, classes, scale, kinship: float):
    """Symmetric InfoNCE over each pair of sources. `kinship`: weight that goes to pairs of one class, which are no true negatives."""
    same = (classes[:, None] == classes[None]).float()
    target = (1 - kinship) * torch.eye(len(classes)) + kinship * same / same.sum(1, keepdim=True)
    total = 0.0
    for weight, (a, b) in zip((0.2, 0.2, 1.0), PAIRS):
        match = scale.exp() * latents[a] @ latents[b].T  # [batch, batch]
        total = total - weight * ((target * match.log_softmax(1)).sum(1).mean() + (target * match.log_softmax(0)).sum(0).mean()) / 2
    return total
