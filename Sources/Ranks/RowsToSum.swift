internal import CMPI
import Tensor

/// Numbers that the ranks add up: rows of this rank, one for each part that it computes, and their sum over all ranks.
///
/// The order of addition is that of the ranks and their rows, so that the sum has the same bits for any number of ranks.
public final class RowsToSum: @unchecked Sendable {
    /// The rows of this rank, and the numbers of a row.
    public let rows: Int, elements: Int
    /// Tells sums apart that are under way together.
    public let number: Int
    private let own: UnsafeMutableBufferPointer<Float>, sum: UnsafeMutableBufferPointer<Float>
    /// Of the pieces that are under way.
    private var tasks: [OpaquePointer?] = []
    private weak var communicator: MPICommunicator?

    /// A sum travels from rank to rank in pieces, so that all links are busy at once: numbers of a piece, and the most pieces of a sum.
    private static let numbersOfPiece = 1 << 17, mostPieces = 1 << 12

    /// Room for so many rows of at most 2^29 numbers.
    public init(rows: Int, elements: Int, number: Int) {
        precondition(elements <= Self.numbersOfPiece * Self.mostPieces, "\(elements) numbers in a sum")
        (self.rows, self.elements, self.number) = (rows, elements, number)
        own = .allocate(capacity: rows * elements)
        sum = .allocate(capacity: elements)
    }

    deinit {
        // The thread of MPI may still be at it where the ranks have failed: the process is about to end.
        guard tasks.isEmpty else { return }
        own.deallocate()
        sum.deallocate()
    }

    /// Writes `values` into a row, from the number `place` on, in the order of their memory; nil: what adds nothing to anything.
    public func fill(_ row: Int, at place: Int, count: Int? = nil, with values: Tensor?) {
        guard let values else {
            // -0 + x is x, for x = -0 too.
            own.extracting(row * elements + place..<row * elements + place + (count ?? 0)).update(repeating: -0.0)
            return
        }
        values.array.copyFloats(to: own.extracting(row * elements + place..<row * elements + place + values.count))
    }

    /// Writes one number into a row.
    public func fill(_ row: Int, at place: Int, value: Float) { own[row * elements + place] = value }

    /// The sum from the number `place` on, with the shape and layout of `values`. Waits for it.
    public func total(at place: Int, like values: Tensor) throws(RankError) -> Tensor {
        try wait()
        return Tensor(floats: UnsafeBufferPointer(sum.extracting(place..<place + values.count)), like: values)
    }

    /// Adds the rows up where there are no others.
    func addByItself() {
        for element in 0..<elements { sum[element] = own[element] }
        for row in 1..<max(1, rows) {
            for element in 0..<elements { sum[element] += own[row * elements + element] }
        }
    }

    func begin(_ communicator: MPICommunicator, _ kind: SumKind) {
        self.communicator = communicator
        guard kind != .fastest else {
            tasks = [ranks_sum_unordered(own.baseAddress, Int32(rows), elements, sum.baseAddress)]
            return
        }
        tasks = stride(from: 0, to: elements, by: Self.numbersOfPiece).enumerated().map { piece, begin in
            ranks_sum(
                own.baseAddress.map { $0 + begin }, Int32(rows), elements, min(Self.numbersOfPiece, elements - begin),
                sum.baseAddress.map { $0 + begin }, Int32(number * Self.mostPieces + piece), kind == .halves)
        }
    }

    private func wait() throws(RankError) {
        for (number, task) in tasks.enumerated() {
            guard ranks_wait(task) else {
                tasks.removeFirst(number)
                throw communicator?.failure ?? .failed(reason: "the job is over")
            }
        }
        tasks = []
    }
}
