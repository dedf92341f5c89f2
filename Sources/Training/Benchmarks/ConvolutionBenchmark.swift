import Networks
import Tensor

/// The distinct convolutions of a backbone, each by itself.
struct ConvolutionBenchmark {
    let bench: BenchmarkSetting

    init(_ bench: BenchmarkSetting) { self.bench = bench }

    /// What is computed of a convolution.
    enum Pass: String, CaseIterable {
        case forward, inputGradient = "input gradient", weightGradient = "weight gradient"
    }

    func run(_ report: (BenchmarkResult) throws -> Void) throws {
        let clips = bench.batch.labeled
        let shapes = try bench.convolutions()
        let limit = bench.options.limit ? (MatrixProductBenchmark.rate(), MatrixProductBenchmark.limitName) : nil
        var distinct: Set<ConvolutionShape> = []
        var operations = 0.0
        var seconds = [Double](repeating: 0, count: bench.options.repeats)
        for shape in shapes where distinct.insert(shape).inserted {
            let flops = 2 * Double(clips * shape.multiplyAdds)
            // The gradient of the clip itself is never asked for.
            for pass in Pass.allCases where pass != .inputGradient || shape != shapes[0] {
                let times = bench.seconds(work(pass, shape, clips: clips)).sorted()
                try report(
                    BenchmarkResult(
                        bench: bench.name, subject: subject(pass, shape, clips: clips), unit: "GFLOP/s",
                        rates: times.map { 1e-9 * flops / $0 }, limit: limit))
                let uses = Double(shapes.filter { $0 == shape }.count)
                operations += uses * flops
                for (index, time) in times.enumerated() { seconds[index] += uses * time }
            }
        }
        try report(
            BenchmarkResult(
                bench: bench.name, subject: "\(bench.subject(clips: clips)) all, forward and gradients", unit: "GFLOP/s",
                rates: seconds.map { 1e-9 * operations / $0 }, limit: limit))
    }

    private func subject(_ pass: Pass, _ shape: ConvolutionShape, clips: Int) -> String {
        func times(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: "x") }
        return "f32 \(clips)x\(shape.inputs)x\(times(shape.input)) to \(shape.outputs) by \(times(shape.window.kernel))"
            + (shape.window.stride == [1, 1, 1] ? "" : " step \(times(shape.window.stride))") + " \(pass.rawValue)"
    }

    private func work(_ pass: Pass, _ shape: ConvolutionShape, clips: Int) -> () -> Void {
        func volume(_ extents: [Int], seed: UInt64) -> StridedArray {
            RandomClips.tensor(extents, seed: seed).channelsLast.array
        }
        let x = volume([clips, shape.inputs] + shape.input, seed: 1)
        let weights = volume([shape.outputs, shape.inputs / shape.groups] + shape.window.kernel, seed: 2)
        let y = volume([clips] + shape.output, seed: 3)
        let window = shape.window
        return {
            switch pass {
            case .forward: Engine.backend.convolution(x, weights: weights, window: window, into: y)
            case .inputGradient: Engine.backend.convolutionBackwardInput(y, weights: weights, window: window, into: x)
            case .weightGradient: Engine.backend.convolutionBackwardWeights(x, y, window: window, into: weights)
            }
        }
    }
}
