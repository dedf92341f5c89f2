import Augment
import Tensor

/// The samples of training: each stream goes through its list in its own order, pass after pass.
struct TrainingSamples: SampleSource {
    let streams: [StreamRequest]
    let seed: UInt64
    private let lists: [VideoList]
    /// Of each stream; nil where it goes through its list as that stands.
    private let orders: [SampleOrder?]
    /// The first step of the epoch.
    private let epochStart: Int
    let replacesDamaged = true

    init(plan: ViewPlan, labeled: VideoList, unlabeled: VideoList, seed: UInt64, epochStart: Int) {
        streams = plan.streams
        self.seed = seed
        self.epochStart = epochStart
        lists = plan.streams.map { stream in
            switch stream.source {
            case .labeled: labeled
            case .unlabeled: unlabeled
            case .samples(let indices), .sequence(let indices): unlabeled.selecting(indices, and: labeled)
            }
        }
        orders = zip(plan.streams, lists).map { stream, list in
            stream.source.isSequence ? nil : SampleOrder(count: list.count, seed: seed, stream: stream.name)
        }
    }

    func showsLabels(stream: Int) -> Bool { streams[stream].source == .labeled }

    func sample(step: Int, stream: Int, slot: Int, attempt: Int) -> SampleDraw? {
        let draw = draw(step: step, stream: stream, slot: slot)
        let samples = lists[stream].samples, name = streams[stream].name
        guard attempt > 0 else {
            return SampleDraw(sample: samples[draw.element], seed: seed, pass: draw.pass, stream: name)
        }
        // Another sample of the same list takes the place of a damaged one.
        let key = RandomKey(
            seed: seed, purpose: .order, epoch: UInt64(draw.pass), sample: UInt64(draw.element), view: UInt64(stream))
        var replacement = key.derived("replacement").derived(UInt64(attempt)).stream
        return SampleDraw(
            sample: samples[replacement.integer(below: samples.count)], seed: seed, pass: draw.pass, stream: name)
    }
}

extension TrainingSamples {
    private func draw(step: Int, stream: Int, slot: Int) -> SampleOrder.Draw {
        let size = streams[stream].batchSize
        if let order = orders[stream] { return order.draw(step * size + slot) }
        let place = max(0, step - epochStart) * size + slot
        // A sample may come several times in an epoch: each time is a pass of its own.
        return SampleOrder.Draw(element: place % lists[stream].count, pass: step * size + slot)
    }
}

extension StreamRequest.Source {
    fileprivate var isSequence: Bool {
        if case .sequence = self { true } else { false }
    }
}

/// Which part of a loader's work falls to this process, where several load together.
public struct LoaderShare: Sendable, Equatable {
    /// This one, from 0, among how many.
    public let number: Int, count: Int
    /// All of it.
    public static let whole = LoaderShare(number: 0, count: 1)

    /// A share; see the properties.
    public init(number: Int, count: Int) {
        precondition((0..<count).contains(number), "share \(number) of \(count)")
        (self.number, self.count) = (number, count)
    }
}

/// The samples that fall to one process: of each stream's places in a batch as many as fall to any other, one after the other.
struct SharedSamples: SampleSource {
    let source: any SampleSource
    let share: LoaderShare
    let streams: [StreamRequest]
    var replacesDamaged: Bool { source.replacesDamaged }

    init(_ source: any SampleSource, _ share: LoaderShare) {
        (self.source, self.share) = (source, share)
        streams = source.streams.map { stream in
            StreamRequest(
                name: stream.name, source: stream.source, batchSize: stream.batchSize / share.count, sampler: stream.sampler,
                views: stream.views)
        }
    }

    func showsLabels(stream: Int) -> Bool { source.showsLabels(stream: stream) }

    func sample(step: Int, stream: Int, slot: Int, attempt: Int) -> SampleDraw? {
        source.sample(step: step, stream: stream, slot: share.number * streams[stream].batchSize + slot, attempt: attempt)
    }
}

/// The samples of an evaluation: the list once, in order; of several processes each takes a batch in turn. Damaged samples are left out
/// and counted, never replaced.
struct EvaluationSamples: SampleSource {
    let streams: [StreamRequest]
    let list: VideoList
    let seed: UInt64, pass: Int
    let share: LoaderShare
    let replacesDamaged = false

    func showsLabels(stream: Int) -> Bool { true }

    func sample(step: Int, stream: Int, slot: Int, attempt: Int) -> SampleDraw? {
        let place = (step * share.count + share.number) * streams[stream].batchSize + slot
        return place < list.count
            ? SampleDraw(sample: list.samples[place], seed: seed, pass: pass, stream: streams[stream].name) : nil
    }
}

extension ClipLoader {
    /// A loader of a method's batches, of steps `firstStep` ..< `endStep`; `epochStart` is the step where sequences of samples begin.
    ///
    /// - Parameter share: Which samples of each batch are loaded; the number of shares divides those of every stream.
    public convenience init(
        training plan: ViewPlan, labeled: VideoList, unlabeled: VideoList, seed: UInt64, firstStep: Int, endStep: Int,
        epochStart: Int = 0, share: LoaderShare = .whole, access: VideoAccess, normalization: ChannelNormalization = .imageNet
    ) {
        let samples = TrainingSamples(plan: plan, labeled: labeled, unlabeled: unlabeled, seed: seed, epochStart: epochStart)
        self.init(
            source: share == .whole ? samples : SharedSamples(samples, share), firstStep: firstStep, endStep: endStep,
            share: share,
            media: MediaSettings(access: access, normalization: normalization))
    }

    /// A loader of a list, once, in order: one stream called `videos` with the given views.
    ///
    /// `seed` and `pass` decide what random views show. `share`: of the batches each process takes one in turn.
    public convenience init(
        evaluating list: VideoList, views: [ViewRequest], batchSize: Int, seed: UInt64 = 0, pass: Int = 0,
        share: LoaderShare = .whole, access: VideoAccess, normalization: ChannelNormalization = .imageNet
    ) {
        let stream = StreamRequest(name: "videos", source: .labeled, batchSize: batchSize, views: views)
        let batches = (list.count + batchSize - 1) / batchSize
        self.init(
            source: EvaluationSamples(streams: [stream], list: list, seed: seed, pass: pass, share: share), firstStep: 0,
            endStep: (batches - share.number + share.count - 1) / share.count, share: share,
            media: MediaSettings(access: access, normalization: normalization))
    }
}
