"""Cases of the layers of a convolutional network: convolution, pooling, batch normalisation."""

import torch
import torch.nn.functional as F

from operation_case import case, literal, values


def layers():
    """All of them, for operations.json."""
    yield from convolutions()
    yield from pooling()
    yield from normalisation()


def convolutions():
    """Cross-correlation; input [N, C, T, H, W], weight [O, I, kt, kh, kw]; the 2-D form drops T."""
    cube, point, stem = [3, 3, 3], [1, 1, 1], [3, 7, 7]
    settings = [
        # input, out channels, kernel, stride, padding, bias
        ([2, 3, 3, 4, 3], 2, cube, [1, 1, 1], [1, 1, 1], True),
        ([1, 2, 4, 5, 6], 3, cube, [2, 2, 2], [1, 1, 1], False),
        ([1, 2, 2, 9, 8], 2, stem, [1, 2, 2], [1, 3, 3], False),
        ([2, 3, 3, 4, 5], 2, point, [2, 2, 2], [0, 0, 0], False),
        ([2, 2, 1, 3, 3], 2, cube, [2, 2, 2], [1, 1, 1], True),
        ([1, 2, 1, 1, 1], 3, cube, [1, 1, 1], [1, 1, 1], False),
        ([2, 1, 4, 3, 4], 2, [2, 3, 1], [1, 2, 1], [0, 1, 0], True),
        ([1, 1, 2, 2, 2], 1, [1, 2, 2], [1, 1, 1], [0, 0, 0], False),
    ]
    for shape, out, kernel, stride, padding, bias in settings:
        yield convolution("conv3d", F.conv3d, shape, out, kernel, stride, padding, bias)
    for shape, out, kernel, stride, padding, bias in [
        ([2, 3, 4, 5], 2, [3, 3], [1, 1], [1, 1], True),
        ([1, 2, 5, 6], 3, [3, 3], [2, 2], [1, 1], False),
        ([2, 3, 3, 4], 2, [1, 1], [2, 2], [0, 0], False),
    ]:
        yield convolution("conv2d", F.conv2d, shape, out, kernel, stride, padding, bias)


def convolution(operation, function, shape, out, kernel, stride, padding, bias):
    inputs = [values("input", shape), values("weight", [out, shape[1]] + kernel)]
    inputs += [values("bias", [out])] if bias else []
    return case(operation, inputs, lambda x, w, b=None: function(x, w, b, stride, padding),
                kernel=kernel, stride=stride, padding=padding, bias=bias)


def pooling():
    """Maxima (padding counts as minus infinity, the first of equal values wins), averages, the global average."""
    spatial = dict(kernel=[1, 3, 3], stride=[1, 2, 2], padding=[0, 1, 1])
    temporal = dict(kernel=[2, 1, 1], stride=[2, 1, 1], padding=[0, 0, 0])
    # After a ReLU many zeros are equal: the gradient goes to the first in row-major order.
    after_relu = literal("input", [1, 1, 2, 4, 4],
                         [0, 0, 0, 1, 0, 0, 2, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0])
    for spec, options in [
        (values("input", [2, 2, 2, 5, 6]), spatial),
        (after_relu, spatial),
        (values("input", [1, 2, 5, 2, 3]), temporal),
        (after_relu, temporal),
        (values("input", [1, 2, 4, 4, 4]), dict(kernel=[2, 2, 2], stride=[2, 2, 2], padding=[0, 0, 0])),
    ]:
        yield case("maxPool3d", [spec], lambda x, o=options: F.max_pool3d(x, o["kernel"], o["stride"], o["padding"]),
                   **options)
    for options in [
        dict(kernel=[2, 2, 2], stride=[2, 2, 2], padding=[0, 0, 0], countsPadding=True),
        dict(kernel=[1, 3, 3], stride=[1, 2, 2], padding=[0, 1, 1], countsPadding=True),
        dict(kernel=[1, 3, 3], stride=[1, 2, 2], padding=[0, 1, 1], countsPadding=False),
    ]:
        yield case("averagePool3d", [values("input", [1, 2, 3, 4, 5])], lambda x, o=options: F.avg_pool3d(
            x, o["kernel"], o["stride"], o["padding"], count_include_pad=o["countsPadding"]), **options)
    plane = dict(kernel=[3, 3], stride=[2, 2], padding=[1, 1])
    yield case("maxPool2d", [values("input", [2, 2, 5, 4])],
               lambda x: F.max_pool2d(x, plane["kernel"], plane["stride"], plane["padding"]), **plane)
    yield case("globalAveragePool", [values("input", [2, 3, 2, 2, 3])], lambda x: x.mean((2, 3, 4)))
    yield case("globalAveragePool", [values("input", [2, 3, 2, 3])], lambda x: x.mean((2, 3)))


def normalisation():
    """Batch normalisation. Outputs: the normalised values, then the running mean and variance after the call.

    Training: normalised by the biased variance; running <- (1 - m) running + m batch, with the unbiased variance.
    """
    for shape in ([3, 2, 2, 2, 2], [2, 3, 2, 3], [4, 3]):
        for training, epsilon in ((True, 1e-5), (True, 1e-3), (False, 1e-5)):
            yield batch_normalisation(shape, training, epsilon)


def batch_normalisation(shape, training, epsilon):
    def function(x, weight, bias, mean, variance):
        mean, variance = mean.clone(), variance.clone()
        output = F.batch_norm(x, mean, variance, weight, bias, training=training, momentum=0.1, eps=epsilon)
        return output, mean.detach(), variance.detach()

    channels = [shape[1]]
    inputs = [values("input", shape, -1.0, 3.0), values("weight", channels, 0.5, 1.5), values("bias", channels)]
    inputs += [values("runningMean", channels) | {"constant": True},
               values("runningVariance", channels, 0.5, 1.5) | {"constant": True}]
    return case("batchNormalization", inputs, function, training=training, momentum=0.1, epsilon=epsilon)
