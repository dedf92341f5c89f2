import Synchronization

/// One recorded operation, or a leaf that collects a gradient.
///
/// Nodes are numbered as they are made, so that descending numbers visit every use of a value before the value itself.
final class Node {
    /// The gradients with respect to the inputs, given that of the output. nil where an input wants none.
    typealias Backward = (Tensor) -> [Tensor?]

    let operation: StaticString
    let inputs: [Node?]
    /// The element type of the value, and of its gradient.
    let elementType: ElementType
    let number: UInt64
    /// Whether its backward pass adds to leaves that are no inputs of it.
    let reachesHiddenLeaves: Bool
    /// Gone after a backward pass, and with it the values it kept.
    private(set) var backward: Backward?
    /// The gradient of a leaf.
    var gradient: Tensor?

    private static let count = Atomic<UInt64>(0)

    init(
        _ operation: StaticString, _ elementType: ElementType, inputs: [Node?], reachesHiddenLeaves: Bool = false,
        backward: Backward?
    ) {
        self.operation = operation
        self.reachesHiddenLeaves = reachesHiddenLeaves
        self.elementType = elementType
        self.inputs = inputs
        self.backward = backward
        number = Node.count.wrappingAdd(1, ordering: .relaxed).newValue
    }

    func release() { backward = nil }

    /// Adds to the gradient of a leaf.
    func add(_ contribution: Tensor) { Tensor.add(contribution, to: &gradient) }
}

/// Whether operations are recorded for a backward pass.
public enum GradientRecording {
    @TaskLocal static var isOn = true

    /// Runs `body` without recording: what it computes are constants.
    public static func off<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        let constants = isOn ? HeldConstants.current : nil
        constants?.recordingStops()
        defer { constants?.recordingGoesOn() }
        let outcome: Swift.Result<Result, Failure> = $isOn.withValue(false) {
            do throws(Failure) { return .success(try body()) } catch { return .failure(error) }
        }
        return try outcome.get()
    }
}

extension Tensor {
    /// This value as the result of `operation` on `inputs`, recorded where one of them requires a gradient.
    ///
    /// `backward` gets the gradient of the result and returns those of the inputs, nil where one requires none.
    func recorded(_ operation: StaticString, from inputs: [Tensor], backward: @escaping Node.Backward) -> Tensor {
        guard GradientRecording.isOn, inputs.contains(where: \.requiresGradient) else { return self }
        return Tensor(array, node: Node(operation, elementType, inputs: inputs.map(\.node), backward: backward))
    }

    /// The same values as a leaf: backward passes add to its `gradient`.
    public func requiringGradient() -> Tensor {
        Tensor(array, node: Node("leaf", elementType, inputs: [], backward: nil))
    }

    /// The gradient that backward passes have collected for this leaf.
    public var gradient: Tensor? { node?.gradient }

    /// Makes `gradient` what has been collected for this leaf.
    package func setGradient(_ gradient: Tensor?) { node?.gradient = gradient }

    /// Forgets the collected gradient.
    public func clearGradient() { node?.gradient = nil }

    /// Adds the gradients of this scalar to the leaves that it was computed from.
    ///
    /// The recorded values are released on the way: a second pass over the same record is a mistake of the caller.
    public func backward() { backward { _ in } }

    /// The same; `didFinish` is told of each leaf when this pass adds nothing more to its gradient, by the leaf's `leafIdentity`. It is not
    /// told where parts are recomputed, whose leaves are not known before.
    package func backward(_ didFinish: (ObjectIdentifier) -> Void) {
        precondition(count == 1, "a backward pass starts from a scalar, not from shape \(shape)")
        guard let node else { return }
        let seed = Tensor(repeating: 1, shape: shape, elementType: elementType)
        GradientRecording.off { Tensor.propagate(from: node, seed, didFinish) }
    }

    /// What tells this leaf from others; nil for what collects no gradient.
    package var leafIdentity: ObjectIdentifier? { node.map(ObjectIdentifier.init) }

    /// Adds the gradients of `root`, whose own is `seed`, to the leaves.
    static func propagate(from root: Node, _ seed: Tensor, _ didFinish: (ObjectIdentifier) -> Void = { _ in }) {
        var gradients: [ObjectIdentifier: Tensor] = [ObjectIdentifier(root): seed]
        let nodes = reachable(from: root).sorted { $0.number > $1.number }
        let areLeavesKnown = !nodes.contains(where: \.reachesHiddenLeaves)
        var uses: [ObjectIdentifier: Int] = [:]
        for case let leaf? in nodes.lazy.flatMap(\.inputs) where leaf.inputs.isEmpty {
            uses[ObjectIdentifier(leaf), default: 0] += 1
        }
        func finish(_ leaf: Node) {
            if let gradient = gradients.removeValue(forKey: ObjectIdentifier(leaf)) { leaf.add(gradient) }
            if areLeavesKnown { didFinish(ObjectIdentifier(leaf)) }
        }
        for node in nodes {
            guard !node.inputs.isEmpty else {
                if node === root { finish(node) }
                continue
            }
            defer {
                // A leaf is done with the last of its uses, long before all older values are.
                for case let leaf? in node.inputs where leaf.inputs.isEmpty {
                    uses[ObjectIdentifier(leaf), default: 1] -= 1
                    if uses[ObjectIdentifier(leaf)] == 0 { finish(leaf) }
                }
            }
            guard let gradient = gradients.removeValue(forKey: ObjectIdentifier(node)) else { continue }
            guard let backward = node.backward else {
                preconditionFailure("a second backward pass through \(node.operation), whose values were released")
            }
            for (input, contribution) in zip(node.inputs, backward(gradient)) {
                guard let input, let contribution else { continue }
                add(contribution.converted(to: input.elementType), to: &gradients[ObjectIdentifier(input)])
            }
            node.release()
        }
    }

    /// Adds a contribution to a gradient, or makes it the first.
    package static func add(_ contribution: Tensor, to sum: inout Tensor?) {
        guard var held = sum.take() else {
            sum = contribution
            return
        }
        held.accumulate(contribution)
        sum = held
    }

    private static func reachable(from root: Node) -> [Node] {
        var seen: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
        var found = [root], waiting = [root]
        while let node = waiting.popLast() {
            for case let input? in node.inputs where seen.insert(ObjectIdentifier(input)).inserted {
                found.append(input)
                waiting.append(input)
            }
        }
        return found
    }
}
