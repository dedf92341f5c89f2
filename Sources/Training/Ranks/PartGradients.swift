import Networks
import Ranks
import Tensor

/// The gradients of a batch's parts, added in the order of the parts over all ranks, whoever computes which.
final class PartGradients {
    private let communicator: any Communicator
    private let parameters: [Parameter]
    /// Of this process alone.
    private var sums: [Tensor?]
    /// Of several: what is added together, and which numbers of it are those of a parameter.
    private let sections: [Section]

    /// Parameters whose gradients are added together; whether each has one follows them.
    private struct Section {
        let parameters: Range<Int>, places: [Int], rows: RowsToSum
    }

    /// The numbers that are added together at least: enough to be worth a message, few enough for many to be under way.
    private static let numbersTogether = 1 << 20

    /// Of `parts` parts that this rank computes.
    init(_ parameters: [Parameter], parts: Int, _ communicator: any Communicator) {
        self.communicator = communicator
        self.parameters = parameters
        sums = .init(repeating: nil, count: parameters.count)
        var sections: [Section] = [], first = 0, places: [Int] = [], count = 0
        for (number, parameter) in parameters.enumerated() where communicator.count > 1 {
            places.append(count)
            count += parameter.value.count
            guard count >= Self.numbersTogether || number == parameters.count - 1 else { continue }
            let rows = RowsToSum(rows: parts, elements: count + places.count, number: sections.count)
            sections.append(Section(parameters: first..<number + 1, places: places, rows: rows))
            (first, places, count) = (number + 1, [], 0)
        }
        self.sections = sections
    }

    /// Takes the gradients of the part that is this rank's `row`-th.
    func take(_ gradients: [Tensor?], row: Int) {
        guard communicator.count > 1 else {
            for (number, gradient) in gradients.enumerated() {
                if let gradient { Tensor.add(gradient, to: &sums[number]) }
            }
            return
        }
        for section in sections {
            for (number, place) in zip(section.parameters, section.places) {
                let gradient = gradients[number]
                section.rows.fill(row, at: place, count: parameters[number].value.count, with: gradient)
            }
            let isThere = section.parameters.map { gradients[$0] == nil ? Float(0) : 1 }
            section.rows.fill(row, at: section.rows.elements - isThere.count, with: Tensor(isThere))
        }
    }

    /// The sums over all parts; nil for a parameter that none of them reaches. Throws `RankError`.
    func totals() throws(RankError) -> [Tensor?] {
        guard communicator.count > 1 else { return sums }
        for section in sections { try communicator.beginSum(of: section.rows) }
        var totals: [Tensor?] = []
        for section in sections {
            let reached = Tensor.zeros([section.places.count])
            let counts = try section.rows.total(at: section.rows.elements - section.places.count, like: reached)
            for (place, (number, count)) in zip(section.places, zip(section.parameters, counts.values(as: Float.self))) {
                totals.append(count > 0 ? try section.rows.total(at: place, like: parameters[number].value) : nil)
            }
        }
        return totals
    }
}
