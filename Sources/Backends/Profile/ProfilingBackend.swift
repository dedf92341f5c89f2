import Synchronization

/// Hands every call to another backend and measures it.
final class ProfilingBackend: Backend {
    let inner: any Backend
    let profile: Profile
    /// Which layer took an array as its input or gave it, for calls that name no parameter.
    private let layers = Mutex(Layers())

    private struct Layers {
        var ofInput: [InputKey: String] = [:]
        var ofOutput: [ObjectIdentifier: String] = [:]
    }

    /// One array may be the input of several layers: their weights tell them apart.
    private struct InputKey: Hashable {
        let buffer: ObjectIdentifier
        let weights: [Int]
        let window: Window
    }

    init(_ inner: any Backend) {
        self.inner = inner
        profile = Profile(of: inner)
    }

    private func measured<Result>(
        _ name: String, layer: String? = nil, _ arrays: [StridedArray], operations: Int = 0, _ body: () -> Result
    ) -> Result {
        let start = profile.now
        let result = body()
        profile.add(
            Profile.Event(
                name: name, layer: layer ?? "", start: start, duration: profile.now - start, operations: operations,
                bytes: arrays.reduce(0) { $0 + $1.count * $1.elementType.byteCount }, isPhase: false))
        return result
    }

    func allocate(byteCount: Int) -> Buffer { inner.allocate(byteCount: byteCount) }
    var description: EngineDescription { inner.description }
    var memoryStatistics: (usedBytes: Int, peakBytes: Int, systemAllocations: Int) { inner.memoryStatistics }
    var convolutionChoices: [String: ConvolutionWay] { inner.convolutionChoices }
    func reuse(_ choices: [String: ConvolutionWay], measuresOthers: Bool) {
        inner.reuse(choices, measuresOthers: measuresOthers)
    }

    // MARK: Elements

    func convert(_ x: StridedArray, into y: StridedArray) {
        measured("convert", layer: profile.layer(of: x), [x, y]) { inner.convert(x, into: y) }
    }
    func unary(_ operation: UnaryOperation, _ x: StridedArray, scalar: Double, into y: StridedArray) {
        measured("\(operation)", [x, y]) { inner.unary(operation, x, scalar: scalar, into: y) }
    }
    func binary(_ operation: BinaryOperation, _ a: StridedArray, _ b: StridedArray, into y: StridedArray) {
        measured("\(operation)", [a, b, y]) { inner.binary(operation, a, b, into: y) }
    }
    func reduce(_ operation: ReduceOperation, _ x: StridedArray, into y: StridedArray) {
        measured("reduce \(operation)", [x, y]) { inner.reduce(operation, x, into: y) }
    }
    func argmax(_ x: StridedArray, into y: StridedArray) { measured("argmax", [x, y]) { inner.argmax(x, into: y) } }
    func gatherRows(_ x: StridedArray, indices: StridedArray, into y: StridedArray) {
        measured("gatherRows", [y, y]) { inner.gatherRows(x, indices: indices, into: y) }
    }
    func scatterAddRows(_ x: StridedArray, indices: StridedArray, into y: StridedArray) {
        measured("scatterAddRows", [x, y]) { inner.scatterAddRows(x, indices: indices, into: y) }
    }
    func accumulate(_ x: StridedArray, into y: StridedArray) {
        measured("accumulate", [x, y, y]) { inner.accumulate(x, into: y) }
    }
    func sumOfSquares(_ x: StridedArray) -> Double { measured("sumOfSquares", [x]) { inner.sumOfSquares(x) } }
    func allFinite(_ x: StridedArray) -> Bool { measured("allFinite", [x]) { inner.allFinite(x) } }
    func dropoutMask(key: UInt64, rate: Double, into y: StridedArray) {
        measured("dropoutMask", [y]) { inner.dropoutMask(key: key, rate: rate, into: y) }
    }
    func normalValues(key: UInt64, standardDeviation: Double, into y: StridedArray) {
        measured("normalValues", [y]) { inner.normalValues(key: key, standardDeviation: standardDeviation, into: y) }
    }

