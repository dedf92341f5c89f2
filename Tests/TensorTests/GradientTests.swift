import Tensor
import Testing

@Suite struct GradientTests {
    static let elementwise: [GradientCheck] = [
        GradientCheck("add, broadcast", [[2, 3, 4], [3, 1]]) { $0[0] + $0[1] },
        GradientCheck("subtract, broadcast", [[3, 1], [2, 3, 4]]) { $0[0] - $0[1] },
        GradientCheck("multiply, broadcast", [[2, 3], [3]]) { $0[0] * $0[1] },
        GradientCheck("divide, broadcast", [[2, 1], [2, 3]], from: 0.5, to: 2) { $0[0] / $0[1] },
        GradientCheck("negate", [[3]]) { -$0[0] },
        GradientCheck("absolute", [[3, 4]]) { $0[0].absolute() },
        GradientCheck("scalars", [[3]]) { (2 * $0[0] + 3 - 1) / 4 },
        GradientCheck("exp", [[5]]) { $0[0].exp() },
        GradientCheck("log", [[5]], from: 0.5, to: 2) { $0[0].log() },
        GradientCheck("sqrt", [[5]], from: 0.5, to: 2) { $0[0].sqrt() },
        GradientCheck("relu", [[8]]) { $0[0].relu() },
        GradientCheck("tanh", [[5]]) { $0[0].tanh() },
        GradientCheck("sigmoid", [[5]]) { $0[0].sigmoid() },
        GradientCheck("erf", [[5]], from: -2, to: 2) { $0[0].erf() },
        GradientCheck("gelu", [[7]], from: -3, to: 3) { $0[0].gelu() },
        GradientCheck("gelu by tanh", [[7]], from: -3, to: 3) { $0[0].gelu(.tanh) },
        GradientCheck("square", [[5]]) { $0[0].square() },
        GradientCheck("power", [[5]], from: 0.5, to: 2) { $0[0].power(1.5) },
        GradientCheck("clamped", [[9]]) { $0[0].clamped(minimum: -0.3).clamped(maximum: 0.4) },
    ]
    static let shaping: [GradientCheck] = [
        GradientCheck("reshaped", [[2, 6]]) { $0[0].reshaped(to: [3, -1]) },
        GradientCheck("permuted", [[2, 3, 4]]) { $0[0].permuted([2, 0, 1]) },
        GradientCheck("expanded", [[3, 1]]) { $0[0].expanded(to: [2, 3, 4]) },
        GradientCheck("sliced", [[4, 3]]) { $0[0].sliced(1..<3, axis: 0).sliced(0..<2, axis: 1) },
        GradientCheck("split and concatenated", [[4, 3], [2, 3]]) {
            Tensor.concatenated([$0[1]] + $0[0].split([1, 3]).reversed(), axis: 0)
        },
        GradientCheck("rows", [[4, 3]]) { $0[0].rows(at: [2, 0, 2]) },
        GradientCheck("channelsLast", [[2, 3, 1, 2, 2]]) { $0[0].channelsLast * $0[0] },
    ]
    static let reductions: [GradientCheck] = [
        GradientCheck("sum", [[2, 3, 4]]) { $0[0].sum(axes: [0, 2]) },
        GradientCheck("mean", [[2, 3, 4]]) { $0[0].mean(axes: [1], keepingAxes: true) },
        GradientCheck("max", [[3, 4]]) { $0[0].max(axes: [-1]) },
        GradientCheck("min", [[3, 4]]) { $0[0].min(axes: [0]) },
        GradientCheck("softmax", [[3, 4]]) { $0[0].softmax() },
        GradientCheck("logSoftmax", [[3, 4]]) { $0[0].logSoftmax() },
        GradientCheck("l2Normalized", [[3, 4]]) { $0[0].l2Normalized() },
        GradientCheck("matrixProduct", [[3, 4], [4, 2]]) { $0[0].matrixProduct($0[1]) },
        GradientCheck("matrixProduct of batches", [[2, 3, 4], [2, 4, 5]]) { $0[0].matrixProduct($0[1]) },
        GradientCheck("matrixProduct of a transpose", [[4, 3], [4, 2]]) { $0[0].transposed.matrixProduct($0[1]) },
    ]
    static let volumes: [GradientCheck] = [
        GradientCheck("convolved", [[2, 3, 4, 5, 5], [4, 3, 3, 3, 3]]) {
            $0[0].convolved($0[1], window: Window(kernel: [3, 3, 3], padding: [1, 1, 1]))
        },
        GradientCheck("convolved, strides", [[2, 2, 3, 6, 5], [3, 2, 1, 3, 3]]) {
            $0[0].convolved($0[1], window: Window(kernel: [1, 3, 3], stride: [2, 2, 2], padding: [0, 1, 1]))
        },
        GradientCheck("convolved, pointwise", [[2, 3, 2, 2, 2], [4, 3, 1, 1, 1]]) {
            $0[0].convolved($0[1], window: Window(kernel: [1, 1, 1]))
        },
        GradientCheck("maxPooled", [[2, 2, 3, 5, 5]]) {
            $0[0].maxPooled(Window(kernel: [2, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1]))
        },
        GradientCheck("globalAveragePooled", [[2, 3, 2, 3, 3]]) { $0[0].globalAveragePooled() },
        GradientCheck("batchNormalized", [[3, 4, 2, 2, 2], [4], [4]]) {
            $0[0].batchNormalized(weight: $0[1], bias: $0[2], epsilon: 1e-5).output
        },
        GradientCheck("batchNormalized with residual and relu", [[3, 4, 2, 2, 2], [4], [4], [3, 4, 2, 2, 2]]) {
            $0[0].batchNormalized(weight: $0[1], bias: $0[2], epsilon: 1e-3, residual: $0[3], relu: true).output
        },
        GradientCheck("batchNormalized by given statistics", [[3, 2], [2], [2]]) {
            $0[0].batchNormalized(
                weight: $0[1], bias: $0[2], statistics: ChannelStatistics(mean: [0.1, -0.2], variance: [0.5, 2]), epsilon: 1e-5
            ).output
        },
        GradientCheck("droppedOut", [[4, 5]]) {
            $0[0].droppedOut(rate: 0.4, key: RandomKey(seed: 1, purpose: .dropout))
        },
    ]

