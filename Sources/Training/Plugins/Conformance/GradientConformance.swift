import Datasets
import Networks
import Tensor

/// Compares a method's gradients with central differences, in double precision: each loss term by itself, along a random
/// direction in the parameters of each network by itself.
struct GradientConformance {
    private let method: any Method
    private let batch: Batch
    private let start: StateTree
    private let step = StepContext(step: 0, totalSteps: 1)

    /// Relative to the larger slope, or to 1.
    private static let tolerance = 1e-4
    /// How far parameters are moved. Kinks of ReLU spoil the larger distances, rounding the smaller ones; a wrong gradient
    /// disagrees at all.
    private static let distances = [1e-7, 1e-8, 1e-9]

    init(_ bench: ConformanceBench) throws {
        // Whatever has a confidence counts, and no warm-up holds a term back.
        let open = ["method.confidenceThreshold=0", "method.warmupShare=0", "method.rampShare=0"]
        let names = Set(bench.entry.type.options.flatMap { $0.declarations.map(\.name) })
        let plan = try bench.plan(open.filter { names.contains(String($0.prefix { $0 != "=" })) })
        method = try plan.makeMethod(elementType: .float64)
        batch = try ConformanceBatches(plan, method).next().inDoublePrecision
        start = method.state
        // Heads begin with tiny weights, whose gradients would vanish in the rounding of the rest.
        var stream = RandomKey(seed: 7, purpose: .synthesis).stream
        for member in method.networks.members {
            for (name, parameter) in member.module.namedParameters where name.hasPrefix("fc.") {
                let values = (0..<parameter.value.count).map { _ in stream.uniform(-0.5, 0.5) }
                parameter.value.overwrite(with: Tensor(values, shape: parameter.value.shape))
            }
        }
    }

    /// The first disagreement, or nil.
    func problem() throws -> String? {
        let networks = method.networks.members.filter(\.isTrained)
        for (number, network) in networks.enumerated() {
            let parameters = network.module.namedParameters.map(\.parameter)
            guard !parameters.isEmpty else { continue }
            let found = try slopes(parameters, seed: UInt64(number))
            if let bad = found.first(where: { !$0.agrees(within: GradientConformance.tolerance) }) {
                return
                    "the loss \(bad.term) along network \(network.name): the gradient says \(bad.analytic), central differences "
                    + "\(bad.numeric.last ?? .nan); is something detached that should not be, or read as a number?"
            }
        }
        return nil
    }

    /// The slope of one loss term along a direction, found in two ways.
    private struct Slope {
        let term: String, analytic: Double
        /// By distance.
        let numeric: [Double]

        func agrees(within tolerance: Double) -> Bool {
            numeric.contains { abs(analytic - $0) <= tolerance * max(1, abs(analytic), abs($0)) }
        }
    }

    private func slopes(_ parameters: [Parameter], seed: UInt64) throws -> [Slope] {
        let place = parameters.map { $0.value.copied() }
        var stream = RandomKey(seed: seed, purpose: .synthesis).stream
        let direction = place.map { value in
            Tensor((0..<value.count).map { _ in stream.uniform(-1, 1) }, shape: value.shape)
        }
        func move(_ distance: Double) {
            for (parameter, (value, direction)) in zip(parameters, zip(place, direction)) {
                parameter.value.overwrite(with: value + direction * distance)
            }
        }
        var distance = 0.0
        let constants = HeldConstants { isOff in move(isOff ? 0 : distance) }
        let count = try constants.first { try terms() }.count
        let names = try constants.again { try terms() }.map(\.name)
        let analytic = try (0..<count).map { number -> Double in
            let again = try constants.again { try terms() }
            again[number].value.backward()
            defer { clear() }
            return zip(parameters, direction).reduce(0) { sum, pair in
                sum + (pair.0.gradient.map { ($0 * pair.1).sum().scalar } ?? 0)
            }
        }
        func values(at place: Double) throws -> [Double] {
            distance = place
            move(distance)
            defer { move(0) }
            return try constants.again { try terms() }.map { $0.value.scalar }
        }
        let numeric = try GradientConformance.distances.map { distance -> [Double] in
            zip(try values(at: distance), try values(at: -distance)).map { ($0 - $1) / (2 * distance) }
        }
        return names.indices.map { number in
            Slope(term: names[number], analytic: analytic[number], numeric: numeric.map { $0[number] })
        }
    }

    /// The loss terms from the method's first state.
    private func terms() throws -> [LossTerm] {
        try method.restore(start)
        return try method.losses(batch, at: step)
    }

    private func clear() {
        for member in method.networks.members {
            for (_, parameter) in member.module.namedParameters { parameter.value.clearGradient() }
        }
    }
}
