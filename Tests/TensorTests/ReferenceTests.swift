import Files
import Tensor
import TestSupport
import Testing

/// Values and gradients of every operation against PyTorch's (tools/reference/README.md).
@Suite struct ReferenceTests {
    static let cases: [OperationCase] = (try? OperationCase.all()) ?? []

    @Test func theReferenceIsComplete() throws {
        #expect(Self.cases.count == 118)
        #expect(Set(Self.cases.map(\.operation)).count == 40)
    }

    @Test func hashValuesAreThoseOfTheReference() throws {
        for entry in try reference("engine/hash_values.json").list("cases") {
            let values = HashValues(try entry.text("name")), expected = try entry.numbers("uniform")
            #expect(values.uniform(expected.count, -1, 1) == expected)
            let integers = try entry.integers("integersBelow10")
            #expect(values.integers(integers.count, below: 10) == integers)
            #expect(expected.map { Double(Float($0)) } == (try entry.numbers("f32")))
        }
    }

    @Test(arguments: cases) func agreesInDoublePrecision(operation: OperationCase) throws {
        let (outputs, gradients) = try operation.differences(in: .float64)
        #expect(outputs < 1e-12)
        #expect(gradients < 1e-12)
    }

    /// `relu.1` is left out: its 1e-300 is 0 in single precision.
    @Test(arguments: cases.filter { $0.name != "relu.1" }) func agreesInSinglePrecision(operation: OperationCase) throws {
        let (outputs, gradients) = try operation.differences(in: .float32)
        #expect(outputs < 1e-5)
        #expect(gradients < 1e-5)
    }
}
