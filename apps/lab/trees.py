"""Boosted trees and a small network over tables: training, scoring as the product scores, and export as one ONNX block.

A cell that is not known is the number UNKNOWN for the trees and the mean for the network; the block makes both from `values` and
`known`, so that whatever stands in an unknown cell is never read. Thresholds are rounded down to float32, which moves no row of
float32 numbers to the other side.

References
  Ke et al. 2017, LightGBM.
  ONNX-ML operator TreeEnsembleRegressor (ai.onnx.ml 3).
"""
import os

import lightgbm as lgb
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from course_export import nodes_of

UNKNOWN = np.float32(-1e6)
TREES_PER_NODE = 60  # partial sums of few trees keep float32 close to the double sums of the trainer

# Columns made of others after it is decided which of them may speak: the manifest carries this list, the product computes it.
SIGNS = ["9279-1", "2708-6", "8480-6", "8867-4", "8310-5"]
DERIVED = [
    *[{"name": f"derived/points-{hour}", "op": "sum", "of": [f"{sign}/points-{hour}" for sign in SIGNS]} for hour in range(6)],
    {"name": "derived/points-most", "op": "max", "of": [f"derived/points-{hour}" for hour in range(6)]},
    {"name": "derived/shock-index", "op": "ratio", "of": ["8867-4/last", "8480-6/last"]},
    {"name": "derived/shock-index-6h", "op": "ratio", "of": ["8867-4/mean6", "8480-6/mean6"]},
    {"name": "derived/pulse-pressure", "op": "difference", "of": ["8480-6/last", "8462-4/last"]},
    {"name": "derived/spo2-fio2", "op": "ratio", "of": ["2708-6/last", "3150-0/last"]},
    {"name": "derived/spo2-fio2-rate", "op": "ratio", "of": ["derived/spo2-fio2", "9279-1/last"]},
    {"name": "derived/urea-creatinine", "op": "ratio", "of": ["3094-0/last", "2160-0/last"]},
    {"name": "derived/rate-change", "op": "ratio", "of": ["9279-1/mean6", "9279-1/mean24"]},
    {"name": "derived/pulse-change", "op": "ratio", "of": ["8867-4/mean6", "8867-4/mean24"]},
    {"name": "derived/systolic-change", "op": "ratio", "of": ["8480-6/mean6", "8480-6/mean24"]},
    {"name": "derived/po2-fio2", "op": "ratio", "of": ["2703-7/last", "3150-0/last"]},
]


def derive(values, columns):  # [n, c] with NaN, names
    """Adds the derived columns whose parts exist, in float32 as the product does."""
    names, parts, made = list(columns), [values], []
    place = {name: values[:, at] for at, name in enumerate(names)}
    for column in DERIVED:
        if not all(name in place for name in column["of"]):
            continue
        of = [place[name] for name in column["of"]]
        with np.errstate(all="ignore"):
            if column["op"] == "ratio":
                out = np.where(of[1] == 0, np.nan, of[0] / of[1]).astype(np.float32)
            elif column["op"] == "difference":
                out = of[0] - of[1]
            else:
                stacked = np.stack(of, 1)
                none = np.isnan(stacked).all(1)
                if column["op"] == "sum":
                    out = np.zeros(len(values), np.float32)
                    for part in of:
                        out = np.where(np.isnan(part), out, out + part).astype(np.float32)
                else:
                    out = np.max(np.where(np.isnan(stacked), -np.inf, stacked), 1).astype(np.float32)
                out = np.where(none, np.nan, out).astype(np.float32)
        place[column["name"]] = out
        names.append(column["name"])
        parts.append(out[:, None])
        made.append(column)
    return np.concatenate(parts, 1), names, made


def masked(values, owner, hidden):  # [n, c], [c] modality of each column, modalities that do not speak
    """The coalition without `hidden`: their columns, and derived ones that read them, are unknown."""
    out = values.copy()
    out[:, np.isin(owner, list(hidden))] = np.nan
    return out


def filled(values):
    return np.where(np.isnan(values), UNKNOWN, values).astype(np.float32)


def fit_trees(values, labels, weight, options, rounds, seed):
    """`values` already filled. Returns a booster."""
    params = dict(objective="binary", verbose=-1, num_threads=int(os.environ.get("CONCORD_LAB_THREADS", "2")), max_bin=63, use_missing=False, deterministic=True, force_col_wise=True, seed=seed, **options)
    return lgb.train(params, lgb.Dataset(values, labels, weight=weight), rounds)


