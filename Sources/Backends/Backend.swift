/// What computes. `Tensor` and everything above reach processors through this protocol only.
///
/// Results are written into arrays that the caller allocated. Arithmetic is defined for `float32` and `float64`, and all
/// arrays of a call have one element type unless said. Volumes `[N, C, T, H, W]`, what goes through convolutions, poolings and
/// normalisations, may be `bfloat16`; weights, statistics and their gradients are then `float32`, and so is the arithmetic.
/// Shapes that do not fit are errors of the caller (preconditions).
public protocol Backend: AnyObject, Sendable {
    /// Uninitialised memory.
    func allocate(byteCount: Int) -> Buffer

    /// Writes `x`, converted, into `y`; shapes are equal.
    func convert(_ x: StridedArray, into y: StridedArray)
    /// y = operation(x)
    func unary(_ operation: UnaryOperation, _ x: StridedArray, scalar: Double, into y: StridedArray)
    /// y = operation(a, b); the shapes are equal, a stride of 0 repeats an element.
    func binary(_ operation: BinaryOperation, _ a: StridedArray, _ b: StridedArray, into y: StridedArray)
    /// Reduces the axes along which `y` has extent 1 and `x` has not.
    func reduce(_ operation: ReduceOperation, _ x: StridedArray, into y: StridedArray)
    /// The lowest index of a maximum along the last axis of a row-major `x`; `y` is int32.
    func argmax(_ x: StridedArray, into y: StridedArray)
    /// y[i] = x[indices[i]] along the first axis; row-major; `indices` are int32 within range.
    func gatherRows(_ x: StridedArray, indices: StridedArray, into y: StridedArray)
    /// y[indices[i]] += x[i] along the first axis; row-major.
    func scatterAddRows(_ x: StridedArray, indices: StridedArray, into y: StridedArray)
    /// y += x in place, over dense arrays of one layout; `bfloat16` too.
    func accumulate(_ x: StridedArray, into y: StridedArray)
    /// The sum of squares of a dense array, in double.
    func sumOfSquares(_ x: StridedArray) -> Double
    /// Whether a dense array holds neither NaN nor infinities.
    func allFinite(_ x: StridedArray) -> Bool
    /// 1 / (1 - rate) with probability 1 - rate, else 0, into a dense array; a function of `key` and the position only.
    func dropoutMask(key: UInt64, rate: Double, into y: StridedArray)
    /// Normal values of mean 0 into a row-major array (Box and Muller 1958); a function of `key` and the position only.
    func normalValues(key: UInt64, standardDeviation: Double, into y: StridedArray)

    /// c = a b (+ c if it accumulates), `[m, k] x [k, n]`, or batches of equal extent in front.
    func matrixProduct(_ a: StridedArray, _ b: StridedArray, into c: StridedArray, accumulates: Bool)

    /// Cross-correlation; x `[N, C, T, H, W]`, weights `[O, C, kt, kh, kw]` and y `[N, O, T', H', W']`, all channels-last.
    ///
    /// Weights `[O, C / groups, kt, kh, kw]` convolve in groups: each output channel sees the input channels of its group only.
    func convolution(_ x: StridedArray, weights: StridedArray, window: Window, into y: StridedArray)
    /// The gradient with respect to x.
    func convolutionBackwardInput(_ dy: StridedArray, weights: StridedArray, window: Window, into dx: StridedArray)
    /// The gradient with respect to the weights.
    func convolutionBackwardWeights(_ x: StridedArray, _ dy: StridedArray, window: Window, into dWeights: StridedArray)
    /// The largest value in each window; `chosen` (int32) gets the first tap that holds it. Channels-last.
    func maxPool(_ x: StridedArray, window: Window, into y: StridedArray, chosen: StridedArray)
    /// The gradient of `maxPool`.
    func maxPoolBackward(_ dy: StridedArray, chosen: StridedArray, window: Window, into dx: StridedArray)

    /// Means and biased variances over all axes but axis 1. Channels-last.
    func channelStatistics(_ x: StridedArray) -> ChannelStatistics
    /// y = relu?((x - mean) / sqrt(variance + epsilon) * weight + bias + residual?). Channels-last.
    func normalize(
        _ x: StridedArray, _ statistics: ChannelStatistics, weight: StridedArray, bias: StridedArray, epsilon: Double,
        residual: StridedArray?, relu: Bool, into y: StridedArray)
    /// The gradients of `normalize`. `throughStatistics`: the statistics are those of `x` itself, not constants.
    func normalizeBackward(
        _ x: StridedArray, _ y: StridedArray, _ dy: StridedArray, _ statistics: ChannelStatistics, weight: StridedArray,
        epsilon: Double, relu: Bool, throughStatistics: Bool, wantsInput: Bool, wantsResidual: Bool
    ) -> NormalizationGradients

