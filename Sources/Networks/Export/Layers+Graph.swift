import Tensor

// What each layer is in a graph, in evaluation mode: the arithmetic of its `callAsFunction` on tensors.

extension Convolution3D {
    /// Writes the convolution of `x`.
    public func callAsFunction(_ x: GraphValue) -> GraphValue {
        x.applying("Conv", with: [x.graph.constant(weight)], window.attributes)
    }
}

extension BatchNormalization {
    /// Writes the normalisation of `x` by the running statistics; adds `residual` and applies ReLU where asked.
    public func callAsFunction(_ x: GraphValue, adding residual: GraphValue? = nil, relu: Bool = false) -> GraphValue {
        let constants = [x.graph.constant(weight), x.graph.constant(bias)] + x.graph.constants(running)
        let normalized = x.applying("BatchNormalization", with: constants, [("epsilon", .real(epsilon))])
        let sum = residual.map { normalized.applying("Add", with: [$0]) } ?? normalized
        return relu ? sum.applying("Relu") : sum
    }
}

extension ConvolutionUnit {
    func callAsFunction(_ x: GraphValue, adding residual: GraphValue? = nil, relu: Bool) -> GraphValue {
        normalization(convolution(x), adding: residual, relu: relu)
    }
}

extension Linear {
    /// Writes x W' + b of `x` `[N, inputs]`.
    public func callAsFunction(_ x: GraphValue) -> GraphValue {
        let constants = [x.graph.constant(weight)] + (bias.map { [x.graph.constant($0)] } ?? [])
        return x.applying("Gemm", with: constants, [("transB", .integer(1))])
    }
}

extension GraphValue {
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
