import Tensor

/// The candidates of some questions side by side, as many places a question as the one with most of them has.
struct CandidateGrid {
    /// What stands in the places of candidates that are not there: finite, so that nothing becomes NaN.
    static let absence = -1e30

    private let rowsOfQuestion: [Range<Int>]
    /// Places of a question.
    let width: Int

    init(_ text: TextRows) {
        rowsOfQuestion = text.rowsOfQuestion
        width = rowsOfQuestion.reduce(0) { max($0, $1.count) }
    }

    private var isFull: Bool { rowsOfQuestion.allSatisfy { $0.count == width } }

    /// The question of each candidate.
    var questions: [Int] { rowsOfQuestion.enumerated().flatMap { number, rows in rows.map { _ in number } } }

    /// `[candidates, ...]` as `[questions, width, ...]`; an absent candidate is like the first.
    func spread(_ rows: Tensor) -> Tensor {
        let places = rowsOfQuestion.flatMap { rows in
            (0..<width).map { $0 < rows.count ? rows.lowerBound + $0 : rows.lowerBound }
        }
        return (isFull ? rows : rows.rows(at: places)).reshaped(to: [rowsOfQuestion.count, width] + rows.shape.dropFirst())
    }

    /// `[questions, width, ...]` as `[candidates, ...]`.
    func gathered(_ places: Tensor) -> Tensor {
        let rows = places.reshaped(to: [-1] + places.shape.dropFirst(2))
        guard !isFull else { return rows }
        return rows.rows(at: rowsOfQuestion.enumerated().flatMap { number, rows in (0..<rows.count).map { number * width + $0 } })
    }

    /// The scores of the candidates `[candidates]` or those of all places `[questions, width]` as `[questions, width]`, absent ones out
    /// of the question.
    func scores(_ scores: Tensor) -> Tensor {
        let places = scores.rank == 1 ? spread(scores) : scores
        guard !isFull else { return places }
        let absences = rowsOfQuestion.flatMap { rows in (0..<width).map { $0 < rows.count ? 0 : Self.absence } }
        return places + Tensor(absences, shape: places.shape).converted(to: places.elementType)
    }
}

extension Tensor {
    /// 0 for the first `counts[n]` of `limit` places of a row, else what keeps a place from being chosen: `[N, limit]`; nil where no
    /// place is to be kept out.
    static func absences(counts: [Int], limit: Int, _ elementType: ElementType) -> Tensor? {
        guard counts.contains(where: { $0 < limit }) else { return nil }
        let values = counts.flatMap { count in (0..<limit).map { $0 < count ? 0 : CandidateGrid.absence } }
        return Tensor(values, shape: [counts.count, limit]).converted(to: elementType)
    }
}
