import Tensor

/// Square matrix products.
struct MatrixProductBenchmark {
    let bench: BenchmarkSetting

    init(_ bench: BenchmarkSetting) { self.bench = bench }

    static let limitName = "sgemm rate"

    func run(_ report: (BenchmarkResult) throws -> Void) rethrows {
        for size in [512, 1024, 2048] {
            let seconds = bench.seconds(MatrixProductBenchmark.product(size))
            let rates = seconds.map { MatrixProductBenchmark.rate(size, seconds: $0) }
            try report(BenchmarkResult(bench: bench.name, subject: "f32 \(size)x\(size)x\(size)", unit: "GFLOP/s", rates: rates))
        }
    }

    /// The median rate of some products of 2048 x 2048 matrices in GFLOP/s: what other work is compared with.
    static func rate() -> Double {
        let seconds = Stopwatch.seconds(repeats: 5, warmups: 1, product(2048)).sorted()
        return rate(2048, seconds: seconds[2])
    }

    private static func rate(_ size: Int, seconds: Double) -> Double { 2e-9 * Double(size * size * size) / seconds }

    private static func product(_ size: Int) -> () -> Void {
        let a = RandomClips.tensor([size, size], seed: 1), b = RandomClips.tensor([size, size], seed: 2)
        let c = Tensor.uninitialized([size, size], .float32)
        return { Engine.backend.matrixProduct(a.array, b.array, into: c, accumulates: false) }
    }
}

/// Tensors of random values.
enum RandomClips {
    /// Uniform in [-1, 1).
    static func tensor(_ shape: [Int], seed: UInt64) -> Tensor {
        var stream = RandomKey(seed: seed, purpose: .synthesis).stream
        return Tensor((0..<shape.reduce(1, *)).map { _ in Float(stream.uniform(-1, 1)) }, shape: shape)
    }
}