    // MARK: Products

    func matrixProduct(_ a: StridedArray, _ b: StridedArray, into c: StridedArray, accumulates: Bool) {
        let layer = profile.layer(of: a) ?? profile.layer(of: b)
        measured("matrixProduct", layer: layer, [a, b, c], operations: 2 * c.count * (a.shape.last ?? 0)) {
            inner.matrixProduct(a, b, into: c, accumulates: accumulates)
        }
    }

    func convolution(_ x: StridedArray, weights: StridedArray, window: Window, into y: StridedArray) {
        let layer = profile.layer(of: weights)
        layers.withLock {
            $0.ofInput[InputKey(buffer: ObjectIdentifier(x.buffer), weights: weights.shape, window: window)] = layer
            $0.ofOutput[ObjectIdentifier(y.buffer)] = layer
        }
        measured("convolution", layer: layer, [x, weights, y], operations: operations(y, weights)) {
            inner.convolution(x, weights: weights, window: window, into: y)
        }
    }

    func convolutionBackwardInput(_ dy: StridedArray, weights: StridedArray, window: Window, into dx: StridedArray) {
        let layer = profile.layer(of: weights)
        measured("convolution, gradient of input", layer: layer, [dy, weights, dx], operations: operations(dy, weights)) {
            inner.convolutionBackwardInput(dy, weights: weights, window: window, into: dx)
        }
    }

    func convolutionBackwardWeights(_ x: StridedArray, _ dy: StridedArray, window: Window, into dWeights: StridedArray) {
        let key = InputKey(buffer: ObjectIdentifier(x.buffer), weights: dWeights.shape, window: window)
        let layer = layers.withLock { $0.ofInput[key] }
        measured("convolution, gradient of weights", layer: layer, [x, dy, dWeights], operations: operations(dy, dWeights)) {
            inner.convolutionBackwardWeights(x, dy, window: window, into: dWeights)
        }
    }

    /// Two for each output and each of the weights that one output meets.
    private func operations(_ y: StridedArray, _ weights: StridedArray) -> Int {
        2 * y.count * weights.shape.dropFirst().reduce(1, *)
    }

    // MARK: Pooling and normalisation

    func maxPool(_ x: StridedArray, window: Window, into y: StridedArray, chosen: StridedArray) {
        measured("maxPool", [x, y, chosen]) { inner.maxPool(x, window: window, into: y, chosen: chosen) }
    }
    func maxPoolBackward(_ dy: StridedArray, chosen: StridedArray, window: Window, into dx: StridedArray) {
        measured("maxPool, gradient", [dy, chosen, dx]) { inner.maxPoolBackward(dy, chosen: chosen, window: window, into: dx) }
    }
    func channelStatistics(_ x: StridedArray) -> ChannelStatistics {
        measured("channelStatistics", layer: layers.withLock { $0.ofOutput[ObjectIdentifier(x.buffer)] }, [x]) {
            inner.channelStatistics(x)
        }
    }
    func normalize(
        _ x: StridedArray, _ statistics: ChannelStatistics, weight: StridedArray, bias: StridedArray, epsilon: Double,
        residual: StridedArray?, relu: Bool, into y: StridedArray
    ) {
        measured("normalize", layer: profile.layer(of: weight), [x, y] + (residual.map { [$0] } ?? [])) {
            inner.normalize(
                x, statistics, weight: weight, bias: bias, epsilon: epsilon, residual: residual, relu: relu, into: y)
        }
    }
    func normalizeBackward(
        _ x: StridedArray, _ y: StridedArray, _ dy: StridedArray, _ statistics: ChannelStatistics, weight: StridedArray,
        epsilon: Double, relu: Bool, throughStatistics: Bool, wantsInput: Bool, wantsResidual: Bool
    ) -> NormalizationGradients {
        // Sums first, then the gradients: all is read twice.
        let written = [wantsInput, wantsResidual].filter { $0 }.map { _ in x }
        return measured("normalize, gradient", layer: profile.layer(of: weight), [x, y, dy, x, y, dy] + written) {
            inner.normalizeBackward(
                x, y, dy, statistics, weight: weight, epsilon: epsilon, relu: relu, throughStatistics: throughStatistics,
                wantsInput: wantsInput, wantsResidual: wantsResidual)
        }
    }

