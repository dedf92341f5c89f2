"""optimizers.json: ten steps of each optimiser on given gradients, f64, by torch.optim; LARS written out from simclr.md.

Two layers stand for two networks: "a" (weight [3, 4], bias [3]) and "b" (weight [2, 5], bias [2]), of which b has a learning-rate factor of
0.5 and a decay of its own. Start: hash "{case}.{parameter}" in (-1, 1); gradient of step s: "{case}.step{s}.{parameter}" in (-1, 1).
Biases have no decay, and with LARS no rate of their own.
"""

import numpy as np
import torch

import hash_values
import reference_files

SHAPES = {"a.weight": [3, 4], "a.bias": [3], "b.weight": [2, 5], "b.bias": [2]}
STEPS, FACTOR, OWN_DECAY = 10, 0.5, 0.3


def values(name, shape):
    return torch.from_numpy(np.asarray(hash_values.uniform(name, shape, -1.0, 1.0)).copy())


class LARS(torch.optim.Optimizer):
    """g = gradient + wd w; r = trust |w| / |g| where both are above 0; v = m v + lr r g; w -= v (simclr.md)."""

    def step(self):
        for group in self.param_groups:
            for weight in group["params"]:
                gradient = weight.grad + group["weight_decay"] * weight
                rate = group["lr"]
                if group["adapts"] and weight.norm() > 0 and gradient.norm() > 0:
                    rate *= group["trust"] * weight.norm() / gradient.norm()
                velocity = self.state[weight].setdefault("velocity", torch.zeros_like(weight))
                velocity.mul_(group["momentum"]).add_(rate * gradient)
                weight.data.sub_(velocity)


def run(name, make, settings, clip=None):
    parameters = {key: values(f"{name}.{key}", shape).requires_grad_() for key, shape in SHAPES.items()}
    if name == "lars.zero":
        parameters["a.weight"].data.zero_()
    rate, decay = settings["learningRate"], settings["weightDecay"]
    groups = [{"params": [value], "lr": rate * (FACTOR if key.startswith("b") else 1), "adapts": key.endswith("weight"),
               "weight_decay": 0 if key.endswith("bias") else OWN_DECAY if key.startswith("b") else decay}
              for key, value in parameters.items()]
    optimizer, steps, before = make(groups), [], 0
    for step in range(STEPS):
        for key, value in parameters.items():
            value.grad = values(f"{name}.step{step}.{key}", SHAPES[key])
        if clip:
            torch.nn.utils.clip_grad_norm_(parameters.values(), clip)
        optimizer.step()
        steps.append({key: value.detach().clone().reshape(-1) for key, value in parameters.items()})
    return {"name": name, "settings": settings | {"clipNorm": clip or 0}, "factor": FACTOR, "ownDecay": OWN_DECAY, "steps": steps}


def main():
    adam, lars = torch.optim.AdamW, lambda groups, **d: LARS(groups, d)
    cases = [
        run("sgd", lambda g: torch.optim.SGD(g, momentum=0.9, nesterov=True),
            {"optimizer": "sgd", "learningRate": 0.1, "momentum": 0.9, "nesterov": True, "weightDecay": 0.01}),
        run("adamw", lambda g: adam(g), {"optimizer": "adamw", "learningRate": 0.01, "weightDecay": 0.1}),
        run("adamw.clipped", lambda g: adam(g, betas=(0.8, 0.95), eps=1e-3),
            {"optimizer": "adamw", "learningRate": 0.05, "weightDecay": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}, 1.5),
        run("lars", lambda g: lars(g, momentum=0.9, trust=0.001), {"optimizer": "lars", "learningRate": 4.8, "weightDecay": 1e-4}),
        run("lars.zero", lambda g: lars(g, momentum=0.5, trust=0.02),
            {"optimizer": "lars", "learningRate": 0.3, "weightDecay": 0.1, "momentum": 0.5, "trustCoefficient": 0.02}),
    ]
    reference_files.write("optimizers.json", {"cases": cases})


if __name__ == "__main__":
    main()
