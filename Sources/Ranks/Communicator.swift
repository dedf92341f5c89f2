import Tensor

/// The processes that train together, one of which is this one: its rank is a number from 0.
///
/// All ranks call the same in the same order, from the one computing thread; each call waits for the others. What comes back is the
/// same on all of them.
public protocol Communicator: AnyObject, Sendable {
    /// This process, from 0, among how many.
    var rank: Int { get }
    var count: Int { get }
    /// The names of the ranks' hosts, in order.
    var hosts: [String] { get }
    /// What carries the messages, for records; nil for a process by itself.
    var library: String? { get }

    /// The bytes of all ranks, in order.
    func allGather(_ bytes: [UInt8]) throws(RankError) -> [[UInt8]]
    /// The bytes of rank `root`; what others give is left aside.
    func broadcast(_ bytes: [UInt8], from root: Int) throws(RankError) -> [UInt8]
    /// Begins the sum of `rows` and of those of all other ranks.
    func beginSum(of rows: RowsToSum, _ kind: SumKind)
    /// Bytes that sums have sent so far from this rank.
    var sentBytes: Int { get }
    /// Says that this rank ends by an error with `code`: what the others wait for throws `RankError.ended`. Returns the ranks that end by
    /// errors of their own, or nil where not all could be told.
    func announce(failure code: Int32) -> [Int]?
    /// Parts from the others; all ranks do.
    func leave()
    /// Ends all ranks with `code`.
    func abort(_ code: Int32)
}

extension Communicator {
    /// Whether this rank writes and speaks for all.
    public var isFirst: Bool { rank == 0 }

    /// Waits until all ranks have come here.
    public func barrier() throws(RankError) { _ = try allGather([]) }

    /// Which of `parts` parts of a batch this rank computes; the number of ranks divides theirs.
    public func share(of parts: Int) -> Range<Int> { rank * parts / count..<(rank + 1) * parts / count }

    /// The rows of all ranks, one rank after the other, `[N, ...]`; no gradient flows through them.
    public func allGather(_ tensor: Tensor) throws(RankError) -> Tensor {
        guard count > 1 else { return tensor.detached }
        let own = tensor.detached, width = max(1, own.shape.dropFirst().reduce(1, *)) * own.elementType.byteCount
        let parts = try allGather(own.bytes).map { bytes in
            Tensor(bytes: bytes, shape: [bytes.count / width] + own.shape.dropFirst(), elementType: own.elementType)
        }
        return .concatenated(parts)
    }

    /// The sum of the ranks' tensors `[...]` in `float32`, added in the order of the ranks.
    public func allReduce(_ tensor: Tensor) throws(RankError) -> Tensor {
        guard count > 1 else { return tensor.detached }
        let rows = RowsToSum(rows: 1, elements: tensor.count, number: 0)
        let values = tensor.detached.converted(to: .float32).contiguous
        rows.fill(0, at: 0, with: values)
        beginSum(of: rows, .ordered)
        return try rows.total(at: 0, like: values)
    }
}

/// How ranks add up.
public enum SumKind: String, Sendable, CaseIterable {
    /// Row after row, in the order of the ranks: the same bits for any number of ranks.
    case ordered
    /// The same in messages of bf16, half as long.
    case halves
    /// As MPI does it fastest.
    case fastest
}

/// A process by itself.
public final class SingleProcess: Communicator {
    /// A process by itself.
    public init() {}
    public var rank: Int { 0 }
    public var count: Int { 1 }
    public var hosts: [String] { [] }
    public var library: String? { nil }
    public var sentBytes: Int { 0 }
    public func allGather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }
    public func broadcast(_ bytes: [UInt8], from root: Int) -> [UInt8] { bytes }
    public func beginSum(of rows: RowsToSum, _ kind: SumKind) { rows.addByItself() }
    public func announce(failure code: Int32) -> [Int]? { [0] }
    public func leave() {}
    public func abort(_ code: Int32) {}
}