    // MARK: Rows of features

    func nearestRows(_ x: StridedArray, centroids: StridedArray, into assignments: StridedArray, sums: StridedArray?) {
        let arrays = [x, centroids, assignments] + (sums.map { [$0] } ?? [])
        measured("nearestRows", arrays, operations: 2 * x.count * centroids.shape[0]) {
            inner.nearestRows(x, centroids: centroids, into: assignments, sums: sums)
        }
    }
    func squaredDistances(
        _ x: StridedArray, centroids: StridedArray, assignments: StridedArray, into distances: StridedArray
    ) {
        measured("squaredDistances", [x, assignments, distances], operations: 3 * x.count) {
            inner.squaredDistances(x, centroids: centroids, assignments: assignments, into: distances)
        }
    }
    func firstRow(of x: StridedArray, beyond limit: Double) -> Int? {
        measured("firstRow", [x]) { inner.firstRow(of: x, beyond: limit) }
    }
    func rowProducts(_ x: StridedArray, weights: StridedArray, bias: StridedArray, into y: StridedArray) {
        measured("rowProducts", [x, weights, y], operations: 2 * x.count * weights.shape[0]) {
            inner.rowProducts(x, weights: weights, bias: bias, into: y)
        }
    }
    func columnProducts(_ x: StridedArray, mean: StridedArray, into products: StridedArray) {
        measured("columnProducts", [x, x, products], operations: x.count * products.shape[0]) {
            inner.columnProducts(x, mean: mean, into: products)
        }
    }
    func eigenvectors(in matrix: StridedArray) throws(EigenvectorError) -> [Double] {
        let found = measured("eigenvectors", [matrix]) { () -> Result<[Double], EigenvectorError> in
            do throws(EigenvectorError) { return .success(try inner.eigenvectors(in: matrix)) } catch { return .failure(error) }
        }
        return try found.get()
    }

    // MARK: Updates

    func gradientDescent(
        _ weight: StridedArray, gradient: StridedArray, velocity: StridedArray, _ step: GradientDescentStep,
        average: FollowingAverage?
    ) {
        measuredUpdate("gradientDescent", weight, [gradient, velocity, velocity], average) {
            inner.gradientDescent(weight, gradient: gradient, velocity: velocity, step, average: average)
        }
    }
    func adaptiveMoments(
        _ weight: StridedArray, gradient: StridedArray, firstMoment: StridedArray, secondMoment: StridedArray,
        _ step: AdaptiveMomentsStep, average: FollowingAverage?
    ) {
        let touched = [gradient, firstMoment, firstMoment, secondMoment, secondMoment]
        measuredUpdate("adaptiveMoments", weight, touched, average) {
            inner.adaptiveMoments(
                weight, gradient: gradient, firstMoment: firstMoment, secondMoment: secondMoment, step, average: average)
        }
    }
    func layerwiseDescent(
        _ weight: StridedArray, gradient: StridedArray, velocity: StridedArray, trustCoefficient: Double?,
        _ step: GradientDescentStep, average: FollowingAverage?
    ) {
        measuredUpdate("layerwiseDescent", weight, [gradient, gradient, velocity, velocity], average) {
            inner.layerwiseDescent(
                weight, gradient: gradient, velocity: velocity, trustCoefficient: trustCoefficient, step, average: average)
        }
    }
    private func measuredUpdate(
        _ operation: String, _ weight: StridedArray, _ others: [StridedArray], _ average: FollowingAverage?,
        _ body: () -> Void
    ) {
        let following = average.map { [$0.values, $0.values] } ?? []
        measured(operation, layer: profile.layer(of: weight), [weight, weight] + others + following, body)
    }
    func movingAverage(_ x: StridedArray, decay: Double, into y: StridedArray) {
        measured("movingAverage", layer: profile.layer(of: x), [x, y, y]) { inner.movingAverage(x, decay: decay, into: y) }
    }
}
