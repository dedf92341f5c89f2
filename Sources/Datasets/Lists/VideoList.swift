import Files

/// Clips of one part of a data set, in an order that does not depend on the machine.
public struct VideoList: Sendable, Equatable {
    /// What the clips are for.
    public enum Part: String, Sendable, CaseIterable {
        case train
        case validation
        case test
        case unlabelled
    }

    /// What the clips are for.
    public let part: Part
    /// The clips.
    public let samples: [VideoSample]
    /// The classes that the labels count.
    public let classes: ClassList
    /// SHA-256 of the lines `Class/stem` + newline in order, 64 hexadecimal digits.
    public let digest: String

    /// A list of `samples` in the order given.
    public init(part: Part, samples: [VideoSample], classes: ClassList) {
        self.part = part
        self.samples = samples
        self.classes = classes
        digest = VideoList.digest(ofNames: samples.lazy.map(\.name))
    }

    /// How many clips there are.
    public var count: Int { samples.count }

    /// True where there is no clip.
    public var isEmpty: Bool { samples.isEmpty }

    /// Clips of each class, by label; clips without a label are not counted.
    public var clipsPerClass: [Int] {
        var counts = [Int](repeating: 0, count: classes.count)
        for case let label? in samples.lazy.map(\.label) { counts[label] += 1 }
        return counts
    }

    /// The distinct groups of the clips that have one.
    public var groups: Set<String> { Set(samples.compactMap(\.group)) }

    /// The classes all of whose clips are at `paths`, by name.
    public func unreadableClasses(damaged paths: [String]) -> [String] {
        let lost = Set(paths)
        let all = Set(samples.compactMap(\.label)), left = Set(samples.filter { !lost.contains($0.path) }.compactMap(\.label))
        return all.subtracting(left).sorted().map { classes[$0] }
    }

    /// The clips of this list and then of `other` whose stable indices are `indices`, in that order, without labels.
    func selecting(_ indices: [Int], and other: VideoList) -> VideoList {
        let known = Dictionary((samples + other.samples).map { ($0.index, $0) }) { first, _ in first }
        return VideoList(part: part, samples: indices.compactMap { known[$0]?.withoutLabel() }, classes: classes)
    }

    /// SHA-256 of the lines `name` + newline.
    public static func digest(ofNames names: some Sequence<String>) -> String {
        var digest = SHA256()
        for name in names {
            digest.update(name)
            digest.update("\n")
        }
        return digest.finish()
    }
}

extension VideoList.Part {
    /// The part that a file calls `name`, in any case, also `val` and `unlabeled`.
    init?(named name: String) {
        switch name.lowercased() {
        case "val": self = .validation
        case "unlabeled": self = .unlabelled
        case let name: self.init(rawValue: name)
        }
    }
}
