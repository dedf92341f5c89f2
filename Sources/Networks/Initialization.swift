import Foundation
import Tensor

/// Draws initial weights, each parameter from its own key, so that adding a layer changes no other.
public struct Initializer: Sendable {
    /// nil: nothing is drawn.
    private let key: RandomKey?
    /// The type of the weights.
    public let elementType: ElementType
    /// The dotted name of the part whose weights it draws, for messages.
    public let path: String

    /// An initialiser of the seed of a run.
    public init(seed: UInt64, elementType: ElementType = .float32) {
        self.init(key: RandomKey(seed: seed, purpose: .initialisation), elementType: elementType)
    }

    /// An initialiser that draws nothing: every drawn weight is 0. For networks that are only looked at, or loaded next.
    public static func blank(elementType: ElementType = .float32) -> Initializer {
        Initializer(key: nil, elementType: elementType)
    }

    private init(key: RandomKey?, elementType: ElementType, path: String = "") {
        self.key = key
        self.elementType = elementType
        self.path = path
    }

    /// The initialiser of the part called `name`.
    public func named(_ name: String) -> Initializer {
        Initializer(key: key?.derived(name), elementType: elementType, path: path.isEmpty ? name : "\(path).\(name)")
    }

    /// Uniform values in [-bound, bound).
    public func uniform(_ shape: [Int], bound: Double) -> Tensor {
        guard var stream = key?.stream else { return constant(0, shape) }
        let values = (0..<shape.reduce(1, *)).map { _ in stream.uniform(-bound, bound) }
        return Tensor(values, shape: shape).converted(to: elementType)
    }

    /// Uniform values of variance 2 / (inputs + outputs) for a matrix `[outputs, inputs]` (Glorot and Bengio 2010).
    public func xavier(_ shape: [Int]) -> Tensor {
        uniform(shape, bound: (6 / Double(shape[0] + shape[1])).squareRoot())
    }

    /// Normal values of mean 0 (Box and Muller 1958).
    public func normal(_ shape: [Int], standardDeviation: Double) -> Tensor {
        guard var stream = key?.stream else { return constant(0, shape) }
        let count = shape.reduce(1, *)
        var values: [Double] = []
        values.reserveCapacity(count + 1)
        while values.count < count {
            let radius = (-2 * log(1 - stream.uniform())).squareRoot() * standardDeviation
            let angle = 2 * Double.pi * stream.uniform()
            values += [radius * cos(angle), radius * sin(angle)]
        }
        return Tensor(Array(values.prefix(count)), shape: shape).converted(to: elementType)
    }

    /// Normal values of variance 2 / fan-out, for layers followed by ReLU (He et al. 2015); `shape` is `[O, I, taps...]`.
    public func kaimingFanOut(_ shape: [Int]) -> Tensor {
        let fanOut = shape[0] * shape[2...].reduce(1, *)
        return normal(shape, standardDeviation: (2 / Double(fanOut)).squareRoot())
    }

    /// Every value equal.
    public func constant(_ value: Double, _ shape: [Int]) -> Tensor {
        Tensor(repeating: value, shape: shape, elementType: elementType)
    }
}
