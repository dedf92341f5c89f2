import Foundation
import Tensor

/// The class probabilities that a network gives some samples: softmax(logits / temperature), in double, no gradient.
public struct ClassProbabilities: Sendable, Equatable {
    /// One row of probabilities a sample, each summing to 1.
    public let rows: [[Double]]

    /// Given probabilities.
    public init(rows: [[Double]]) { self.rows = rows }

    /// The probabilities of `logits` `[N, classes]`.
    public init(logits: Tensor, temperature: Double = 1) {
        let values = logits.values(as: Double.self), classes = logits.shape[1]
        rows = (0..<logits.shape[0]).map { row in
            let scaled = values[row * classes..<(row + 1) * classes].map { $0 / temperature }
            let largest = scaled.max() ?? 0
            let exponentials = scaled.map { exp($0 - largest) }
            let total = exponentials.reduce(0, +)
            return exponentials.map { $0 / total }
        }
    }

    /// The largest probability of each sample.
    public var confidences: [Double] { rows.map { $0.max() ?? 0 } }

    /// The most probable class of each sample; of equals the lowest.
    public var labels: [Int] { rows.map { row in row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 } } }

    /// The mean over the samples, by class.
    public var mean: [Double] {
        guard let first = rows.first else { return [] }
        let sums = rows.reduce([Double](repeating: 0, count: first.count)) { zip($0, $1).map(+) }
        return sums.map { $0 / Double(rows.count) }
    }

    /// The rows as a tensor `[N, classes]`.
    public func tensor(_ elementType: ElementType) -> Tensor {
        Tensor(rows.flatMap(\.self), shape: [rows.count, rows.first?.count ?? 0]).converted(to: elementType)
    }
}

/// How many of `labels` are each class.
func histogram(_ labels: [Int], classes: Int) -> [Double] {
    labels.reduce(into: [Double](repeating: 0, count: classes)) { $0[$1] += 1 }
}

/// decay a + (1 - decay) b, element by element.
func movingAverage(_ a: [Double], _ b: [Double], decay: Double) -> [Double] {
    zip(a, b).map { decay * $0 + (1 - decay) * $1 }
}
