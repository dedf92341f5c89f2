import Foundation
import Tensor
import TestSupport
import Testing

/// The engine is settled once a process: every set of kernels and number of threads is tried in a process of its own.
@Suite struct KernelTests {
    static let sets = KernelSet.allCases.filter(\.isSupported)

    @Test(arguments: sets) func everyKernelSetAgreesWithTheReference(set: KernelSet) async {
        let name = set.rawValue
        await #expect(processExitsWith: .success) { [name = name as String] in
            try Engine.start(EngineConfiguration(kernelSet: KernelSet(rawValue: name)))
            try #require(Engine.backend.description.kernelSet.rawValue == name)
            for operation in try OperationCase.all() {
                let exact = try operation.differences(in: .float64)
                #expect(max(exact.outputs, exact.gradients) < 1e-12, "\(operation.name)")
                guard operation.name != "relu.1" else { continue }
                let single = try operation.differences(in: .float32)
                #expect(max(single.outputs, single.gradients) < 1e-5, "\(operation.name)")
            }
        }
    }

    @Test(arguments: sets) func bitsDoNotDependOnTheNumberOfThreads(set: KernelSet) async throws {
        let alone = try await digest(set, threads: 1)
        for threads in 2...3 { #expect(try await digest(set, threads: threads) == alone) }
    }

    /// Convolutions by kernels of our own also where the tests run with those of BLAS, whose sums depend on the number of threads.
    private func digest(_ set: KernelSet, threads: Int) async throws -> String {
        let name = set.rawValue
        let result = try await #require(processExitsWith: .success, observing: [\.standardOutputContent]) {
            [name = name as String, threads = threads as Int] in
            try Engine.start(EngineConfiguration(threads: threads, kernelSet: KernelSet(rawValue: name), convolution: .auto))
            try #require(Engine.backend.description.threads == threads)
            print("digest \(KernelWork.digest())")
        }
        return try #require(printedLine(beginning: "digest ", in: result.standardOutputContent))
    }

    /// Initial weights are the same on every machine.
    @Test(arguments: sets) func normalValuesAreThoseOfBoxAndMullerToTheBitInEverySet(set: KernelSet) async {
        let name = set.rawValue, here = KernelWork.normalDigest()
        await #expect(processExitsWith: .success) { [name = name as String, here = here as String] in
            try Engine.start(EngineConfiguration(kernelSet: KernelSet(rawValue: name)))
            #expect(KernelWork.normalDigest() == here)
            let key = RandomKey(seed: 5, purpose: .initialisation)
            var stream = key.stream
            let values = Tensor.normal([50_021], standardDeviation: 2, key: key, elementType: .float64).values(as: Double.self)
            let expected = (0..<25_011).flatMap { _ in
                let radius = 2 * (-2 * Glibc.log(1 - stream.uniform())).squareRoot(), angle = 2 * Double.pi * stream.uniform()
                return [radius * Glibc.cos(angle), radius * Glibc.sin(angle)]
            }
            #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 4e-14 })
        }
    }

    /// Inputs of every sign and exponent, those without a normal result among them.
    @Test(arguments: sets) func exponentialAndErrorFunctionAreRightToTheLastPlaces(set: KernelSet) async {
        await #expect(processExitsWith: .success) { [name = set.rawValue as String] in
            try Engine.start(EngineConfiguration(kernelSet: KernelSet(rawValue: name)))
            let inputs =
                (0..<65_536 as Range<UInt32>).map { Float(bitPattern: $0 &* 65_537) } + [-87.4, -103.9, -104.1, 88.7, 88.8]
            func isRight(_ found: Float, _ exact: Double, places: Double) -> Bool {
                let nearest = Float(exact)
                guard nearest.isFinite else { return found == nearest || (found.isNaN && nearest.isNaN) }
                return abs(Double(found) - exact) <= places * Double(nearest.ulp)
            }
            let powers = Tensor(inputs).exp().values(as: Float.self), errors = Tensor(inputs).erf().values(as: Float.self)
            #expect(zip(inputs, powers).allSatisfy { isRight($1, Glibc.exp(Double($0)), places: 1) })
            #expect(zip(inputs, errors).allSatisfy { isRight($1, Glibc.erf(Double($0)), places: 2) })
        }
    }

    @Test(arguments: [ElementType.float32, .float64]) func bitsDoNotDependOnWhereAnArrayIsCut(type: ElementType) {
        let whole = hashClips("whole", [50_021], type)
        let functions: [(Tensor) -> Tensor] = [
            { $0.exp() }, { $0.erf() }, { $0.sigmoid() }, { $0.tanh() }, { $0.square() }, { $0 * 0.3 + 1 }, { $0 / ($0 + 2) },
            { $0.relu() },
        ]
        for function in functions {
            let pieces = whole.split([1, 16_384, 33, 16_385, 7, 17_211]).map { function($0.copied()) }
            #expect(Tensor.concatenated(pieces).values(as: Double.self) == function(whole).values(as: Double.self))
        }
        let rows = hashClips("rows", [67, 3, 331], type)
        let sums = rows.split([1, 5, 61]).map { $0.copied().sum(axes: [1, 2]) }
        #expect(Tensor.concatenated(sums).values(as: Double.self) == rows.sum(axes: [1, 2]).values(as: Double.self))
    }

    @Test func aDroppedElementDependsOnKeyAndPlaceOnly() {
        let key = RandomKey(seed: 7, purpose: .dropout)
        let ones = Tensor(repeating: 1, shape: [40_000]), dropped = ones.droppedOut(rate: 0.3, key: key).values(as: Double.self)
        #expect(
            ones.sliced(0..<999).copied().droppedOut(rate: 0.3, key: key).values(as: Double.self) == Array(dropped.prefix(999)))
        #expect(ones.droppedOut(rate: 0.3, key: key.derived(1)).values(as: Double.self) != dropped)
        let share = Double(dropped.count { $0 == 0 }) / 40_000
        #expect(abs(share - 0.3) < 0.01 && dropped.allSatisfy { $0 == 0 || abs($0 - 1 / 0.7) < 1e-6 })
    }
}
