import Files
import Networks
import Tensor
import TestSupport
import Testing
import Training

/// Ten steps of each rule against PyTorch's (`tools/reference/optimizers.py`).
@Suite struct OptimizerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String, entry: JSON
        var testDescription: String { name }

        static func all() throws -> [Case] {
            try reference("engine/optimizers.json").list("cases").map { Case(name: try $0.text("name"), entry: $0) }
        }

        /// The rule and its settings, as the command line takes them.
        func options() throws -> OptimizerOptions {
            var arguments: [String] = []
            for (key, value) in try entry.member("settings").objectValue ?? [] {
                let name = key == "optimizer" ? key : "optimizer.\(key)"
                arguments.append("\(name)=\(value.stringValue ?? value.serialized())")
            }
            return try ConfigurationSchema([OptimizerOptions.self]).resolve([.commandLine(arguments)])[OptimizerOptions.self]
        }
    }

    static let cases = (try? Case.all()) ?? []

    /// The two layers of the reference and their optimiser.
    private struct Setting {
        let layers: [(name: String, layer: Linear)]
        let optimizer: Optimizer
        let options: OptimizerOptions
        let name: String

        init(_ run: Case, _ type: ElementType = .float64) throws {
            name = run.name
            let initializer = Initializer(seed: 0, elementType: type)
            let a = Linear(inputs: 4, outputs: 3, initializer), b = Linear(inputs: 5, outputs: 2, initializer)
            layers = [("a", a), ("b", b)]
            for (layer, module) in layers {
                for (key, parameter) in module.namedParameters {
                    let start = hashClips("\(run.name).\(layer).\(key)", parameter.value.shape, type)
                    parameter.value.overwrite(with: run.name == "lars.zero" && layer + key == "aweight" ? start * 0 : start)
                }
            }
            options = try run.options()
            let networks = NetworkSet(
                [
                    NamedNetwork("a", a),
                    NamedNetwork(
                        "b", b, learningRateFactor: try run.entry.number("factor"), weightDecay: try run.entry.number("ownDecay")),
                ], evaluated: nil)
            optimizer = Optimizer(
                networks, options.rule, weightDecay: options.weightDecay, clipNorm: options.clipNorm > 0 ? options.clipNorm : nil)
        }

        /// A step; layers whose name is not among `reached` get no gradient.
        func step(_ number: Int, reached: Set<String> = ["a", "b"], follower: (any ParameterFollower)? = nil) {
            for (layer, module) in layers where reached.contains(layer) {
                for (key, parameter) in module.namedParameters {
                    let slope = hashClips(
                        "\(name).step\(number).\(layer).\(key)", parameter.value.shape, parameter.value.elementType)
                    (parameter.value * slope).sum().backward()
                }
            }
            optimizer.step(learningRate: options.learningRate, follower: follower)
        }

        /// An average of one of the layers.
        func average(_ index: Int, _ type: ElementType) -> ExponentialMovingAverage<Linear> {
            let layer = layers[index].layer, shape = layer.weight.value.shape
            let twin = Linear(inputs: shape[1], outputs: shape[0], Initializer(seed: 1, elementType: type))
            return ExponentialMovingAverage(of: layer, twin: twin, decay: 0.9)
        }

        func difference(from expected: JSON) throws -> Double {
            try layers.flatMap { layer, module in
                try module.namedParameters.map { key, parameter in
                    relativeDifference(parameter.value.values(as: Double.self), try expected.numbers("\(layer).\(key)"))
                }
            }.max() ?? .infinity
        }
    }

    @Test func theReferenceIsComplete() {
        #expect(Self.cases.map(\.name) == ["sgd", "adamw", "adamw.clipped", "lars", "lars.zero"])
    }

    @Test(arguments: cases, [ElementType.float64, .float32]) func tenStepsAgree(run: Case, type: ElementType) throws {
        let setting = try Setting(run, type), steps = try run.entry.list("steps")
        for (number, expected) in steps.enumerated() {
            setting.step(number)
            #expect(try setting.difference(from: expected) < (type == .float64 ? 1e-12 : 2e-6), "step \(number)")
        }
    }

    @Test(arguments: cases) func aRestoredOptimizerGoesOnBitForBit(run: Case) throws {
        let whole = try Setting(run), stopped = try Setting(run)
        for number in 0..<4 {
            whole.step(number)
            stopped.step(number)
        }
        let resumed = try Setting(run)
        for ((_, from), (_, to)) in zip(stopped.layers, resumed.layers) { to.copyState(from: from) }
        try resumed.optimizer.restore(stopped.optimizer.state)
        for number in 4..<7 {
            whole.step(number)
            resumed.step(number)
        }
        for ((_, one), (_, other)) in zip(whole.layers, resumed.layers) { #expect(one.weightsDigest == other.weightsDigest) }
        #expect(throws: StateError.self) { try resumed.optimizer.restore(StateTree()) }
    }

    @Test(arguments: cases, [ElementType.float64, .float32])
    func anAverageInThePassOfTheStepHasTheBitsOfOneThatFollowsIt(run: Case, type: ElementType) throws {
        let fused = try Setting(run, type), apart = try Setting(run, type)
        for index in 0...1 {
            let (within, after) = (fused.average(index, type), apart.average(index, type))
            for number in 0..<4 {
                // The second layer gets no gradient in some steps, and its average follows all the same.
                let reached: Set = number.isMultiple(of: 2) ? ["a", "b"] : ["a"]
                fused.step(number, reached: reached, follower: within)
                apart.step(number, reached: reached)
                after.update()
                #expect(within.twin.weightsDigest == after.twin.weightsDigest, "layer \(index), step \(number)")
            }
            #expect(within.twin.weightsDigest != fused.layers[index].layer.weightsDigest)
        }
    }

    /// The worked example of the SimCLR card.
    @Test func theRateOfLARSIsThatOfTheCard() {
        let layer = Linear(inputs: 2, outputs: 1, hasBias: false, Initializer(seed: 0, elementType: .float64))
        layer.weight.value.overwrite(with: Tensor([3.0, 4], shape: [1, 2]))
        let optimizer = Optimizer(NetworkSet([NamedNetwork("w", layer)], evaluated: nil), LARS(), weightDecay: 1e-4)
        (layer.weight.value * Tensor([0.1, 0.2], shape: [1, 2])).sum().backward()
        optimizer.step(learningRate: 1)
        let weights = layer.weight.value.values(as: Double.self)
        #expect(abs(weights[0] - 2.997762) < 1e-6 && abs(weights[1] - 3.995529) < 1e-6)
    }

    @Test func nesterovWithoutMomentumIsAConflictOfItsOwnRuleOnly() throws {
        func options(_ arguments: String...) throws -> OptimizerOptions {
            try ConfigurationSchema([OptimizerOptions.self]).resolve([.commandLine(arguments)])[OptimizerOptions.self]
        }
        #expect(throws: ConfigurationError.self) { try options("optimizer.momentum=0") }
        #expect(try options("optimizer=lars", "optimizer.momentum=0").rule is LARS)
        #expect(try options().rule is StochasticGradientDescent)
        #expect(throws: ConfigurationError.self) { try options("optimizer=adam") }
    }
}
