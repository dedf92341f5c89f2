"""One operation of the engine checked on small hash inputs: outputs and gradients by PyTorch's autograd in f64.

The loss behind the gradients is sum over outputs of sum(upstream * output); upstream values are hash values too.
"""

import collections

import numpy as np
import torch

import hash_values

_counts = collections.Counter()


def values(name, shape, low=-1.0, high=1.0):
    """A differentiable input of hash values in [low, high)."""
    return {"name": name, "shape": shape, "low": low, "high": high}


def constant(name, shape, low=-1.0, high=1.0):
    """As `values`, but no gradient is taken."""
    return values(name, shape, low, high) | {"constant": True}


def integers(name, shape, count):
    """Hash integers in 0 ..< count; no gradient."""
    return {"name": name, "shape": shape, "count": count}


def literal(name, shape, data):
    """A differentiable input with written-out values: ties, zeros, corners."""
    return {"name": name, "shape": shape, "values": data}


def literal_integers(name, shape, data):
    """Written-out integers; no gradient."""
    return {"name": name, "shape": shape, "integers": data}


def tensor(spec):
    """The torch tensor that an input entry describes."""
    name, shape = spec["name"], spec["shape"]
    if "low" in spec:
        data = torch.from_numpy(np.asarray(hash_values.uniform(name, shape, spec["low"], spec["high"])).copy())
        return data if spec.get("constant") else data.requires_grad_()
    if "count" in spec:
        return torch.from_numpy(hash_values.integers(name, shape, spec["count"]))
    if "integers" in spec:
        return torch.tensor(spec["integers"], dtype=torch.int64).reshape(shape)
    return torch.tensor(spec["values"], dtype=torch.float64).reshape(shape).requires_grad_()


def case(operation, inputs, function, **options):
    """Runs `function` (inputs in order -> one tensor or a tuple) and returns the JSON entry."""
    name = f"{operation}.{_counts[operation]}"
    _counts[operation] += 1
    inputs = [{**spec, "role": spec["name"], "name": f"{name}.{spec['name']}"} for spec in inputs]
    arguments = [tensor(spec) for spec in inputs]
    outputs = function(*arguments)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    entry = {"name": name, "operation": operation, "options": options, "inputs": inputs,
             "outputShapes": [list(output.shape) for output in outputs],
             "outputs": [output.detach().reshape(-1) for output in outputs]}
    differentiable = [argument for argument in arguments if argument.requires_grad]
    if any(output.requires_grad for output in outputs):
        upstreams, loss = [], 0.0
        for index, output in enumerate(outputs):
            upstream = values(f"{name}.upstream{index}", list(output.shape)) if output.requires_grad else None
            upstreams.append(upstream)
            if upstream:
                loss = loss + (torch.from_numpy(np.asarray(
                    hash_values.uniform(upstream["name"], upstream["shape"], -1.0, 1.0))) * output).sum()
        found = iter(torch.autograd.grad(loss, differentiable))
        entry["upstreams"] = upstreams
        entry["gradients"] = [next(found).reshape(-1) if argument.requires_grad else None for argument in arguments]
    return entry
