import Files
import Tensor

/// Tensors by name: everything that a resume must restore.
public struct StateTree {
    /// The tensors by their full names.
    public private(set) var tensors: [String: Tensor] = [:]

    /// A tree without tensors.
    public init() {}

    /// A tree of these tensors.
    public init(_ tensors: [String: Tensor]) { self.tensors = tensors }

    /// The tensor called `name`.
    public subscript(name: String) -> Tensor? {
        get { tensors[name] }
        set { tensors[name] = newValue }
    }

    /// Adds `tree` with `prefix` and a dot before each name.
    public mutating func add(_ tree: StateTree, under prefix: String) {
        for (name, tensor) in tree.tensors { tensors["\(prefix).\(name)"] = tensor }
    }

    /// The tensors whose names begin with `prefix` and a dot, without that.
    public func below(_ prefix: String) -> StateTree {
        let start = prefix + "."
        return StateTree(
            Dictionary(
                uniqueKeysWithValues: tensors.compactMap { name, tensor in
                    name.hasPrefix(start) ? (String(name.dropFirst(start.count)), tensor) : nil
                }))
    }

    /// These tensors and those of `other`, which have other names.
    func merging(_ other: StateTree) -> StateTree { StateTree(tensors.merging(other.tensors) { $1 }) }

    /// The same values in memory of their own.
    public func copied() -> StateTree { StateTree(tensors.mapValues { $0.copied() }) }

    /// The tensor called `name` with `shape`. Throws `StateError`.
    public func tensor(_ name: String, shape: [Int]) throws(StateError) -> Tensor {
        guard let tensor = tensors[name] else { throw .missing(name: name) }
        guard tensor.shape == shape else { throw .shape(name: name, expected: shape, found: tensor.shape) }
        return tensor
    }

    /// The values called `name`, of which there are `count`. Throws `StateError`.
    public func values(_ name: String, count: Int) throws(StateError) -> [Double] {
        try tensor(name, shape: [count]).values(as: Double.self)
    }

    /// The whole number called `name`. Throws `StateError`.
    public func integer(_ name: String) throws(StateError) -> Int {
        Int(try tensor(name, shape: [1]).values(as: Int64.self)[0])
    }

    /// Stores values under `name`.
    public mutating func set(_ name: String, _ values: [Double]) { tensors[name] = Tensor(values) }

    /// Stores a whole number under `name`.
    public mutating func set(_ name: String, _ value: Int) { tensors[name] = Tensor([Int64(value)]) }
}

/// A state that does not fit what it is to be restored into.
public enum StateError: ReportedError, Equatable {
    case missing(name: String)
    case shape(name: String, expected: [Int], found: [Int])
    case notAscending(name: String)

    public var exitCode: ExitCode { .badData }

    public var description: String {
        switch self {
        case .missing(let name): "the checkpoint has no \(name); it was made by another method or with other options"
        case .shape(let name, let expected, let found):
            "the checkpoint's \(name) has the shape \(found), expected \(expected); it was made with other options"
        case .notAscending(let name):
            "the checkpoint's \(name) are not in ascending order, each once; the file is damaged or from elsewhere"
        }
    }
}

/// Something with state that a resume must restore.
public protocol Stateful: AnyObject {
    /// The state as it is now. Tensors may share their memory with what moves: what is to be kept is copied.
    var state: StateTree { get }
    /// Takes the state. Throws `StateError` where it does not fit.
    func restore(_ state: StateTree) throws(StateError)
}
