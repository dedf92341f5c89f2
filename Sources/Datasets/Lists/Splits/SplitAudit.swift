import Files

/// What there is to know about a list of labelled clips before a number made with it is believed (`data split check`).
public struct SplitAudit: Sendable, Equatable {
    /// The smallest, middle and largest number of clips a class.
    public struct Spread: Sendable, Equatable {
        /// The numbers; `median` is the mean of the two middle ones where the count of classes is even.
        public let minimum: Int, median: Double, maximum: Int
    }

    /// Clips, how many and the first five by name.
    public struct Finding: Sendable, Equatable {
        /// How many.
        public let count: Int
        /// The first five.
        public let first: [String]

        init(_ names: [String]) {
            count = names.count
            first = Array(names.prefix(5))
        }
    }

    /// What was checked.
    public let name: String
    /// How many lines it has.
    public let clips: Int
    /// How many classes the data set has.
    public let classes: Int
    /// Classes without a clip in the list.
    public let emptyClasses: [String]
    /// Clips a class.
    public let clipsPerClass: Spread
    /// Clips that stand in the list more than once.
    public let duplicates: Finding
    /// Clips that stand in it under two classes or with two label numbers.
    public let conflictingLabels: Finding
    /// Clips whose label number is not that of the other clips of their class; the name decides, as everywhere here.
    public let misnumbered: Finding
    /// Clips that are in the test part, too.
    public let overlapWithTest: Finding
    /// Clips that share their group with a test clip.
    public let siblingsOfTestClips: Finding
    /// Clips that are not in the training part; nil where no training part was given.
    public let outsideTrain: Finding?
    /// Groups with a labelled clip; nil where no training part was given or no group is known.
    public let labelledGroups: Int?
    /// Those of them that also hold clips of the training part without a label.
    public let splitGroups: Int?
    /// The digest of the list, and the one that it should have where that is known.
    public let digest: String, expectedDigest: String?

    /// Checks `list` against the parts of a data set.
    ///
    /// - Parameters:
    ///   - classes: All classes, to find empty ones; nil takes those of the list and the parts.
    ///   - train: The clips it was drawn from, or nil.
    ///   - test: The test clips, or nil.
    ///   - digest: The digest of the list, or nil for that of its lines `Class/stem`.
    ///   - expectedDigest: What the digest should be, or nil where nothing is known.
    public init(
        of list: [ListedClip], name: String, classes: ClassList? = nil, train: [ListedClip]? = nil,
        test: [ListedClip]? = nil, digest: String? = nil, expectedDigest: String? = nil
    ) {
        let classes = classes ?? ClassList(sorting: (list + (train ?? []) + (test ?? [])).map(\.className))
        let groups = list.map(SplitAudit.group)
        self.name = name
        self.clips = list.count
        self.classes = classes.count
        var counts = [Int](repeating: 0, count: classes.count)
        for clip in list { if let label = classes.index(of: clip.className) { counts[label] += 1 } }
        emptyClasses = counts.indices.filter { counts[$0] == 0 }.map { classes[$0] }
        clipsPerClass = SplitAudit.spread(counts)

        let byName = Dictionary(grouping: list, by: \.name)
        duplicates = Finding(byName.filter { $0.value.count > 1 }.keys.sorted(by: precedesBytewise))
        conflictingLabels = Finding(SplitAudit.conflicts(list, byName))

        misnumbered = Finding(ListedClip.misnumbered(list).map(\.name))

        let testNames = Set((test ?? []).map(\.name))
        let testGroups = Set((test ?? []).compactMap(SplitAudit.group))
        overlapWithTest = Finding(list.map(\.name).filter(testNames.contains))
        siblingsOfTestClips = Finding(
            zip(list, groups).filter { clip, group in
                !testNames.contains(clip.name) && group.map(testGroups.contains) ?? false
            }.map(\.0.name))

        let trainNames = train.map { Set($0.map(\.name)) }
        outsideTrain = trainNames.map { names in Finding(list.map(\.name).filter { !names.contains($0) }) }
        let labelled = Set(groups.compactMap { $0 })
        let others = train.map { Set($0.filter { byName[$0.name] == nil }.compactMap(SplitAudit.group)) }
        labelledGroups = others == nil || labelled.isEmpty ? nil : labelled.count
        splitGroups = labelledGroups == nil ? nil : others.map { labelled.intersection($0).count }
        self.digest = digest ?? VideoList.digest(ofNames: list.lazy.map(\.name))
        self.expectedDigest = expectedDigest
    }

    /// Checks a labelled list against the data set it is for.
    public init(of list: SplitList, name: String, in dataSet: DataSet, expectedDigest: String? = nil) {
        let finder = ClipFinder(dataSet.train.samples.map { ($0.name, $0) })
        let clips = list.names.enumerated().map { index, name in
            finder[name].map { ListedClip($0, classes: dataSet.classes) } ?? ListedClip(name: name, line: index + 1)
        }
        self.init(
            of: clips, name: name, classes: dataSet.classes, train: SplitAudit.clips(dataSet.train),
            test: SplitAudit.clips(dataSet.test), digest: list.digest, expectedDigest: expectedDigest)
    }

    /// Checks the training part of a data set against its test part.
    public init(of dataSet: DataSet) {
        self.init(
            of: SplitAudit.clips(dataSet.train), name: dataSet.name, classes: dataSet.classes,
            test: SplitAudit.clips(dataSet.test))
    }

    /// True where the list cannot be used as it is: test clips, unknown clips or contradictions in it, or a wrong digest.
    public var hasErrors: Bool {
        overlapWithTest.count > 0 || outsideTrain?.count ?? 0 > 0 || conflictingLabels.count > 0
            || (expectedDigest.map { $0 != digest } ?? false)
    }

    private static func clips(_ list: VideoList) -> [ListedClip] {
        list.samples.map { ListedClip($0, classes: list.classes) }
    }

    private static func group(_ clip: ListedClip) -> String? {
        clip.group ?? GroupKey.recognise(className: clip.className, stem: clip.stem)?.group
    }

    /// A clip under one name with two numbers, or a stem of one source under two classes.
    private static func conflicts(_ list: [ListedClip], _ byName: [String: [ListedClip]]) -> [String] {
        let numbered = byName.filter { Set($0.value.compactMap(\.number)).count > 1 }.keys
        let byStem = Dictionary(grouping: list.filter { group($0) != nil }, by: \.stem)
        let named = byStem.values.filter { Set($0.map(\.className)).count > 1 }.compactMap { $0.first?.name }
        return Set(numbered).union(named).sorted(by: precedesBytewise)
    }

    private static func spread(_ counts: [Int]) -> Spread {
        let sorted = counts.sorted()
        guard let minimum = sorted.first, let maximum = sorted.last else { return Spread(minimum: 0, median: 0, maximum: 0) }
        let middle = Double(sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        return Spread(minimum: minimum, median: middle, maximum: maximum)
    }
}
