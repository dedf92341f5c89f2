/// The ways that a convolution can be computed, in the order in which the fixed rule takes them.
public enum ConvolutionWay: String, Sendable, CaseIterable {
    /// Winograd's filtering, or products frame by frame, by kernels of our own.
    case own
    /// A direct kernel of our own for narrow weight gradients.
    case direct
    /// oneDNN.
    case onednn
    /// Windows laid out as rows, and BLAS.
    case blas
}

/// How a way is chosen for each shape.
public enum ConvolutionTuning: String, Sendable, CaseIterable {
    /// By a fixed rule of shape and kernel set: equal bits on every run.
    case rule
    /// By the clock, when a shape is first met: other bits from run to run, unless the choices of one are given to the next.
    case measure
}
