"""operations.json: outputs and gradients of every engine operation, f64, by PyTorch."""

import torch
import torch.nn.functional as F

import reference_files
from operation_case import case, constant, integers, literal, literal_integers, values

TIES = [2.0, 1.0, 2.0, 0.5, 3.0, 3.0, -1.0, 3.0, 0.0, 0.0, 0.0, 0.0]


def elementwise():
    """Arithmetic with numpy's broadcasting, and functions of one value."""
    shapes = [([2, 3], [2, 3]), ([2, 3], [3]), ([2, 1, 4], [3, 1]), ([2, 3], [])]
    functions = {"add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "divide": torch.div}
    for operation, function in functions.items():
        for left, right in shapes:
            yield case(operation, [values("left", left), values("right", right, 0.5, 2.0)], function)
    # A scalar on the left: the gradient of the smaller operand is a sum.
    yield case("subtract", [values("left", []), values("right", [2, 2])], torch.sub)
    yield case("divide", [values("left", [3]), values("right", [2, 3], 0.5, 2.0)], torch.div)
    one = [values("input", [3, 4], -2.0, 2.0)]
    positive = [values("input", [3, 4], 0.1, 3.0)]
    yield case("negate", one, torch.neg)
    yield case("exp", one, torch.exp)
    yield case("log", positive, torch.log)
    yield case("sqrt", positive, torch.sqrt)
    yield case("square", one, torch.square)
    yield case("power", positive, lambda x: x**2.5, exponent=2.5)
    yield case("relu", one, torch.relu)
    yield case("relu", [literal("input", [5], [-1.0, -0.0, 0.0, 1e-300, 2.0])], torch.relu)
    yield case("tanh", one, torch.tanh)
    yield case("sigmoid", one, torch.sigmoid)
    yield case("sigmoid", [literal("input", [4], [-800.0, -40.0, 40.0, 800.0])], torch.sigmoid)
    mask = literal_integers("mask", [3, 4], [1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0])
    yield case("dropout", one + [mask], lambda x, kept: x * kept / (1 - 0.5), probability=0.5)
    yield case("dropout", one + [mask], lambda x, kept: x * kept / (1 - 0.2), probability=0.2)


def shapes_and_rows():
    """Operations that move values: transposes, joins, parts, rows."""
    yield case("transpose", [values("input", [3, 4])], lambda x: x.t())
    yield case("permute", [values("input", [2, 3, 2, 2])], lambda x: x.permute(2, 0, 3, 1), axes=[2, 0, 3, 1])
    yield case("reshape", [values("input", [2, 6])], lambda x: x.reshape(3, 4), shape=[3, 4])
    yield case("reshape", [values("input", [2, 3, 2])], lambda x: x.transpose(0, 1).reshape(3, 4),
               transposed=[0, 1], shape=[3, 4])
    for axis, shapes in ((0, ([1, 3], [2, 3])), (1, ([2, 2, 2], [2, 1, 2]))):
        yield case("concatenate", [values("first", shapes[0]), values("second", shapes[1])],
                   lambda a, b, axis=axis: torch.cat([a, b], axis), axis=axis)
    yield case("split", [values("input", [5, 2])], lambda x: tuple(x.split([1, 3, 1], 0)), axis=0, sizes=[1, 3, 1])
    yield case("split", [values("input", [2, 4, 2])], lambda x: tuple(x.split([3, 1], 1)), axis=1, sizes=[3, 1])
    # Rows taken twice add their gradients; rows not taken get zero.
    yield case("gatherRows", [values("input", [4, 3]), literal_integers("rows", [5], [2, 0, 2, 3, 2])],
               lambda x, rows: x.index_select(0, rows))


def reductions():
    """Sums, means and maxima over axes. Ties of a maximum: gradient to the first, or shared evenly."""
    for operation, function in (("sum", torch.sum), ("mean", torch.mean)):
        for axes, keep in (([0, 1, 2], False), ([1], False), ([0, 2], True), ([-1], True)):
            yield case(operation, [values("input", [2, 3, 4])],
                       lambda x, f=function, a=axes, k=keep: f(x, dim=a, keepdim=k), axes=axes, keepsAxes=keep)
    for spec in (values("input", [3, 4]), literal("input", [3, 4], TIES)):
        for axis in (0, 1):
            yield case("maximum", [spec], lambda x, a=axis: first_maximum(x, a), axes=[axis], keepsAxes=False,
                       ties="first")
            yield case("maximum", [spec], lambda x, a=axis: x.amax(a), axes=[axis], keepsAxes=False, ties="even")
            yield case("argmax", [spec], lambda x, a=axis: first_index(x, a), axis=axis)
    yield case("maximum", [values("input", [2, 3, 2])], lambda x: x.amax((0, 2)), axes=[0, 2], keepsAxes=False,
               ties="even")


def first_index(x, axis):
    """The lowest index among the largest values."""
    is_largest = x.detach() == x.detach().amax(axis, keepdim=True)
    return is_largest.to(torch.int64).argmax(axis)


def first_maximum(x, axis):
    return x.gather(axis, first_index(x, axis).unsqueeze(axis)).squeeze(axis)


def matrices():
    """Matrix products and the linear layer (weight [O, I], output input @ weight^T + bias)."""
    yield case("matrixProduct", [values("left", [3, 4]), values("right", [4, 2])], torch.matmul)
    yield case("matrixProduct", [values("left", [1, 1]), values("right", [1, 5])], torch.matmul)
    yield case("matrixProduct", [values("left", [4, 3]), values("right", [4, 2])], lambda a, b: a.t() @ b,
               transposesLeft=True)
    yield case("matrixProduct", [values("left", [3, 4]), values("right", [2, 4])], lambda a, b: a @ b.t(),
               transposesRight=True)
    yield case("batchedMatrixProduct", [values("left", [2, 3, 4]), values("right", [2, 4, 2])], torch.matmul)
    yield case("batchedMatrixProduct", [values("left", [2, 2, 3, 2]), values("right", [2, 2, 2, 3])], torch.matmul)
    layer = [values("input", [3, 5]), values("weight", [4, 5])]
    yield case("linear", layer, F.linear, bias=False)
    yield case("linear", layer + [values("bias", [4])], F.linear, bias=True)


def losses():
    """Softmax forms and losses. `weightedMean` = sum(w * loss) / count of samples, not / sum(w)."""
    for shape, axis in (([3, 5], -1), ([2, 4, 3], 1)):
        spec = [values("logits", shape, -3.0, 3.0)]
        yield case("softmax", spec, lambda x, a=axis: x.softmax(a), axis=axis)
        yield case("logSoftmax", spec, lambda x, a=axis: x.log_softmax(a), axis=axis)
    far = [literal("logits", [2, 3], [1000.0, 0.0, -1000.0, -700.0, -700.0, -701.0])]
    yield case("softmax", far, lambda x: x.softmax(-1), axis=-1)
    yield case("logSoftmax", far, lambda x: x.log_softmax(-1), axis=-1)
    logits, labels = values("logits", [4, 5], -3.0, 3.0), integers("labels", [4], 5)
    weights = constant("weights", [4], 0.0, 1.0)
    for reduction in ("none", "mean"):
        yield case("crossEntropy", [logits, labels], lambda z, y, r=reduction: F.cross_entropy(z, y, reduction=r),
                   targets="hard", reduction=reduction)
    yield case("crossEntropy", [logits, labels, weights],
               lambda z, y, w: (w * F.cross_entropy(z, y, reduction="none")).mean(),
               targets="hard", reduction="weightedMean")
    soft = constant("scores", [4, 5], -2.0, 2.0)  # the target is softmax(scores)
    for reduction in ("none", "mean"):
        yield case("crossEntropy", [logits, soft],
                   lambda z, s, r=reduction: F.cross_entropy(z, s.softmax(-1), reduction=r),
                   targets="softmaxOfScores", reduction=reduction)
    yield case("crossEntropy", [logits, soft, weights],
               lambda z, s, w: (w * F.cross_entropy(z, s.softmax(-1), reduction="none")).mean(),
               targets="softmaxOfScores", reduction="weightedMean")
    pair = [values("prediction", [3, 4]), values("target", [3, 4])]
    yield case("meanSquaredError", pair, lambda a, b: F.mse_loss(a, b), reduction="mean")
    yield case("meanSquaredError", pair, lambda a, b: (a - b).square().mean(1), reduction="samples")


def similarities():
    """Row-wise norms, as torch.nn.functional.normalize and cosine_similarity (eps 1e-12 and 1e-8)."""
    yield case("l2Normalize", [values("input", [3, 5])], lambda x: F.normalize(x, dim=1), axis=1, epsilon=1e-12)
    yield case("l2Normalize", [values("input", [2, 3, 2, 2])], lambda x: F.normalize(x, dim=1), axis=1, epsilon=1e-12)
    for shape in ([3, 5], [2, 3, 1, 2, 2]):
        yield case("cosineSimilarity", [values("left", shape), values("right", shape)],
                   lambda a, b: F.cosine_similarity(a, b, dim=1), axis=1, epsilon=1e-8)


def main():
    torch.set_num_threads(1)
    # Imported here: the layers' cases fill a file of their own.
    from operation_layers import layers
    groups = [elementwise(), shapes_and_rows(), reductions(), matrices(), losses(), similarities(), layers()]
    reference_files.write("operations.json", {"cases": [entry for group in groups for entry in group]})


if __name__ == "__main__":
    main()
