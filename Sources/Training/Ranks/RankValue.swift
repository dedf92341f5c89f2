import Datasets
import Ranks

/// What is found of a sample on one rank, as numbers that all others can take.
protocol RankValue {
    var numbers: [Double] { get }
    init(numbers: [Double])
}

extension [Double]: RankValue {
    var numbers: [Double] { self }
    init(numbers: [Double]) { self = numbers }
}

extension Judgement: RankValue {
    var numbers: [Double] { [span?.lowerBound ?? .nan, span?.upperBound ?? .nan] + scores }
    init(numbers: [Double]) {
        self.init(
            scores: Array(numbers.dropFirst(2)), span: numbers[0].isNaN || numbers[1].isNaN ? nil : numbers[0]...numbers[1])
    }
}

/// What a rank has found of its share of a list.
private struct RankFindings: Codable {
    let indices: [Int], counts: [Int], numbers: RankNumbers, damage: [DamageLedger.Meeting]
}

extension Communicator {
    /// What all ranks have found of the samples of `list`, by their stable indices, in the order of the list; `ledger` learns what their
    /// loaders met.
    func gather<Value: RankValue>(
        _ own: [(index: Int, value: Value)], of list: VideoList, ledger: DamageLedger
    ) throws -> [(sample: VideoSample, value: Value)] {
        var found = Dictionary(own) { first, _ in first }
        if count > 1 {
            let numbers = own.map(\.value.numbers)
            let all = try allGather(
                RankFindings(
                    indices: own.map(\.index), counts: numbers.map(\.count), numbers: RankNumbers(numbers.flatMap(\.self)),
                    damage: ledger.takeHeld()))
            try ledger.record(all.flatMap(\.damage))
            for findings in all {
                let numbers = findings.numbers.values
                var place = 0
                for (index, count) in zip(findings.indices, findings.counts) {
                    found[index] = Value(numbers: Array(numbers[place..<place + count]))
                    place += count
                }
            }
        }
        var seen: Set<Int> = []
        return list.samples.compactMap { sample in
            found[sample.index].flatMap { seen.insert(sample.index).inserted ? (sample, $0) : nil }
        }
    }
}
