/// What training may see of a data set: a labelled list, and an unlabelled list whose samples carry no label.
///
/// The true labels of unlabelled clips exist only in `diagnosticLabels`, which feed metrics and never a loss (protocol
/// card, section 7, rule 8). Changing them cannot change what is trained.
public struct TrainingLists: Sendable {
    /// Which training clips are in the unlabelled stream.
    public enum Pool: String, Sendable, CaseIterable {
        /// All training clips, the labelled ones too, as the code of temporal gradient, MvPL and ActorCM does.
        case all
        /// Only those without a label, as SVFormer, TCL and TimeBalance do.
        case complement
    }

    /// The clips with labels, in the order of the draw.
    public let labelled: VideoList
    /// The pool and the unlabelled clips of the data set; every `label` is nil.
    public let unlabelled: VideoList
    /// True classes of the unlabelled clips, for metrics only.
    public let diagnosticLabels: DiagnosticLabels

    /// Labels the clips that `draw` takes.
    public init(_ dataSet: DataSet, draw: LabelDraw, pool: Pool = .all) throws(DataSetError) {
        self.init(dataSet, labelled: try draw.samples(from: dataSet.train), pool: pool)
    }

    /// Labels the clips that `list` names. Throws `unknownClips` where some are not among the training clips.
    public init(_ dataSet: DataSet, list: SplitList, pool: Pool = .all) throws(DataSetError) {
        let finder = ClipFinder(dataSet.train.samples.map { ($0.name, $0) })
        let found = list.names.map { finder[$0] }
        let unknown = zip(list.names, found).filter { $1 == nil }.map(\.0)
        guard unknown.isEmpty else {
            let source = if case .published(let source) = list.origin { source } else { "the list" }
            throw .unknownClips(list: source, count: unknown.count, of: list.names.count, first: Array(unknown.prefix(5)))
        }
        var seen: Set<Int> = []
        self.init(dataSet, labelled: found.compactMap { $0 }.filter { seen.insert($0.index).inserted }, pool: pool)
    }

    /// Labels `samples`, which are training clips of `dataSet`.
    public init(_ dataSet: DataSet, labelled samples: [VideoSample], pool: Pool) {
        let drawn = Set(samples.map(\.index))
        let others = dataSet.train.samples.filter { pool == .all || !drawn.contains($0.index) }
        labelled = VideoList(part: .train, samples: samples, classes: dataSet.classes)
        unlabelled = VideoList(
            part: .unlabelled, samples: others.map { $0.withoutLabel() } + dataSet.unlabelled.samples, classes: dataSet.classes)
        let hidden = others.compactMap { sample in sample.label.map { (sample.index, $0) } }
        diagnosticLabels = DiagnosticLabels(Dictionary(hidden) { first, _ in first }).merging(dataSet.diagnosticLabels)
    }

    private init(labelled: VideoList, unlabelled: VideoList, diagnosticLabels: DiagnosticLabels) {
        self.labelled = labelled
        self.unlabelled = unlabelled
        self.diagnosticLabels = diagnosticLabels
    }

    /// At most `count` clips of each list, at even distances in it: lists are often in the order of what the clips are like.
    public func sampled(_ count: Int) -> TrainingLists {
        func sampled(_ list: VideoList) -> VideoList {
            guard list.count > count else { return list }
            let samples = (0..<count).map { list.samples[$0 * list.count / count] }
            return VideoList(part: list.part, samples: samples, classes: list.classes)
        }
        return TrainingLists(
            labelled: sampled(labelled), unlabelled: sampled(unlabelled), diagnosticLabels: diagnosticLabels)
    }
}
