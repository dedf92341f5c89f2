import Augment
import Files
import Foundation
import Media
import Synchronization
import Tensor

/// Decodes and augments the batches of a plan ahead of the step that needs them.
///
/// Workers are plain threads; each takes the next sample and fills its place in the batch, so that a batch is the same for
/// any number of workers. At most `batchesAhead` batches exist beside the one in use.
public final class ClipLoader: Sendable {
    private let assembly: BatchAssembly
    private let counter: FrameCounter

    /// A loader of steps from `firstStep` on, which starts to decode at once.
    ///
    /// `samples` gives what each stream shows in a step, in the order of the plan's streams.
    init(
        source: any SampleSource, firstStep: Int, endStep: Int, batchesAhead: Int = 2, share: LoaderShare = .whole,
        media: MediaSettings
    ) {
        counter = media.counter
        assembly = BatchAssembly(
            source: source, firstStep: firstStep, endStep: endStep, batchesAhead: batchesAhead,
            ledger: media.access.ledger, isShared: share.count > 1, clipSeconds: media.access.clipSeconds)
        for number in 0..<max(1, media.access.workers) {
            let worker = LoaderWorker(assembly: assembly, media: media)
            let thread = Thread { worker.run() }
            thread.name = "clip loader \(number)"
            thread.start()
        }
    }

    deinit { assembly.stop() }

    /// The batch of the next step; nil after the last. Waits for it, and throws what a worker threw.
    public func next() throws -> Batch? { try assembly.next() }

    /// Ends the workers; batches that are under way are dropped.
    public func stop() { assembly.stop() }

    /// Frames decoded so far for each stream, by its name.
    public var decodedFrames: [String: Int] { counter.counts }

    /// How long `next` has waited in all, in seconds.
    public var waitSeconds: Double { assembly.waitSeconds }
}

/// What a batch is made of.
protocol SampleSource: Sendable {
    /// The streams in order.
    var streams: [StreamRequest] { get }
    /// The sample in place `slot` of stream `stream` at `step`; `attempt` counts replacements of damaged samples.
    /// nil: the place stays empty (the last batch of a test list).
    func sample(step: Int, stream: Int, slot: Int, attempt: Int) -> SampleDraw?
    /// Whether a damaged sample is replaced by another or its place stays empty.
    var replacesDamaged: Bool { get }
    /// Whether labels go into the batch.
    func showsLabels(stream: Int) -> Bool
}

/// A sample and the keys of its random draws.
struct SampleDraw: Sendable {
    let sample: VideoSample
    let seed: UInt64
    let pass: Int
    /// The name of the stream that shows it: a sample that two streams show is drawn twice.
    let stream: String

    func key(_ purpose: RandomPurpose, view: Int) -> RandomKey {
        RandomKey(seed: seed, purpose: purpose, epoch: UInt64(pass), sample: UInt64(sample.index), view: UInt64(view))
            .derived(stream)
    }
}

/// What all workers share.
struct MediaSettings: Sendable {
    let access: VideoAccess
    let normalization: ChannelNormalization
    let counter = FrameCounter()
    /// A stream whose samples are damaged this often in a row cannot be trained on.
    let replacementLimit = 20
}

/// Samples that could not be replaced.
public struct TooMuchDamage: ReportedError, Equatable {
    /// The stream, and the first damaged files with their reasons.
    public let stream: String, examples: [String]
    public var exitCode: ExitCode { .badData }
    public var description: String {
        "stream \(stream): no readable clip was found; damaged: \(examples.joined(separator: "; "))"
    }
}

/// Samples that could not be replaced, though they are whole: none of the files that were tried has what the views show.
public struct NothingToShow: ReportedError, Equatable {
    /// The stream, and the first files with what they lack.
    public let stream: String, examples: [String]
    public var exitCode: ExitCode { .badData }
    public var description: String {
        "stream \(stream): no clip was found that has what the views show: \(examples.joined(separator: "; "))"
    }
}

/// Counts decoded frames by stream.
final class FrameCounter: Sendable {
    private let state = Mutex<[String: Int]>([:])

    func add(_ frames: Int, in stream: String) { state.withLock { $0[stream, default: 0] += frames } }

    var counts: [String: Int] { state.withLock { $0 } }
}
