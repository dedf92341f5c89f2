import Networks
import Tensor
import TestSupport
import Testing

/// What the three modes do with the running statistics.
@Suite struct BatchNormalizationTests {
    private let shape = [4, 3, 2, 3, 3]
    private let layer: BatchNormalization
    private let start = ChannelStatistics(mean: [0.5, -1, 2], variance: [2, 0.5, 1])

    init() {
        layer = BatchNormalization(channels: 3, Initializer(seed: 0, elementType: .float64))
        layer.loadHashWeights(runningStatistics: false)
        layer.running.values = start
    }

    private func output(_ mode: NormalizationMode) -> [Double] {
        layer(hashClips("x", shape, .float64), ForwardContext(normalization: mode)).values(as: Double.self)
    }

    /// Mean and biased variance of each channel of the input.
    private var batch: (mean: [Double], variance: [Double]) {
        let x = hashClips("x", shape, .float64)
        let mean = x.mean(axes: [0, 2, 3, 4], keepingAxes: true)
        let variance = (x - mean).square().mean(axes: [0, 2, 3, 4])
        return (mean.values(as: Double.self), variance.values(as: Double.self))
    }

    private func normalized(_ statistics: (mean: [Double], variance: [Double])) -> [Double] {
        func channels(_ values: [Double]) -> Tensor { Tensor(values, shape: [3, 1, 1, 1]) }
        let (weight, bias) = (layer.weight.value.values(as: Double.self), layer.bias.value.values(as: Double.self))
        let x = hashClips("x", shape, .float64)
        let y = (x - channels(statistics.mean)) / channels(statistics.variance.map { ($0 + 1e-5).squareRoot() })
        return (y * channels(weight) + channels(bias)).values(as: Double.self)
    }

    @Test func batchModeLeavesTheRunningStatisticsAlone() {
        #expect(relativeDifference(output(.batch), normalized(batch)) < 1e-13)
        #expect(layer.running.values == start)
    }

    @Test func updatingModeMovesThemByTheUnbiasedVariance() {
        let expected = batch, count = 72.0
        #expect(output(.updating) == output(.batch))
        let mean = zip(start.mean, expected.mean).map { 0.9 * $0 + 0.1 * $1 }
        let variance = zip(start.variance, expected.variance).map { 0.9 * $0 + 0.1 * $1 * count / (count - 1) }
        #expect(relativeDifference(layer.running.values.mean, mean) < 1e-14)
        #expect(relativeDifference(layer.running.values.variance, variance) < 1e-14)
    }

    @Test func runningModeUsesThem() {
        #expect(relativeDifference(output(.running), normalized((start.mean, start.variance))) < 1e-13)
        #expect(layer.running.values == start)
    }

    @Test func constantsGiveNoGradientToTheirStatistics() {
        let x = hashClips("x", shape, .float64).requiringGradient()
        layer(x, ForwardContext(normalization: .running)).sum().backward()
        let slope = zip(layer.weight.value.values(as: Double.self), start.variance).map { $0 / ($1 + 1e-5).squareRoot() }
        let gradient = x.gradient?.mean(axes: [0, 2, 3, 4]).values(as: Double.self) ?? []
        #expect(relativeDifference(gradient, slope) < 1e-13)
    }
}
