import Datasets
import Networks
import Tensor

/// Compares a method's gradients with central differences, in double precision: each loss term by itself, along a random
/// direction in the parameters of each network by itself.
struct GradientConformance {
    private let method: any Method
    private let batch: Batch
    private let start: StateTree
    /// Every parameter as it is at first, by network and name: restoring a method may give it fresh heads.
    private let place: [String: [String: Tensor]]
    private let step: StepContext
    private let stage: TrainingStage

    /// Relative to the larger slope; and what rounding leaves of a small one.
    private static let tolerance = 1e-4, rounding = 1e-6
    /// How far parameters are moved. Kinks of ReLU spoil the larger distances, rounding the smaller ones; a wrong gradient
    /// disagrees at all.
    private static let distances = [1e-7, 1e-8, 1e-9]

    /// The first disagreement in some stage of the bench's method, or nil.
    static func problem(_ bench: ConformanceBench) throws -> String? {
        for stage in try bench.plan().makeMethod().stages.indices {
            if let problem = try GradientConformance(bench, stage: stage).problem() { return problem }
        }
        return nil
    }

    private init(_ bench: ConformanceBench, stage number: Int) throws {
        // Whatever has a confidence counts, and no warm-up holds a term back.
        let open = ["method.confidenceThreshold=0", "method.warmupShare=0", "method.rampShare=0"]
        let plan = try bench.plan(ConfigurationSchema(bench.entry.type.options).known(open))
        method = try plan.makeMethod(elementType: .float64)
        stage = method.stages[number]
        let steps = try ConformanceSteps(plan, method, stage: number, elementType: .float64)
        step = steps.context(0)
        batch = try steps.batch(step)
        start = method.state.copied()
        var stream = RandomKey(seed: 7, purpose: .synthesis).stream
        place = method.networks.members.reduce(into: [:]) { place, member in
            for (name, parameter) in member.module.namedParameters {
                // Classifiers begin with tiny weights, whose gradients would vanish in the rounding of the rest.
                let values = (0..<parameter.value.count).map { _ in stream.uniform(-0.5, 0.5) }
                place[member.name, default: [:]][name] =
                    name.hasPrefix("fc.") ? Tensor(values, shape: parameter.value.shape) : parameter.value.copied()
            }
        }
    }

    private func problem() throws -> String? {
        let networks = method.networks.members.filter { $0.isTrained && stage.networks?.contains($0.name) ?? true }
        for (number, network) in networks.enumerated() where !network.module.namedParameters.isEmpty {
            guard try isReached(network.name) else {
                return "no loss of stage \(stage.name) has a gradient in network \(network.name); one that no option lets learn "
                    + "is no network of the method"
            }
            let found = try slopes(of: network.name, seed: UInt64(number))
            if let bad = found.first(where: { !$0.agrees }) {
                return
                    "the loss \(bad.term) along network \(network.name): the gradient says \(bad.analytic), central differences "
                    + "\(bad.numeric.last ?? .nan); does a value leave the record other than by `detached` or by reading it?"
            }
        }
        return nil
    }

    /// The slope of one loss term along a direction, found in two ways.
    private struct Slope {
        let term: String, analytic: Double
        /// By distance.
        let numeric: [Double]

        /// The loss itself, whose rounding the differences carry.
        let value: Double

        var agrees: Bool {
            numeric.contains {
                abs(analytic - $0) <= GradientConformance.tolerance * max(abs(analytic), abs($0)) + GradientConformance.rounding
                    * max(1, abs(value))
            }
        }
    }

    private func slopes(of network: String, seed: UInt64) throws -> [Slope] {
        var stream = RandomKey(seed: seed, purpose: .synthesis).stream
        let direction = (place[network] ?? [:]).sorted { $0.key < $1.key }.reduce(into: [String: Tensor]()) { found, entry in
            let values = (0..<entry.value.count).map { _ in stream.uniform(-1, 1) }
            found[entry.key] = Tensor(values, shape: entry.value.shape)
        }
        var distance = 0.0
        let arrange = { (distance: Double) in self.arrange(moving: network, along: direction, by: distance) }
        let constants = HeldConstants { isOff in arrange(isOff ? 0 : distance) }
        func terms() throws -> [LossTerm] {
            try method.restore(start)
            arrange(distance)
            return try method.losses(batch, at: step)
        }
        let names = try constants.first { try terms() }.map(\.name)
        let analytic = try names.indices.map { number -> Double in
            let found = try constants.again { try terms() }
            found[number].value.backward()
            defer { method.networks.clearGradients() }
            return parameters(of: network).reduce(0) { sum, entry in
                guard let gradient = entry.parameter.gradient, let direction = direction[entry.name] else { return sum }
                return sum + (gradient * direction).sum().scalar
            }
        }
        func values(at place: Double) throws -> [Double] {
            distance = place
            return try constants.again { try terms() }.map { $0.value.scalar }
        }
        let here = try values(at: 0)
        let numeric = try GradientConformance.distances.map { distance -> [Double] in
            zip(try values(at: distance), try values(at: -distance)).map { ($0 - $1) / (2 * distance) }
        }
        return names.indices.map { number in
            Slope(
                term: names[number], analytic: analytic[number], numeric: numeric.map { $0[number] }, value: here[number])
        }
    }

    // MARK: Parameters

    private func parameters(of network: String) -> [(name: String, parameter: Parameter)] {
        method.networks.members.first { $0.name == network }?.module.namedParameters ?? []
    }

    /// Puts all networks in their place, one of them moved.
    private func arrange(moving network: String, along direction: [String: Tensor], by distance: Double) {
        for (member, tensors) in place {
            for (name, parameter) in parameters(of: member) {
                guard let value = tensors[name] else { continue }
                let isMoved = member == network && distance != 0
                parameter.value.overwrite(with: isMoved ? direction[name].map { value + $0 * distance } ?? value : value)
            }
        }
    }

    /// Whether some parameter gets a gradient.
    private func isReached(_ network: String) throws -> Bool {
        defer { method.networks.clearGradients() }
        try method.losses(batch, at: step).total?.backward()
        return parameters(of: network).contains { $0.parameter.gradient?.sumOfSquares ?? 0 > 0 }
    }
}
