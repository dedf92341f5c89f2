/// Computes nothing and counts what the arrays of a computation would take: the same work through it tells its memory beforehand.
///
/// Arrays read as zeros, and their pages are never touched.
final class PlanningBackend: Backend {
    let description: EngineDescription
    private let pool = MemoryPool(isPretended: true)

    init(_ description: EngineDescription) { self.description = description }

    func allocate(byteCount: Int) -> Buffer { pool.allocate(byteCount: byteCount) }
    var memoryStatistics: (usedBytes: Int, peakBytes: Int, systemAllocations: Int) { pool.statistics }

    // MARK: What gives values or arrays

    func sumOfSquares(_ x: StridedArray) -> Double { 0 }
    func allFinite(_ x: StridedArray) -> Bool { true }

    func firstRow(of x: StridedArray, beyond limit: Double) -> Int? { nil }
    func eigenvectors(in matrix: StridedArray) -> [Double] { .init(repeating: 0, count: matrix.shape[0]) }

    func channelStatistics(_ x: StridedArray) -> ChannelStatistics {
        let channels = x.shape.count > 1 ? x.shape[1] : 0
        return ChannelStatistics(mean: .init(repeating: 0, count: channels), variance: .init(repeating: 1, count: channels))
    }

    func normalizeBackward(
        _ x: StridedArray, _ y: StridedArray, _ dy: StridedArray, _ statistics: ChannelStatistics, weight: StridedArray,
        epsilon: Double, relu: Bool, throughStatistics: Bool, wantsInput: Bool, wantsResidual: Bool
    ) -> NormalizationGradients {
        NormalizationGradients(
            input: wantsInput ? newArray(like: x) : nil, residual: wantsResidual ? newArray(like: x) : nil,
            weight: newArray(like: weight), bias: newArray(like: weight))
    }

    // MARK: What writes into arrays that are there

    func convert(_ x: StridedArray, into y: StridedArray) {}
    func unary(_ operation: UnaryOperation, _ x: StridedArray, scalar: Double, into y: StridedArray) {}
    func binary(_ operation: BinaryOperation, _ a: StridedArray, _ b: StridedArray, into y: StridedArray) {}
    func reduce(_ operation: ReduceOperation, _ x: StridedArray, into y: StridedArray) {}
    func argmax(_ x: StridedArray, into y: StridedArray) {}
    func gatherRows(_ x: StridedArray, indices: StridedArray, into y: StridedArray) {}
    func scatterAddRows(_ x: StridedArray, indices: StridedArray, into y: StridedArray) {}
    func accumulate(_ x: StridedArray, into y: StridedArray) {}
    func dropoutMask(key: UInt64, rate: Double, into y: StridedArray) {}
    func normalValues(key: UInt64, standardDeviation: Double, into y: StridedArray) {}
    func matrixProduct(_ a: StridedArray, _ b: StridedArray, into c: StridedArray, accumulates: Bool) {}
    func convolution(_ x: StridedArray, weights: StridedArray, window: Window, into y: StridedArray) {}
    func convolutionBackwardInput(_ dy: StridedArray, weights: StridedArray, window: Window, into dx: StridedArray) {}
    func convolutionBackwardWeights(_ x: StridedArray, _ dy: StridedArray, window: Window, into dWeights: StridedArray) {}
    func maxPool(_ x: StridedArray, window: Window, into y: StridedArray, chosen: StridedArray) {}
    func maxPoolBackward(_ dy: StridedArray, chosen: StridedArray, window: Window, into dx: StridedArray) {}
    func normalize(
        _ x: StridedArray, _ statistics: ChannelStatistics, weight: StridedArray, bias: StridedArray, epsilon: Double,
        residual: StridedArray?, relu: Bool, into y: StridedArray
    ) {}
    func gradientDescent(
        _ weight: StridedArray, gradient: StridedArray, velocity: StridedArray, _ step: GradientDescentStep,
        average: FollowingAverage?
    ) {}
    func adaptiveMoments(
        _ weight: StridedArray, gradient: StridedArray, firstMoment: StridedArray, secondMoment: StridedArray,
        _ step: AdaptiveMomentsStep, average: FollowingAverage?
    ) {}
    func layerwiseDescent(
        _ weight: StridedArray, gradient: StridedArray, velocity: StridedArray, trustCoefficient: Double?,
        _ step: GradientDescentStep, average: FollowingAverage?
    ) {}
    func movingAverage(_ x: StridedArray, decay: Double, into y: StridedArray) {}

    func nearestRows(_ x: StridedArray, centroids: StridedArray, into assignments: StridedArray, sums: StridedArray?) {}
    func squaredDistances(
        _ x: StridedArray, centroids: StridedArray, assignments: StridedArray, into distances: StridedArray
    ) {}
    func rowProducts(_ x: StridedArray, weights: StridedArray, bias: StridedArray, into y: StridedArray) {}
    func columnProducts(_ x: StridedArray, mean: StridedArray, into products: StridedArray) {}

    var convolutionChoices: [String: ConvolutionWay] { [:] }
    func reuse(_ choices: [String: ConvolutionWay], measuresOthers: Bool) {}
}
