/// Operations on each element. Those with a scalar take it beside the array.
public enum UnaryOperation: Sendable {
    case negate, exp, log, sqrt, relu, tanh, sigmoid, square, absolute, erf
    case addScalar, multiplyScalar, powerScalar, maximumScalar, minimumScalar
}

/// Operations on pairs of elements. Comparisons give 1 where they hold, else 0.
public enum BinaryOperation: Sendable {
    case add, subtract, multiply, divide, maximum, minimum
    case greater, greaterEqual, equal
    /// The first where the second is above 0, else 0.
    case wherePositive
}

/// Operations along axes.
public enum ReduceOperation: Sendable {
    case sum, maximum, minimum
}

/// The extents of a window that slides over `[T, H, W]`: a convolution's or a pooling's.
public struct Window: Sendable, Hashable {
    /// Taps along T, H, W.
    public let kernel: [Int]
    /// Steps along T, H, W.
    public let stride: [Int]
    /// Zeros (for pooling: absent positions) on both sides along T, H, W.
    public let padding: [Int]

    /// A window; each argument has three extents, of T, H and W.
    public init(kernel: [Int], stride: [Int] = [1, 1, 1], padding: [Int] = [0, 0, 0]) {
        precondition(kernel.count == 3 && stride.count == 3 && padding.count == 3, "a window has three extents: T, H, W")
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
    }

    /// The positions of the window over an input of these three extents; an extent is below 1 where it does not fit.
    public func output(for input: [Int]) -> [Int] {
        zip(0..<3, input).map { axis, extent in output(for: extent, along: axis) }
    }

    /// The positions along one axis, 0 to 2, over an input of this extent; below 1 where the window does not fit.
    public func output(for extent: Int, along axis: Int) -> Int {
        let room = extent + 2 * padding[axis] - kernel[axis]
        return room < 0 ? 0 : room / stride[axis] + 1
    }
}

/// The statistics of a batch normalisation, one value a channel.
public struct ChannelStatistics: Sendable, Equatable {
    /// Means.
    public var mean: [Double]
    /// Biased variances.
    public var variance: [Double]

    /// Statistics of given values.
    public init(mean: [Double], variance: [Double]) {
        self.mean = mean
        self.variance = variance
    }
}

/// What the backward pass of a normalisation computes.
public struct NormalizationGradients: Sendable {
    /// With respect to the input.
    public let input: StridedArray?
    /// With respect to the residual.
    public let residual: StridedArray?
    /// With respect to weight and bias, `[C]`.
    public let weight: StridedArray, bias: StridedArray
}

/// An average that follows a parameter in the pass that moves it: average = decay average + (1 - decay) parameter.
public struct FollowingAverage: Sendable {
    /// The average, of the parameter's type and layout.
    public let values: StridedArray
    /// The share of the average that is kept.
    public let decay: Double

    /// An average that a step moves too.
    public init(values: StridedArray, decay: Double) {
        self.values = values
        self.decay = decay
    }
}

/// The settings of one stochastic gradient descent step (PyTorch's definition).
public struct GradientDescentStep: Sendable {
    /// The learning rate.
    public var learningRate: Double
    /// Momentum in [0, 1).
    public var momentum: Double
    /// L2 penalty added to the gradient.
    public var weightDecay: Double
    /// Whether the momentum looks ahead (Nesterov).
    public var usesNesterov: Bool
    /// A factor of the gradient: that of gradient clipping.
    public var gradientScale: Double

    /// A step of given settings.
    public init(learningRate: Double, momentum: Double, weightDecay: Double, usesNesterov: Bool, gradientScale: Double = 1) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.usesNesterov = usesNesterov
        self.gradientScale = gradientScale
    }
}

/// The settings of one step of AdamW (PyTorch's definition; Loshchilov and Hutter 2019).
public struct AdaptiveMomentsStep: Sendable {
    /// The learning rate.
    public var learningRate: Double
    /// The shares of the running means of the gradient and of its square that are kept.
    public var firstDecay: Double, secondDecay: Double
    /// Added to the root of the second mean.
    public var epsilon: Double
    /// The share of the weight, times the learning rate, that is taken away.
    public var weightDecay: Double
    /// A factor of the gradient: that of gradient clipping.
    public var gradientScale: Double
    /// The number of this step, from 1: both means begin at 0 and are corrected for it.
    public var number: Int

    /// A step of given settings.
    public init(
        learningRate: Double, firstDecay: Double, secondDecay: Double, epsilon: Double, weightDecay: Double,
        gradientScale: Double = 1, number: Int
    ) {
        self.learningRate = learningRate
        self.firstDecay = firstDecay
        self.secondDecay = secondDecay
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.gradientScale = gradientScale
        self.number = number
    }
}
