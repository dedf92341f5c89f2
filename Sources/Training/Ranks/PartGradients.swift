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

    /// The section of each parameter by its leaf, and its number in all.
    private var places: [ObjectIdentifier: (section: Int, number: Int)] = [:]
    private let parts: Int, options: RankOptions
    /// Whether what this rank has to add is on its way.
    private(set) var isUnderWay = false

    /// Parameters whose gradients are added together; whether each has one follows them.
    private struct Section {
        let parameters: Range<Int>, places: [Int], rows: RowsToSum
    }

    /// The numbers that are added together at least: enough to be worth a message, few enough for many to be under way.
    private static let numbersTogether = 1 << 17

    /// Of `parts` parts that this rank computes.
    init(_ parameters: [Parameter], parts: Int, _ options: RankOptions, _ communicator: any Communicator) {
        self.communicator = communicator
        self.parameters = parameters
        (self.parts, self.options) = (parts, options)
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
        for (section, found) in sections.enumerated() {
            for number in found.parameters {
                if let leaf = parameters[number].value.leafIdentity { self.places[leaf] = (section, number) }
            }
        }
    }

    /// Whether it is for these parameters, so that its memory serves another step.
    func isFor(_ others: [Parameter]) -> Bool { parameters.elementsEqual(others, by: ===) }

    /// Runs the backward pass of the part that is this rank's `row`-th, and takes its gradients from `optimizer`'s parameters. Those of the last
    /// part are on their way to other ranks while it goes on.
    func take(row: Int, from optimizer: Optimizer, _ backward: (_ didFinish: (ObjectIdentifier) -> Void) -> Void) {
        guard communicator.count > 1 else {
            backward { _ in }
            for (number, gradient) in optimizer.takeGradients().enumerated() {
                if let gradient { Tensor.add(gradient, to: &sums[number]) }
            }
            return
        }
        var isOpen = [Bool](repeating: true, count: parameters.count), left = sections.map(\.parameters.count)
        func take(_ section: Int, _ number: Int) {
            guard isOpen[number] else { return }
            isOpen[number] = false
            fill(row, section, number)
            left[section] -= 1
            if left[section] == 0, row == parts - 1, options.overlap { beginSum(section) }
        }
        backward { leaf in places[leaf].map { take($0.section, $0.number) } }
        // What no loss reaches.
        for (section, found) in sections.enumerated() { for number in found.parameters { take(section, number) } }
        optimizer.forgetGradients()
        isUnderWay = row == parts - 1 && options.overlap
    }

    private func beginSum(_ section: Int) { communicator.beginSum(of: sections[section].rows, options.sum) }

    private func fill(_ row: Int, _ section: Int, _ number: Int) {
        let parameter = parameters[number], section = sections[section], index = number - section.parameters.lowerBound
        let gradient = parameter.gradient?.laidOut(as: parameter.value)
        section.rows.fill(row, at: section.places[index], count: parameter.value.count, with: gradient)
        section.rows.fill(row, at: section.rows.elements - section.places.count + index, value: gradient == nil ? 0 : 1)
        parameter.value.clearGradient()
    }

    /// The sums over all parts; nil for a parameter that none of them reaches. Throws `RankError`.
    func totals() throws(RankError) -> [Tensor?] {
        guard communicator.count > 1 else {
            defer { sums = .init(repeating: nil, count: parameters.count) }
            return sums
        }
        if !options.overlap { for section in sections.indices { beginSum(section) } }
        isUnderWay = false
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
