import Foundation
import Networks
import Tensor
import TestSupport
import Testing

/// Computes what an ONNX file describes, operation by operation, on f64 tensors; whole numbers are f64 too.
struct GraphInterpreter {
    let file: ONNXDescription

    func logits(of clips: Tensor) throws -> Tensor {
        var values = Dictionary(uniqueKeysWithValues: file.weights.map { ($0.name, Tensor($0).converted(to: .float64)) })
        values["clips"] = clips.converted(to: .float64)
        for node in file.nodes {
            let inputs = try node.inputs.map { try #require(values[$0], "\($0) is used before it is there") }
            values[try #require(node.outputs.first)] = try compute(node, inputs)
        }
        return try #require(values["logits"])
    }

    private func compute(_ node: ONNXDescription.Node, _ x: [Tensor]) throws -> Tensor {
        switch node.operation {
        case "Conv": return try convolved(node, x)
        case "MaxPool": return x[0].maxPooled(try window(node))
        case "BatchNormalization":
            let statistics = ChannelStatistics(mean: x[3].values(as: Double.self), variance: x[4].values(as: Double.self))
            return x[0].batchNormalized(weight: x[1], bias: x[2], statistics: statistics, epsilon: try real("epsilon", node))
                .output
        case "LayerNormalization":
            #expect(try integer("axis", node) == -1)
            let centred = x[0] - x[0].mean(axes: [-1], keepingAxes: true)
            let variance = centred.square().mean(axes: [-1], keepingAxes: true)
            return centred / (variance + (try real("epsilon", node))).sqrt() * x[1] + x[2]
        case "Relu": return x[0].relu()
        case "Add": return x[0] + x[1]
        case "Mul": return x[0] * x[1]
        case "Sin": return mapped(x[0], sin)
        case "Cos": return mapped(x[0], cos)
        case "Erf": return mapped(x[0], erf)
        case "Cast": return x[0]
        case "MatMul": return product(x[0], x[1])
        case "Softmax": return x[0].softmax()
        case "GlobalAveragePool": return x[0].mean(axes: Array(2..<x[0].rank), keepingAxes: true)
        default: return try shaped(node, x)
        }
    }

    private func shaped(_ node: ONNXDescription.Node, _ x: [Tensor]) throws -> Tensor {
        switch node.operation {
        case "Flatten": return x[0].reshaped(to: [x[0].shape[0], -1])
        case "Shape": return vector(Array(x[0].shape[try integer("start", node)...]))
        case "Reshape":
            return x[0].reshaped(to: integers(x[1]).enumerated().map { $1 == 0 ? x[0].shape[$0] : $1 })
        case "Transpose": return x[0].permuted(try integers("perm", node))
        case "Unsqueeze":
            var shape = x[0].shape
            for axis in integers(x[1]) { shape.insert(1, at: axis) }
            return x[0].reshaped(to: shape)
        case "Expand": return x[0].expanded(to: integers(x[1]))
        case "Concat": return .concatenated(x, axis: try integer("axis", node))
        case "Range":
            let (start, end, step) = (integers(x[0])[0], integers(x[1])[0], integers(x[2])[0])
            return vector(Array(stride(from: start, to: end, by: step)))
        case "Gather":
            let axis = try integer("axis", node), index = integers(x[1])[0]
            #expect(x[1].shape == [])
            var shape = x[0].shape
            shape.remove(at: axis)
            return x[0].sliced(index..<index + 1, axis: axis).reshaped(to: shape)
        default: throw ReferenceError("the interpreter has no \(node.operation)")
        }
    }

    private func convolved(_ node: ONNXDescription.Node, _ x: [Tensor]) throws -> Tensor {
        #expect(try integer("group", node) == 1)
        let y = x[0].convolved(x[1], window: try window(node))
        return x.count > 2 ? y + x[2].reshaped(to: [-1, 1, 1, 1]) : y
    }

    /// Of matrices, or of batches of them along all axes before.
    private func product(_ a: Tensor, _ b: Tensor) -> Tensor {
        guard b.rank > 2 else {
            return a.reshaped(to: [-1, b.shape[0]]).matrixProduct(b).reshaped(to: a.shape.dropLast() + [b.shape[1]])
        }
        let one = a.reshaped(to: [-1] + a.shape.suffix(2)), other = b.reshaped(to: [-1] + b.shape.suffix(2))
        return one.matrixProduct(other).reshaped(to: a.shape.dropLast() + [b.shape[b.rank - 1]])
    }

    private func mapped(_ x: Tensor, _ function: (Double) -> Double) -> Tensor {
        Tensor(x.values(as: Double.self).map(function), shape: x.shape)
    }

    private func vector(_ values: [Int]) -> Tensor { Tensor(values.map { Double($0) }) }

    private func integers(_ x: Tensor) -> [Int] { x.values(as: Double.self).map { Int($0) } }

    private func window(_ node: ONNXDescription.Node) throws -> Window {
        let pads = try integers("pads", node)
        #expect(pads.count == 6 && pads[..<3] == pads[3...])
        return Window(
            kernel: try integers("kernel_shape", node), stride: try integers("strides", node), padding: Array(pads[..<3]))
    }

    // MARK: Attributes

    private func integers(_ name: String, _ node: ONNXDescription.Node) throws -> [Int] {
        guard case .integers(let values) = node.attributes[name] else { throw ReferenceError("\(node.operation) has no \(name)") }
        return values
    }

    private func integer(_ name: String, _ node: ONNXDescription.Node) throws -> Int {
        guard case .integer(let value) = node.attributes[name] else { throw ReferenceError("\(node.operation) has no \(name)") }
        return value
    }

    private func real(_ name: String, _ node: ONNXDescription.Node) throws -> Double {
        guard case .real(let value) = node.attributes[name] else { throw ReferenceError("\(node.operation) has no \(name)") }
        return value
    }
}
