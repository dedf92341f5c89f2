/// One clip of a data set: a whole video file, or a stretch of one.
public struct VideoSample: Sendable, Equatable {
    /// The number of the clip in its data set, from 0, stable for the same data on every machine. It keys the random draws.
    public let index: Int
    /// The file, as it is opened.
    public let path: String
    /// `Class/stem`: the folder-independent name that split lists use. Unique within a list.
    public let name: String
    /// The index of the class, or nil where training must not know it.
    public let label: Int?
    /// What ties clips of one source together (a group of UCF101, a film, a camera), or nil where none is known.
    public let group: String?
    /// Where the clip begins in the video in seconds, or nil for the start of the file.
    public let start: Double?
    /// Where the clip ends in the video in seconds, or nil for the end of the file.
    public let end: Double?
    /// When the clip shows what its label is about, in seconds from its beginning; nil where nobody said, or training must not know it.
    public let span: ClosedRange<Double>?

    /// A clip; see the properties.
    public init(
        index: Int, path: String, name: String, label: Int?, group: String? = nil, start: Double? = nil, end: Double? = nil,
        span: ClosedRange<Double>? = nil
    ) {
        self.index = index
        self.path = path
        self.name = name
        self.label = label
        self.group = group
        self.start = start
        self.end = end
        self.span = span
    }

    /// The unit that resampling and cutting keep together: the group, or the clip itself.
    public var unit: String { group ?? name }

    /// The same clip as a method may see it in the unlabelled stream: without label and span.
    public func withoutLabel() -> VideoSample {
        VideoSample(index: index, path: path, name: name, label: nil, group: group, start: start, end: end)
    }
}

/// True classes of clips whose label training must not read, kept apart for metrics such as the precision of the mask.
public struct DiagnosticLabels: Sendable, Equatable {
    private let labels: [Int: Int]

    /// The class index by sample index.
    public init(_ labels: [Int: Int] = [:]) { self.labels = labels }

    /// The true class of the sample with index `sample`, or nil where nobody knows it. For diagnostics only.
    public func label(ofSample sample: Int) -> Int? { labels[sample] }

    /// How many clips have a known true class.
    public var count: Int { labels.count }

    /// These labels and those of `other`; `other` wins.
    public func merging(_ other: DiagnosticLabels) -> DiagnosticLabels {
        DiagnosticLabels(labels.merging(other.labels) { $1 })
    }
}
