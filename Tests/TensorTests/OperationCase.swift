import Files
import Tensor
import TestSupport
import Testing

/// A case of `operations.json`: inputs by name or value, and what PyTorch makes of them in double precision.
struct OperationCase: Sendable, CustomTestStringConvertible {
    let name: String, operation: String
    let options: JSON
    private let entry: JSON

    /// All cases of the file.
    static func all() throws -> [OperationCase] { try reference("engine/operations.json").list("cases").map(OperationCase.init) }

    private init(_ entry: JSON) throws {
        self.entry = entry
        name = try entry.text("name")
        operation = try entry.text("operation")
        options = try entry.member("options")
    }

    var testDescription: String { name }

    /// The largest relative differences of this case, computed in `type`, from the reference.
    func differences(in type: ElementType) throws -> (outputs: Double, gradients: Double) {
        let inputs = try OperationInputs(entry.list("inputs"), type)
        let outputs = try self.outputs(inputs)
        let expected = try entry.list("outputs"), shapes = try entry.list("outputShapes")
        var largest = outputs.count == expected.count ? 0 : Double.infinity
        for (output, (values, shape)) in zip(outputs, zip(expected, shapes)) {
            guard output.shape.map(Double.init) == (try shape.numbers()) else { return (.infinity, .infinity) }
            largest = max(largest, relativeDifference(output.values(as: Double.self), try values.numbers()))
        }
        return (largest, try entry["gradients"] == nil ? 0 : gradientDifference(inputs, outputs, type))
    }

    private func gradientDifference(_ inputs: OperationInputs, _ outputs: [Tensor], _ type: ElementType) throws -> Double {
        var loss = Tensor.zeros([], elementType: type)
        for (output, upstream) in try zip(outputs, entry.list("upstreams")) where upstream != .null {
            loss = loss + (output * (try OperationInputs.tensor(upstream, type))).sum()
        }
        loss.backward()
        var largest = 0.0
        for (input, expected) in try zip(entry.list("inputs"), entry.list("gradients")) where expected != .null {
            let role = try input.text("role")
            let gradient = try #require(inputs[role].gradient, "\(name) gives no gradient to \(role)")
            largest = max(largest, relativeDifference(gradient.values(as: Double.self), try expected.numbers()))
        }
        return largest
    }
}

/// The inputs of a case by their roles.
struct OperationInputs {
    private var tensors: [String: Tensor] = [:]
    private var indices: [String: [Int]] = [:]

    init(_ entries: [JSON], _ type: ElementType) throws {
        for entry in entries {
            let role = try entry.text("role")
            if entry["integers"] != nil {
                indices[role] = try entry.integers("integers")
            } else if entry["count"] != nil {
                let count = try entry.integers("shape").reduce(1, *)
                indices[role] = HashValues(try entry.text("name")).integers(count, below: try entry.integer("count"))
            } else {
                let value = try OperationInputs.tensor(entry, type)
                tensors[role] = entry["constant"]?.booleanValue == true ? value : value.requiringGradient()
            }
        }
    }

    /// The tensor that an entry of the reference describes.
    static func tensor(_ entry: JSON, _ type: ElementType) throws -> Tensor {
        let shape = try entry.integers("shape"), count = shape.reduce(1, *)
        let values =
            try entry["values"]?.numbers()
            ?? HashValues(entry.text("name")).uniform(count, entry.number("low"), entry.number("high"))
        return Tensor(values, shape: shape).converted(to: type)
    }

    /// The tensor of a role that the case has.
    subscript(role: String) -> Tensor { tensors[role] ?? Tensor.zeros([0]) }

    /// The tensor of a role that the case may not have.
    func optional(_ role: String) -> Tensor? { tensors[role] }

    /// The whole numbers of a role.
    func integers(_ role: String) -> [Int] { indices[role] ?? [] }
}
