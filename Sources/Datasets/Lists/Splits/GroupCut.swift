import Files

/// Cuts a test or validation part from training clips without tearing a group apart.
///
/// Rule, version 1: the key of a group (of a clip without one: of `Class/stem`) is the SHA-256 of `purpose|group`. Groups are
/// gone through by key; one is cut when a class in it is still short of its share and every class in it keeps a clip for
/// training. Where groups span classes this may leave a class without a cut clip; then it is tried again with the keys of
/// `purpose 1|group`, `purpose 2|group` and so on. Nothing depends on file order, seed or machine.
public struct GroupCut: Sendable, Equatable {
    /// Which groups are cut.
    public enum Choice: Sendable, Equatable {
        /// About this share of the clips of each class, at least one clip.
        case share(Ratio)
        /// The groups with these numbers in UCF101 names.
        case ucf101Groups(ClosedRange<Int>)
    }

    /// The text that keeps draws for different parts apart.
    public let purpose: String
    /// Which groups are cut.
    public let choice: Choice

    /// A cut; see the properties.
    public init(purpose: String, choice: Choice) {
        self.purpose = purpose
        self.choice = choice
    }

    /// A quarter of each class, drawn where the data names no test part.
    public static let test = GroupCut(purpose: "test", choice: .share(Ratio(1, 4)))
    /// A fifth of the training clips of each class, for choosing settings.
    public static let validation = GroupCut(purpose: "validation", choice: .share(Ratio(1, 5)))
    /// Groups g22 to g25 of UCF101, which are in no official test list (protocol card, section 7).
    public static let ucf101Validation = GroupCut(purpose: "validation", choice: .ucf101Groups(22...25))

    /// The clips that stay and those that are cut, both in the order given.
    ///
    /// Throws `cannotCut` where a class has clips and cannot both give and keep one.
    public func split(
        _ samples: [VideoSample], classes: ClassList, source: String
    ) throws(DataSetError) -> (kept: [VideoSample], held: [VideoSample]) {
        let units = Dictionary(grouping: samples, by: \.unit)
        switch choice {
        case .ucf101Groups(let numbers):
            let cut = units.keys.filter { GroupCut.number(of: $0).map(numbers.contains) ?? false }
            return try divide(samples, cut: Set(cut), classes: classes, source: source)
        case .share(let share):
            let unitsPerClass = Dictionary(
                grouping: Set(samples.map { LabelledUnit(label: $0.label, unit: $0.unit) }), by: \.label)
            let isHopeless = unitsPerClass.values.contains { $0.count < 2 }
            var attempt = 0
            while true {
                let text = attempt == 0 ? purpose : "\(purpose) \(attempt)"
                let cut = chosen(units, share: share, classes: classes, text: text)
                do {
                    return try divide(samples, cut: cut, classes: classes, source: source)
                } catch {
                    attempt += 1
                    if isHopeless || attempt == GroupCut.attempts { throw error }
                }
            }
        }
    }

    private static let attempts = 64

    private struct LabelledUnit: Hashable {
        let label: Int?
        let unit: String
    }

    private func divide(
        _ samples: [VideoSample], cut: Set<String>, classes: ClassList, source: String
    ) throws(DataSetError) -> (kept: [VideoSample], held: [VideoSample]) {
        var kept: [VideoSample] = []
        var held: [VideoSample] = []
        for sample in samples {
            if cut.contains(sample.unit) { held.append(sample) } else { kept.append(sample) }
        }
        try check(samples, kept: kept, held: held, classes: classes, source: source)
        return (kept, held)
    }

    private func chosen(_ units: [String: [VideoSample]], share: Ratio, classes: ClassList, text: String) -> Set<String> {
        var remaining = [Int](repeating: 0, count: classes.count)
        for case let label? in units.values.joined().lazy.map(\.label) { remaining[label] += 1 }
        var missing = remaining.map { $0 == 0 ? 0 : max(1, share.roundedHalfUp(of: $0)) }
        let order = units.keys.map { (key: SHA256.hexadecimal(of: "\(text)|\($0)"), unit: $0) }.sorted { $0 < $1 }
        var cut: Set<String> = []
        for (_, unit) in order {
            var counts: [Int: Int] = [:]
            for case let label? in (units[unit] ?? []).lazy.map(\.label) { counts[label, default: 0] += 1 }
            guard counts.contains(where: { missing[$0.key] > 0 }), counts.allSatisfy({ remaining[$0.key] > $0.value })
            else { continue }
            cut.insert(unit)
            for (label, count) in counts {
                remaining[label] -= count
                missing[label] -= count
            }
        }
        return cut
    }

    private func check(
        _ samples: [VideoSample], kept: [VideoSample], held: [VideoSample], classes: ClassList, source: String
    ) throws(DataSetError) {
        let all = Dictionary(grouping: samples, by: \.label)
        let keptLabels = Set(kept.map(\.label))
        let heldLabels = Set(held.map(\.label))
        for (label, name) in classes.names.enumerated() {
            guard let clips = all[label], !(keptLabels.contains(label) && heldLabels.contains(label)) else { continue }
            throw .cannotCut(source: source, className: name, clips: clips.count, groups: Set(clips.map(\.unit)).count)
        }
    }

    /// NN of `Class/v_Class_gNN`.
    private static func number(of group: String) -> Int? {
        guard let last = group.split(separator: "_").last, last.first == "g" else { return nil }
        return Int(last.dropFirst())
    }
}
