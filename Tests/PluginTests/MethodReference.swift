import Datasets
import Files
import Tensor
import TestSupport
import Testing
import Training

/// One run of `methods/*_steps.json`: the options of a method and of the optimiser, and what PyTorch found.
struct MethodReference: Sendable, CustomTestStringConvertible {
    let name: String, options: [String]
    let learningRate: Double, momentum: Double, usesNesterov: Bool, weightDecay: Double, clipNorm: Double
    let steps: [JSON], parameterNorms: JSON, runningNorms: JSON
    /// Of a method that clusters: the cluster of each sample by what was clustered.
    let clusters: JSON?
    /// The samples that its steps show; empty: the first.
    let samples: [Int]

    /// The runs of a file.
    static func all(_ file: String) throws -> [MethodReference] {
        let content = try reference(file)
        return try content.list("runs").map { run in
            MethodReference(
                name: try run.text("name"), options: try run.list("options").compactMap(\.stringValue),
                learningRate: try run.number("learningRate"), momentum: try content.number("momentum"),
                usesNesterov: run["nesterov"] == .boolean(true), weightDecay: try run.number("weightDecay"),
                clipNorm: try run.number("clipNorm"), steps: try run.list("steps"),
                parameterNorms: try run.member("parameterNorms"), runningNorms: try run.member("runningNorms"),
                clusters: run["clusters"], samples: (content["samples"]?.arrayValue ?? []).compactMap(\.integerValue))
        }
    }

    var testDescription: String { name }
}

/// A method in training in double precision, as the loop drives it.
final class MethodRun {
    /// What one step gave.
    struct Step {
        var terms: [String: Double], total: Double, gradientNorm: Double, monitors: [String: Double]
    }

    let method: any Method
    private let optimizer: Optimizer
    private let learningRate: Double, totalSteps: Int, samples: [Int]
    private var step = 0

    /// A run from the weights of the reference, which differ from network to network; before that from `state`, where given.
    init(_ type: any Method.Type, _ run: MethodReference, from state: StateTree? = nil) throws {
        method = try type.init(setup(of: type, run.options, classes: 10))
        if let state { try method.restore(state) }
        for network in method.networks.members {
            network.module.loadHashWeights(prefix: "\(network.name).", runningStatistics: false)
        }
        optimizer = Optimizer(
            method.networks, StochasticGradientDescent(momentum: run.momentum, usesNesterov: run.usesNesterov),
            weightDecay: run.weightDecay, clipNorm: run.clipNorm)
        learningRate = run.learningRate
        totalSteps = run.steps.count
        samples = run.samples
    }

    /// Hash clips for every view that the method asks for.
    private func batch() -> Batch {
        let streams = method.views.streams.map { stream in
            let views = stream.views.map { view in
                let shape = [stream.batchSize] + stream.shape(of: view)
                return (view.name, hashClips("step\(step).\(stream.name).\(view.name)", shape, .float64))
            }
            let labels = stream.source == .labeled ? HashValues("step\(step).labels").integers(stream.batchSize, below: 10) : []
            let batch = StreamBatch(
                sampleIndices: samples.isEmpty ? Array(0..<stream.batchSize) : samples, labels: labels,
                views: Dictionary(uniqueKeysWithValues: views))
            return (stream.name, batch)
        }
        return Batch(Dictionary(uniqueKeysWithValues: streams))
    }

    /// Forward, losses, backward, optimiser.
    func advance() throws -> Step {
        let context = StepContext(step: step, totalSteps: totalSteps)
        let terms = try method.losses(batch(), at: context)
        let total = terms.dropFirst().reduce(terms[0].value * terms[0].weight) { $0 + $1.value * $1.weight }
        total.backward()
        let values = Dictionary(uniqueKeysWithValues: terms.map { ($0.name, $0.value.scalar) })
        let norm = optimizer.step(learningRate: learningRate)
        try method.didStep(context)
        step += 1
        return Step(
            terms: values, total: total.scalar, gradientNorm: norm,
            monitors: Dictionary(uniqueKeysWithValues: context.monitors.map { ($0.name, $0.value) }))
    }
}

// MARK: After the last step

extension MethodRun {
    /// Of each network and head the norm over its parameters.
    var parameterNorms: [String: Double] { norms { !$0.contains("running_") } }

    /// Of each network and head the norm over its running statistics.
    var runningNorms: [String: Double] { norms { $0.contains("running_") } }

    private func norms(_ belongs: (String) -> Bool) -> [String: Double] {
        let norms = method.networks.members.map { network in
            let tensors = network.module.networkState.tensors.filter { belongs($0.key) }
            return (network.name, tensors.values.reduce(0) { $0 + $1.sumOfSquares }.squareRoot())
        }
        return Dictionary(uniqueKeysWithValues: norms)
    }
}
