import Tensor

// What each layer is in a graph, in evaluation mode: the arithmetic of its `callAsFunction` on tensors.

extension Convolution3D {
    /// Writes the convolution of `x`.
    public func callAsFunction(_ x: GraphValue) -> GraphValue {
        let constants = [x.graph.constant(weight)] + (bias.map { [x.graph.constant($0)] } ?? [])
        return x.applying("Conv", with: constants, window.attributes + [("group", .integer(groups))])
    }
}

extension Convolution2D {
    /// Writes the convolution of each frame of `x` `[N, inputs, T, H, W]`.
    public func callAsFunction(_ x: GraphValue) -> GraphValue {
        let kernel = x.graph.constant(weight).applying("Unsqueeze", with: [x.graph.constant(integers: [2])])
        return x.applying("Conv", with: [kernel], window.attributes + [("group", .integer(groups))])
    }
}

extension BatchNormalization {
    /// Writes the normalisation of `x` by the running statistics; adds `residual` and applies ReLU where asked.
    public func callAsFunction(_ x: GraphValue, adding residual: GraphValue? = nil, relu: Bool = false) -> GraphValue {
        let constants = [x.graph.constant(weight), x.graph.constant(bias)] + x.graph.constants(running)
        let normalized = x.applying("BatchNormalization", with: constants, [("epsilon", .real(epsilon))])
        let sum = residual.map { normalized + $0 } ?? normalized
        return relu ? sum.applying("Relu") : sum
    }
}

extension LayerNormalization {
    /// Writes the normalisation of `x` `[..., features]`.
    public func callAsFunction(_ x: GraphValue) -> GraphValue {
        x.applying(
            "LayerNormalization", with: [x.graph.constant(weight), x.graph.constant(bias)],
            [("axis", .integer(-1)), ("epsilon", .real(epsilon))])
    }
}

extension Linear {
    /// Writes x W' + b of `x` `[..., inputs]`.
    public func callAsFunction(_ x: GraphValue) -> GraphValue {
        let product = x.matrixProduct(x.graph.constant(weight).permuted([1, 0]))
        return bias.map { product + x.graph.constant($0) } ?? product
    }
}

// MARK: Operations

extension GraphValue {
    /// Sum, with broadcasting.
    public static func + (a: GraphValue, b: GraphValue) -> GraphValue { a.applying("Add", with: [b]) }

    /// Product, with broadcasting.
    public static func * (a: GraphValue, b: GraphValue) -> GraphValue { a.applying("Mul", with: [b]) }

    /// Product with a number.
    public static func * (x: GraphValue, scalar: Double) -> GraphValue { x * x.graph.constant(numbers: [scalar], shape: []) }

    /// The matrix product along the last two axes.
    public func matrixProduct(_ other: GraphValue) -> GraphValue { applying("MatMul", with: [other]) }

    /// Under another shape: 0 keeps the extent at its place, -1 is what is left.
    public func reshaped(to shape: [Int]) -> GraphValue { applying("Reshape", with: [graph.constant(integers: shape)]) }

    /// The axes in another order.
    public func permuted(_ axes: [Int]) -> GraphValue { applying("Transpose", [("perm", .integers(axes))]) }

    /// The values one after the other along `axis`.
    public static func concatenated(_ values: [GraphValue], axis: Int) -> GraphValue {
        values[0].applying("Concat", with: Array(values.dropFirst()), [("axis", .integer(axis))])
    }

    /// The extents from axis `start` on, as a vector of whole numbers.
    public func extents(from start: Int = 0) -> GraphValue { applying("Shape", [("start", .integer(start))]) }

    /// Element `index` along `axis`, which goes.
    public func element(_ index: Int, axis: Int) -> GraphValue {
        applying("Gather", with: [graph.constant(integers: [index], shape: [])], [("axis", .integer(axis))])
    }

    /// softmax along the last axis.
    public func softmax() -> GraphValue { applying("Softmax", [("axis", .integer(-1))]) }

    /// x times the share of a standard normal distribution below x.
    public func gelu() -> GraphValue {
        let share = (self * 0.5.squareRoot()).applying("Erf") + graph.constant(numbers: [1], shape: [])
        return self * share * 0.5
    }

    /// The largest value in each window.
    public func maxPooled(_ window: Window) -> GraphValue { applying("MaxPool", window.attributes) }

    /// The mean over T, H and W: `[N, C, T, H, W]` to `[N, C]`.
    public func globalAveragePooled() -> GraphValue { applying("GlobalAveragePool").applying("Flatten", [("axis", .integer(1))]) }

    private func applying(_ operation: String, _ attributes: [(name: String, value: GraphAttribute)]) -> GraphValue {
        applying(operation, with: [], attributes)
    }
}

extension Window {
    /// The attributes of `Conv` and `MaxPool`.
    var attributes: [(name: String, value: GraphAttribute)] {
        [("kernel_shape", .integers(kernel)), ("strides", .integers(stride)), ("pads", .integers(padding + padding))]
    }
}
