import Files
import Networks
import Tensor
import TestSupport

// What the kit makes of each operation of `operations.json`; the options are explained in tools/reference/README.md.

extension OperationCase {
    /// The outputs of the operation on `x`.
    func outputs(_ x: OperationInputs) throws -> [Tensor] {
        if let output = try elementwise(x) ?? reduction(x) ?? matrix(x) ?? probability(x) ?? window(x) { return [output] }
        return try moved(x)
    }

    private func elementwise(_ x: OperationInputs) throws -> Tensor? {
        switch operation {
        case "add": x["left"] + x["right"]
        case "subtract": x["left"] - x["right"]
        case "multiply": x["left"] * x["right"]
        case "divide": x["left"] / x["right"]
        case "negate": -x["input"]
        case "exp": x["input"].exp()
        case "log": x["input"].log()
        case "sqrt": x["input"].sqrt()
        case "square": x["input"].square()
        case "power": x["input"].power(try options.number("exponent"))
        case "relu": x["input"].relu()
        case "tanh": x["input"].tanh()
        case "sigmoid": x["input"].sigmoid()
        case "dropout":
            x["input"]
                * Tensor(x.integers("mask").map(Double.init), shape: x["input"].shape).converted(to: x["input"].elementType)
                / (1 - (try options.number("probability")))
        default: nil
        }
    }

    private func reduction(_ x: OperationInputs) throws -> Tensor? {
        let axes = try options["axes"]?.numbers().map(Int.init), keepsAxes = options["keepsAxes"]?.booleanValue ?? false
        switch operation {
        case "sum": return x["input"].sum(axes: axes, keepingAxes: keepsAxes)
        case "mean": return x["input"].mean(axes: axes, keepingAxes: keepsAxes)
        case "maximum" where options["ties"] == .string("even"): return x["input"].max(axes: axes, keepingAxes: keepsAxes)
        case "maximum":
            let rows = axes == [0] ? x["input"].transposed : x["input"]
            let first = Tensor.oneHot(rows.argmax(), classes: rows.shape[1], elementType: rows.elementType)
            return (rows * first).sum(axes: [1])
        case "argmax":
            let rows = try options.integer("axis") == 0 ? x["input"].transposed : x["input"]
            return Tensor(rows.argmax().map(Double.init))
        default: return nil
        }
    }

    private func matrix(_ x: OperationInputs) throws -> Tensor? {
        switch operation {
        case "matrixProduct":
            let left = options["transposesLeft"] == nil ? x["left"] : x["left"].transposed
            return left.matrixProduct(options["transposesRight"] == nil ? x["right"] : x["right"].transposed)
        case "batchedMatrixProduct":
            func flat(_ t: Tensor) -> Tensor { t.reshaped(to: [-1] + t.shape.suffix(2)) }
            let (left, right) = (x["left"], x["right"])
            return flat(left).matrixProduct(flat(right)).reshaped(to: left.shape.dropLast() + [right.shape[right.rank - 1]])
        case "linear":
            let product = x["input"].matrixProduct(x["weight"].transposed)
            return x.optional("bias").map { product + $0 } ?? product
        default: return nil
        }
    }

    private func probability(_ x: OperationInputs) throws -> Tensor? {
        let axis = try options["axis"]?.numbers().first.map(Int.init) ?? -1
        switch operation {
        case "softmax": return onLastAxis(x["logits"], axis) { $0.softmax() }
        case "logSoftmax": return onLastAxis(x["logits"], axis) { $0.logSoftmax() }
        case "l2Normalize": return onLastAxis(x["input"], axis) { $0.l2Normalized(epsilon: 1e-12) }
        case "cosineSimilarity":
            let (left, right) = (onLastAxis(x["left"], axis, normalized), onLastAxis(x["right"], axis, normalized))
            return (left * right).sum(axes: [axis])
        case "crossEntropy":
            let targets = x.optional("scores")?.softmax()
            let losses =
                targets.map { crossEntropy(logits: x["logits"], targets: $0) }
                ?? crossEntropy(logits: x["logits"], targets: x.integers("labels"))
            let reduction = try options.text("reduction")
            return reduction == "none" ? losses : reduction == "mean" ? losses.mean() : (x["weights"] * losses).mean()
        case "meanSquaredError":
            // The kit's own takes constant targets; its value is compared here, the gradients of both sides by the formula.
            let squares = (x["prediction"] - x["target"]).square()
            return try options.text("reduction") == "mean" ? squares.mean() : squares.mean(axes: [1])
        default: return nil
        }
    }

