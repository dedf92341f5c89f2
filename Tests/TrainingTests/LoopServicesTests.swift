import Datasets
import Networks
import Tensor
import TestSupport
import Testing
import Training

/// What the loop offers to methods beside steps: groups of parameters, fresh heads, frozen networks, precise statistics.
@Suite struct LoopServicesTests {
    private let initializer = Initializer(seed: 0, elementType: .float64)

    private func layer(_ name: String) -> Linear { Linear(inputs: 2, outputs: 2, initializer.named(name)) }

    private func pull(_ layers: [Linear]) {
        let x = Tensor([1.0, 2], shape: [1, 2])
        layers.dropFirst().reduce(layers[0](x).sum()) { $0 + $1(x).sum() }.backward()
    }

    private func values(_ layer: Linear) -> [Double] { layer.weight.value.values(as: Double.self) }

    @Test func groupsHaveTheirOwnRatesAndDecays() throws {
        let layers = ["a", "b", "c"].map(layer), before = layers.map(values)
        let networks = NetworkSet(
            [
                NamedNetwork("a", layers[0]), NamedNetwork("b", layers[1], learningRateFactor: 0.5, weightDecay: 0.1),
                NamedNetwork("c", layers[2], isTrained: false),
            ], evaluated: nil)
        let optimizer = Optimizer(networks, StochasticGradientDescent(momentum: 0, usesNesterov: false), weightDecay: 0)
        pull(layers)
        optimizer.step(learningRate: 1)
        let slope = [1.0, 2, 1, 2]
        #expect(relativeDifference(values(layers[0]), zip(before[0], slope).map { $0 - $1 }) < 1e-12)
        #expect(relativeDifference(values(layers[1]), zip(before[1], slope).map { $0 - 0.5 * ($1 + 0.1 * $0) }) < 1e-12)
        #expect(values(layers[2]) == before[2])
        #expect(layers[2].weight.gradient == nil, "gradients of a frozen network would pile up")
    }

    @Test func aFreshHeadBeginsWithoutMomentumAndTheRestKeepsIts() throws {
        let body = layer("body"), old = layer("old"), new = layer("new")
        func networks(_ head: Linear) -> NetworkSet {
            NetworkSet([NamedNetwork("body", body), NamedNetwork("head", head)], evaluated: nil)
        }
        let optimizer = Optimizer(networks(old), StochasticGradientDescent(momentum: 0.9, usesNesterov: false), weightDecay: 0)
        pull([body, old])
        optimizer.step(learningRate: 1)
        optimizer.adopt(networks(new))
        let before = (values(body), values(new))
        pull([body, new])
        optimizer.step(learningRate: 1)
        let slope = [1.0, 2, 1, 2]
        #expect(relativeDifference(values(body), zip(before.0, slope).map { $0 - 1.9 * $1 }) < 1e-12)
        #expect(relativeDifference(values(new), zip(before.1, slope).map { $0 - $1 }) < 1e-12)
        optimizer.adopt(networks(new), moved: ["head"])
        let still = values(body)
        pull([body, new])
        optimizer.step(learningRate: 1)
        #expect(values(body) == still, "the stage moves its own networks only")
    }

    /// The worked example of the protocol card: batches (1, 3) and (5, 9) give mean 4.5 and variance 5.
    @Test func preciseStatisticsAreTheMeanOverBatches() {
        let layer = BatchNormalization(channels: 1, initializer)
        for (number, batch) in [[1.0, 3], [5, 9]].enumerated() {
            _ = layer(Tensor(batch, shape: [2, 1]), ForwardContext(normalization: .averaging(batch: number)))
        }
        #expect(layer.running.values.mean == [4.5] && layer.running.values.variance == [5])
    }
}

/// Values that left the record stay as they were while parameters move.
@Suite struct HeldConstantsTests {
    @Test func centralDifferencesSeeWhatBackwardPassesSee() {
        let parameter = Tensor([3.0]).requiringGradient()
        func loss() -> Tensor {
            let constant = GradientRecording.off { parameter.square() }
            let read = parameter.values(as: Double.self)[0]
            return (parameter * parameter.detached * constant * read).sum()
        }
        let constants = HeldConstants { isOff in parameter.overwrite(with: Tensor([isOff ? 3.0 : 4.0])) }
        #expect(constants.first(loss).scalar == 243)
        parameter.overwrite(with: Tensor([4.0]))
        #expect(constants.again(loss).scalar == 4 * 3 * 9 * 3)
        #expect(loss().scalar == 4 * 4 * 16 * 4)
    }
}
