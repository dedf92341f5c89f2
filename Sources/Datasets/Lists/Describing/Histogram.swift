import Files
import Foundation

/// How often something occurs in a data set, as bars.
public struct Histogram: Sendable, Equatable {
    /// One bar.
    public struct Bar: Sendable, Equatable {
        /// What it stands for: `320x240`, `12`, `20 to <40`.
        public let label: String
        /// How often that occurs.
        public let count: Int

        /// A bar; see the properties.
        public init(label: String, count: Int) {
            self.label = label
            self.count = count
        }
    }

    /// What the bars stand for: `frame size`.
    public let title: String
    /// What is counted: `files`.
    public let counted: String
    /// The bars from top to bottom.
    public let bars: [Bar]

    /// A histogram; see the properties.
    public init(_ title: String, counted: String, bars: [Bar]) {
        self.title = title
        self.counted = counted
        self.bars = bars
    }

    /// More bars than this are drawn together.
    private static let limit = 12

    /// The most frequent names first, those of the same frequency in their own order; the rarest together in one bar where there
    /// are more than twelve.
    public init(_ title: String, counted: String, names: [String]) {
        let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { Bar(label: $0.key, count: $0.value) }
        let isWhole = sorted.count <= Self.limit
        let rest = sorted.dropFirst(isWhole ? sorted.count : Self.limit - 1)
        let others = isWhole ? [] : [Bar(label: "\(rest.count) others", count: rest.reduce(0) { $0 + $1.count })]
        self.init(title, counted: counted, bars: sorted.dropLast(rest.count) + others)
    }

    /// A bar for each number in ascending order; where there are more than twelve, for equal ranges, empty ones too.
    public init(_ title: String, counted: String, numbers: [Double]) {
        let isWhole = Set(numbers).count <= Self.limit
        self.init(title, counted: counted, bars: isWhole ? Self.single(numbers) : Self.ranges(numbers))
    }

    private static func single(_ numbers: [Double]) -> [Bar] {
        let counts = Dictionary(numbers.map { ($0, 1) }, uniquingKeysWith: +)
        return counts.sorted { $0.key < $1.key }.map { Bar(label: text($0.key), count: $0.value) }
    }

    private static func ranges(_ numbers: [Double]) -> [Bar] {
        let least = numbers.min() ?? 0, most = numbers.max() ?? 1
        let step = step((most - least) / Double(limit - 2)), first = (least / step).rounded(.down)
        let places = numbers.map { Int(($0 / step).rounded(.down) - first) }
        let counts = Dictionary(places.map { ($0, 1) }, uniquingKeysWith: +)
        return (0...(places.max() ?? 0)).map { place in
            let low = (first + Double(place)) * step
            return Bar(label: "\(text(low)) to <\(text(low + step))", count: counts[place] ?? 0)
        }
    }

    /// The least of 1, 2, 5, 10, ... and their tenths that is not below `width`.
    private static func step(_ width: Double) -> Double {
        let power = pow(10, log10(width).rounded(.down))
        return [1, 2, 5].map { $0 * power }.first { $0 >= width } ?? 10 * power
    }

    private static func text(_ number: Double) -> String { String(format: "%.6g", number) }

    /// One object.
    public var json: JSON {
        .object([
            ("title", .string(title)), ("counted", .string(counted)),
            ("bars", .array(bars.map { .object([("label", .string($0.label)), ("count", .integer($0.count))]) })),
        ])
    }
}

extension VideoSurvey {
    /// What the files that were opened are: codecs, frame sizes and rates, lengths of groups of pictures, B-frames, sound.
    public var histograms: [Histogram] {
        guard !isEmpty else { return [] }
        let unread = damaged.map { _ in "cannot be read" }
        return [
            Histogram("codec", counted: "files", names: files.map(\.kind.codec) + unread),
            Histogram("frame size", counted: "files", names: files.map { "\($0.kind.width)x\($0.kind.height)" }),
            Histogram(
                "frames a second", counted: "files",
                numbers: files.compactMap(\.kind.frameRate)),
            Histogram("frames of a file", counted: "files", numbers: files.map { Double($0.frameCount) }),
            Histogram(
                "frames of a group of pictures", counted: "groups", numbers: files.flatMap { $0.groupLengths.map(Double.init) }),
            Histogram("% of B-frames", counted: "files", numbers: files.map { (100 * $0.bidirectionalShare).rounded() }),
            Histogram("motion vectors", counted: "files", names: files.map(\.kind.motionVectors.rawValue)),
            Histogram("sound", counted: "files", names: files.map { $0.kind.hasSound ? "with sound" : "silent" }),
        ]
    }
}

extension DataSetSummary {
    /// More classes than this are counted by their number of clips.
    private static let classLimit = 120

    /// The clips of each class, for each part whose clips have classes.
    public var histograms: [Histogram] {
        parts.filter { $0.part != .unlabelled }.map { part in
            guard classes.count <= Self.classLimit else {
                return Histogram(
                    "clips of a class, \(part.part.rawValue)", counted: "classes", numbers: part.clipsPerClass.map(Double.init))
            }
            let bars = zip(classes, part.clipsPerClass).map { Histogram.Bar(label: $0, count: $1) }
            return Histogram("class, \(part.part.rawValue)", counted: "clips", bars: bars)
        }
    }
}