    /// One optimiser step in place, over dense arrays of equal layout, `average` behind the weight where one follows it.
    func gradientDescent(
        _ weight: StridedArray, gradient: StridedArray, velocity: StridedArray, _ step: GradientDescentStep,
        average: FollowingAverage?)
    /// One step of AdamW in place, over dense arrays of equal layout, as above.
    func adaptiveMoments(
        _ weight: StridedArray, gradient: StridedArray, firstMoment: StridedArray, secondMoment: StridedArray,
        _ step: AdaptiveMomentsStep, average: FollowingAverage?)
    /// One step of LARS in place, over dense arrays of equal layout, as above: v = momentum v + rate g; w -= v, with g the gradient and its
    /// decay, and the rate times trustCoefficient |w| / |g| where a coefficient is given and both norms are above 0.
    func layerwiseDescent(
        _ weight: StridedArray, gradient: StridedArray, velocity: StridedArray, trustCoefficient: Double?,
        _ step: GradientDescentStep, average: FollowingAverage?)
    /// y = decay y + (1 - decay) x in place, over dense arrays of equal layout.
    func movingAverage(_ x: StridedArray, decay: Double, into y: StridedArray)

    // Rows of features, row-major and float32; the bits do not depend on the number of threads.

    /// The centroid that is nearest to each row by squared distance, the lowest of those equally near, into int32 `assignments`; the
    /// sum of each centroid's rows into float64 `sums` where that is given.
    func nearestRows(_ x: StridedArray, centroids: StridedArray, into assignments: StridedArray, sums: StridedArray?)
    /// The squared distance of each row to the centroid that `assignments` give it, into float64 `distances`.
    func squaredDistances(
        _ x: StridedArray, centroids: StridedArray, assignments: StridedArray, into distances: StridedArray)
    /// The first row with a value that is NaN or of a magnitude above `limit`.
    func firstRow(of x: StridedArray, beyond limit: Double) -> Int?
    /// y = x weights^T + bias: every row beside every row of `weights`.
    func rowProducts(_ x: StridedArray, weights: StridedArray, bias: StridedArray, into y: StridedArray)
    /// The mean of each column, and the sum of (x - mean)^T (x - mean) over the rows; both float64.
    func columnProducts(_ x: StridedArray, mean: StridedArray, into products: StridedArray)
    /// The eigenvalues of a symmetric float64 matrix, ascending; their unit eigenvectors become its rows. Throws `EigenvectorError`.
    func eigenvectors(in matrix: StridedArray) throws(EigenvectorError) -> [Double]

    /// The ways that were chosen by the clock, by the shape that each is for; empty where none was.
    var convolutionChoices: [String: ConvolutionWay] { get }
    /// Takes choices of an earlier run, before the first convolution; other shapes are measured, or go by the fixed rule.
    func reuse(_ choices: [String: ConvolutionWay], measuresOthers: Bool)

    /// What ran, for the record of a run: anything here may change bits.
    var description: EngineDescription { get }
    /// Bytes in use, the peak, and requests to the system.
    var memoryStatistics: (usedBytes: Int, peakBytes: Int, systemAllocations: Int) { get }
}

extension Backend {
    /// Uninitialised elements, row-major unless strides are given.
    package func newArray(_ shape: [Int], _ elementType: ElementType, strides: [Int]? = nil) -> StridedArray {
        StridedArray(
            buffer: allocate(byteCount: shape.reduce(elementType.byteCount, *)), shape: shape,
            strides: strides ?? StridedArray.rowMajorStrides(of: shape), elementType: elementType)
    }

    /// Uninitialised elements with the extents and the layout of `model`, and its type unless one is given.
    func newArray(like model: StridedArray, _ elementType: ElementType? = nil) -> StridedArray {
        newArray(model.shape, elementType ?? model.elementType, strides: model.strides)
    }

    /// Writes `x`, converted, into `y` and returns that.
    func copy(_ x: StridedArray, into y: StridedArray) -> StridedArray {
        convert(x, into: y)
        return y
    }
}

/// What computes in this process, as recorded in `run.json` and shown by `doctor`.
public struct EngineDescription: Sendable, Equatable {
    /// The set of our own kernels.
    public let kernelSet: KernelSet
    /// Computing threads.
    public let threads: Int
    /// The type that networks hold their activations in.
    public let activationType: ElementType
    /// What convolves.
    public let convolutionPath: ConvolutionPath
    /// Which parts of networks keep no inner values for the backward pass.
    public let recomputation: Recomputation
    /// The BLAS library's file and its own description.
    public let blasLibrary: String, blasConfiguration: String
    /// oneDNN's version; nil where convolutions go through BLAS.
    public let oneDNNVersion: String?
    /// Why oneDNN is not used; nil where it is.
    public let oneDNNAbsence: String?

    /// The short name of the type of activations: `f32` or `bf16`.
    public var precisionName: String { activationType == .bfloat16 ? "bf16" : "f32" }
}