    private func normalized(_ x: Tensor) -> Tensor { x.l2Normalized(epsilon: 1e-8) }

    /// `function`, which works along the last axis, along `axis`.
    private func onLastAxis(_ x: Tensor, _ axis: Int, _ function: (Tensor) -> Tensor) -> Tensor {
        guard axis >= 0, axis < x.rank - 1 else { return function(x) }
        let order = (0..<x.rank).filter { $0 != axis } + [axis]
        return function(x.permuted(order)).permuted(order.indices.sorted { order[$0] < order[$1] })
    }

    private func moved(_ x: OperationInputs) throws -> [Tensor] {
        let axis = options["axis"]?.integerValue ?? 0
        switch operation {
        case "transpose": return [x["input"].transposed]
        case "permute": return [x["input"].permuted(try options.integers("axes"))]
        case "reshape":
            let exchanged = options["transposed"] == nil ? x["input"] : x["input"].permuted([1, 0, 2])
            return [exchanged.reshaped(to: try options.integers("shape"))]
        case "concatenate": return [Tensor.concatenated([x["first"], x["second"]], axis: axis)]
        case "split": return x["input"].split(try options.integers("sizes"), axis: axis)
        case "gatherRows": return [x["input"].rows(at: x.integers("rows"))]
        case "batchNormalization": return try batchNormalized(x)
        default: throw ReferenceError("the tests do not know the operation \(operation)")
        }
    }

    private func batchNormalized(_ x: OperationInputs) throws -> [Tensor] {
        let input = x["input"], training = options["training"] == .boolean(true)
        let running = RunningStatistics(channels: input.shape[1])
        running.values = ChannelStatistics(
            mean: x["runningMean"].values(as: Double.self), variance: x["runningVariance"].values(as: Double.self))
        let (output, batch) = input.batchNormalized(
            weight: x["weight"], bias: x["bias"], statistics: training ? nil : running.values,
            epsilon: try options.number("epsilon"))
        if training { running.update(batch, count: input.count / input.shape[1], momentum: try options.number("momentum")) }
        return [output, Tensor(running.values.mean), Tensor(running.values.variance)]
    }
}

// MARK: Convolution and pooling; planes are volumes of one frame

extension OperationCase {
    private func window(_ x: OperationInputs) throws -> Tensor? {
        let isPlanar = operation.hasSuffix("2d")
        switch operation {
        case "conv3d", "conv2d":
            let y = volume(x["input"]).convolved(volume(x["weight"]), window: try slidingWindow(isPlanar))
            let biased = x.optional("bias").map { y + $0.reshaped(to: [-1, 1, 1, 1]) } ?? y
            return isPlanar ? plane(biased) : biased
        case "maxPool3d": return x["input"].maxPooled(try slidingWindow(false))
        case "maxPool2d": return plane(volume(x["input"]).maxPooled(try slidingWindow(true)))
        case "averagePool3d": return try averagePooled(x["input"])
        case "globalAveragePool": return volume(x["input"]).globalAveragePooled()
        default: return nil
        }
    }

    private func slidingWindow(_ isPlanar: Bool) throws -> Window {
        func three(_ key: String, _ first: Int) throws -> [Int] { (isPlanar ? [first] : []) + (try options.integers(key)) }
        return Window(kernel: try three("kernel", 1), stride: try three("stride", 1), padding: try three("padding", 0))
    }

    /// The kit has no average pooling but the global one: here it is a convolution of each channel with equal weights.
    private func averagePooled(_ x: Tensor) throws -> Tensor {
        let window = try slidingWindow(false),
            ones = Tensor(repeating: 1, shape: [1, 1] + window.kernel, elementType: x.elementType)
        func sums(_ x: Tensor) -> Tensor {
            let y = x.reshaped(to: [x.shape[0] * x.shape[1], 1] + x.shape.suffix(3)).convolved(ones, window: window)
            return y.reshaped(to: Array(x.shape.prefix(2)) + y.shape.suffix(3))
        }
        if options["countsPadding"] == .boolean(true) { return sums(x) / Double(ones.count) }
        return sums(x) / sums(Tensor(repeating: 1, shape: x.shape, elementType: x.elementType))
    }

    private func volume(_ x: Tensor) -> Tensor {
        x.rank == 5 ? x : x.reshaped(to: Array(x.shape.prefix(2)) + [1] + x.shape.suffix(2))
    }

    private func plane(_ x: Tensor) -> Tensor { x.reshaped(to: Array(x.shape.prefix(2)) + x.shape.suffix(2)) }
}