    static let layers: [GradientCheck] = [
        GradientCheck("convolved in groups", [[2, 4, 3, 4, 4], [6, 2, 3, 3, 3]]) {
            $0[0].convolved($0[1], window: Window(kernel: [3, 3, 3], stride: [1, 2, 1], padding: [1, 1, 0]))
        },
        GradientCheck("convolved depthwise", [[2, 3, 3, 4, 3], [3, 1, 2, 3, 2]]) {
            $0[0].convolved($0[1], window: Window(kernel: [2, 3, 2], stride: [1, 1, 2], padding: [0, 1, 1]))
        },
        GradientCheck("layerNormalized", [[3, 2, 5], [5], [5]]) {
            $0[0].layerNormalized(weight: $0[1], bias: $0[2], epsilon: 1e-3)
        },
        GradientCheck("groupNormalized", [[2, 6, 1, 2, 2], [6], [6]]) {
            $0[0].groupNormalized(groups: 3, weight: $0[1], bias: $0[2], epsilon: 1e-3)
        },
        GradientCheck("longShortTermMemory", [[4, 2, 12], [12, 3]]) { $0[0].longShortTermMemory(recurrentWeights: $0[1]) },
        GradientCheck("longShortTermMemory from the end, masked", [[4, 3, 8], [8, 2]]) {
            let mask = Tensor([1.0, 1, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0], shape: [4, 3, 1])
            return $0[0].longShortTermMemory(recurrentWeights: $0[1], mask: mask, isReversed: true)
        },
    ]

    @Test(arguments: elementwise + shaping + reductions + volumes + layers)
    func agreesWithCentralDifferences(check: GradientCheck) {
        #expect(check.largestError() < 1e-6)
    }

    @Test func gradientsOfSeveralUsesAddUp() {
        let x = Tensor([2.0, 3.0]).requiringGradient()
        (x * x + x).sum().backward()
        #expect(x.gradient?.values(as: Double.self) == [5, 7])
    }

    @Test func nothingFlowsThroughDetachedValuesOrWithRecordingOff() {
        let x = Tensor([2.0]).requiringGradient()
        let constant = GradientRecording.off { x * x }
        #expect(!constant.requiresGradient && !x.detached.requiresGradient)
        (x * constant).sum().backward()
        #expect(x.gradient?.scalar == 4)
    }
}