class Network(nn.Module):
    """Known cells, standardised, beside a flag for each; one hidden layer."""

    def __init__(self, centre, spread, heads, hidden=32):
        super().__init__()
        self.register_buffer("centre", torch.tensor(centre))
        self.register_buffer("spread", torch.tensor(spread))
        self.net = nn.Sequential(nn.Linear(2 * len(centre), hidden), nn.ReLU(), nn.Dropout(0.3), nn.Linear(hidden, heads))
        nn.init.constant_(self.net[-1].bias, -2.0)

    def forward(self, values, known):  # [batch, c], [batch, c]
        z = torch.where(known > 0.5, ((values - self.centre) / self.spread).clamp(-4, 4), torch.zeros_like(values))
        return self.net(torch.cat([z, known], 1))  # [batch, heads]


def scale(values, axis):
    """Centre and spread of the known numbers, in float32; what is never known stays as it is."""
    return np.nan_to_num(np.nanmean(values, axis)).astype(np.float32), np.maximum(np.nan_to_num(np.nanstd(values, axis), nan=1.0), 1e-3).astype(np.float32)


def fit_network(values, labels, weight, seed, epochs, hidden=32, batch=1024, rate=2e-3, decay=0.02):
    """`values` [n, c] with NaN, `labels` [n, heads] with -1 where a head does not ask. Returns an evaluated network."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    centre, spread = scale(values, 0)
    net = Network(centre, spread, labels.shape[1], hidden)
    known = torch.from_numpy((~np.isnan(values)).astype(np.float32))
    x, y, w = torch.from_numpy(np.nan_to_num(values)), torch.from_numpy(labels.astype(np.float32)), torch.from_numpy(weight.astype(np.float32))
    step = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=decay)
    runs = epochs * (len(x) // batch)
    plan = torch.optim.lr_scheduler.OneCycleLR(step, rate, total_steps=max(2, runs) + 1)
    net.train()
    for _ in range(epochs):
        order = torch.from_numpy(rng.permutation(len(x)))
        for part in order.split(batch)[: len(x) // batch]:
            counted = (y[part] >= 0).float() * w[part, None]
            loss = (nn.functional.binary_cross_entropy_with_logits(net(x[part], known[part]), y[part].clamp(min=0), reduction="none") * counted).sum() / counted.sum()
            step.zero_grad(), loss.backward(), step.step(), plan.step()
    return net.eval()


def network_logits(net, values, batch=65536):
    with torch.no_grad():
        known = (~np.isnan(values)).astype(np.float32)
        return np.concatenate([net(torch.from_numpy(np.nan_to_num(values[at : at + batch])), torch.from_numpy(known[at : at + batch])).numpy() for at in range(0, len(values), batch)])


def tree_rows(booster):
    """Trees of a booster as lists of nodes: (feature, threshold) with children, or a leaf's weight."""
    return [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]


def tree_node(trees, name, output, scale):
    """One TreeEnsembleRegressor of `trees`; every leaf is multiplied by `scale`."""
    a = {key: [] for key in ("nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_modes", "nodes_values", "nodes_truenodeids", "nodes_falsenodeids", "target_treeids", "target_nodeids", "target_ids", "target_weights")}
    for tree_id, root in enumerate(trees):
        stack, count = [(root, 0)], 1
        while stack:
            node, at = stack.pop()
            leaf = "leaf_value" in node
            left = right = 0
            if not leaf:
                left, right, count = count, count + 1, count + 2
                stack += [(node["left_child"], left), (node["right_child"], right)]
            threshold = np.float32(0 if leaf else node["threshold"])
            if not leaf and float(threshold) > node["threshold"]:
                threshold = np.nextafter(threshold, np.float32(-np.inf))
            for key, value in (("nodes_treeids", tree_id), ("nodes_nodeids", at), ("nodes_featureids", 0 if leaf else node["split_feature"]), ("nodes_modes", "LEAF" if leaf else "BRANCH_LEQ"), ("nodes_values", float(threshold)), ("nodes_truenodeids", left), ("nodes_falsenodeids", right)):
                a[key].append(value)
            if leaf:
                for key, value in (("target_treeids", tree_id), ("target_nodeids", at), ("target_ids", 0), ("target_weights", float(np.float32(node["leaf_value"] * scale)))):
                    a[key].append(value)
    return helper.make_node("TreeEnsembleRegressor", ["table"], [output], name=name, domain="ai.onnx.ml", n_targets=1, aggregate_function="SUM", post_transform="NONE", **a)


def table_networks(networks, constant):
    """Nodes of networks over the table: known cells of `table`, standardised, beside `flag` -> network0, network1 ..."""
    for k, net in enumerate(networks):
        state = {key: value.numpy() for key, value in net.state_dict().items()}
        yield from [
            helper.make_node("Sub", ["table", constant(f"centre{k}", state["centre"])], [f"moved{k}"]),
            helper.make_node("Div", [f"moved{k}", constant(f"spread{k}", state["spread"])], [f"scaled{k}"]),
            helper.make_node("Clip", [f"scaled{k}", constant(f"low{k}", -4.0), constant(f"high{k}", 4.0)], [f"clipped{k}"]),
            helper.make_node("Where", ["is_known", f"clipped{k}", "zero"], [f"z{k}"]),
            helper.make_node("Concat", [f"z{k}", "flag"], [f"input{k}"], axis=1),
            helper.make_node("Gemm", [f"input{k}", constant(f"w{k}", state["net.0.weight"]), constant(f"b{k}", state["net.0.bias"])], [f"inner{k}"], transB=1),
            helper.make_node("Relu", [f"inner{k}"], [f"hidden{k}"]),
            helper.make_node("Gemm", [f"hidden{k}", constant(f"v{k}", state["net.3.weight"]), constant(f"c{k}", state["net.3.bias"])], [f"network{k}"], transB=1),
        ]


def course_networks(networks, places, batch, initial):
    """Nodes of networks over courses: each reads its columns of `values` and `known` -> network0, network1 ..."""
    initial.append(numpy_helper.from_array(np.array(places, np.int64), "course_at"))
    for k, net in enumerate(networks):
        nodes, own = nodes_of(net, f"course{k}", len(places), batch)
        initial += own
        yield from [helper.make_node("Gather", [part, "course_at"], [f"course{k}/{part}"], axis=1) for part in ("values", "known")]
        yield from nodes
        yield helper.make_node("Identity", [f"course{k}/course"], [f"network{k}"])


def export(path, batch, columns, heads, cumulative, mix=None, courses=()):
    """
    heads: per head {groups: [(boosters, weight)], networks: [(network, output)], network_weight, offset}.
    courses: columns that the networks read where they read courses; else they read the table. Trees read the columns before the first of those hours.
    The logit of a head = sum over groups of weight x mean of the boosters + network_weight x mean of its networks + offset.
    mix [heads, heads]: the answer of column k is the sum over heads j of mix[j][k] x their logits.
    """
    width = columns
    nodes, initial, logits = [], [], []

    def constant(name, value):
        initial.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name

    nodes += [
        helper.make_node("Greater", ["known", constant("half", 0.5)], ["is_known"]),
        helper.make_node("Where", ["is_known", "values", constant("unknown", UNKNOWN)], ["table"]),
        helper.make_node("Where", ["is_known", constant("one", 1.0), constant("zero", 0.0)], ["flag"]),
    ]
    networks = list({id(net): net for head in heads for net, _ in head["networks"]}.values())
    done = {id(net): k for k, net in enumerate(networks)}
    nodes += list(course_networks(networks, courses, batch, initial) if courses else table_networks(networks, constant))
    for at, head in enumerate(heads):
        terms = []
        for group, (boosters, weight) in enumerate(head["groups"]):
            trees = [tree for booster in boosters for tree in tree_rows(booster)]
            for part in range(0, len(trees), TREES_PER_NODE):
                terms.append(f"trees{at}_{group}_{part}")
                nodes.append(tree_node(trees[part : part + TREES_PER_NODE], terms[-1], terms[-1], weight / len(boosters)))
        for k, (net, output) in enumerate(head["networks"]):
            pick, weigh = f"pick{at}_{k}", f"weigh{at}_{k}"
            initial.append(numpy_helper.from_array(np.array([output], np.int64), f"{pick}_at"))
            nodes += [
                helper.make_node("Gather", [f"network{done[id(net)]}", f"{pick}_at"], [pick], axis=1),
                helper.make_node("Mul", [pick, constant(f"{weigh}_by", head["network_weight"] / len(head["networks"]))], [weigh]),
            ]
            terms.append(weigh)
        nodes += [helper.make_node("Sum", terms, [f"sum{at}"]), helper.make_node("Add", [f"sum{at}", constant(f"offset{at}", head["offset"])], [f"own{at}"])]
    for at in range(len(heads)):
        answer = f"own{at}"
        if mix is not None:
            shares = [(f"share{at}_{other}", row[at]) for other, row in enumerate(mix)]
            nodes += [helper.make_node("Mul", [f"own{other}", constant(f"{name}_by", share)], [name]) for other, (name, share) in enumerate(shares)]
            answer = f"mixed{at}"
            nodes.append(helper.make_node("Sum", [name for name, _ in shares], [answer]))
        if cumulative and at > 0:
            nodes.append(helper.make_node("Max", [answer, logits[-1]], [f"logit{at}"]))
            answer = f"logit{at}"
        logits.append(answer)
    nodes.append(helper.make_node("Concat", logits, ["logits"], axis=1))
    shape = [batch, width]
    graph = helper.make_graph(nodes, "table", [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("values", "known")], [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [batch, len(heads)])], initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)], producer_name="concord-lab")
    model.ir_version = 8
    path.write_bytes(model.SerializeToString())
