import Files
import Foundation
import Tensor

/// Hands places in batches to workers and finished batches to the consumer. Everything is guarded by one condition.
final class BatchAssembly: @unchecked Sendable {
    /// A place in a batch that is being filled.
    struct Place: Sendable {
        let step: Int, stream: Int, slot: Int
        let batch: OpenBatch
    }

    let source: any SampleSource
    private let ledger: DamageLedger
    /// Whether other processes load the rest of each batch.
    private let isShared: Bool
    private let condition = NSCondition()
    private let endStep: Int, batchesAhead: Int
    private let places: [(stream: Int, slot: Int)]
    private var consumed: Int
    private var nextPlace = 0
    private let firstStep: Int
    private var open: [Int: OpenBatch] = [:]
    private var failure: (any Error)?
    private var isStopped = false
    private var waited = 0.0
    /// The videos that workers are at, by step, stream and slot, and since when.
    private var underWay: [[Int]: (path: String, begin: ContinuousClock.Instant)] = [:]
    private let clipSeconds: Double

    /// `ledger` learns of damage when the batch that met it is consumed: never of what lies ahead. A video may keep its worker for
    /// `clipSeconds`.
    init(
        source: any SampleSource, firstStep: Int, endStep: Int, batchesAhead: Int, ledger: DamageLedger, isShared: Bool,
        clipSeconds: Double
    ) {
        self.source = source
        self.isShared = isShared
        self.ledger = ledger
        self.clipSeconds = clipSeconds
        self.firstStep = firstStep
        self.endStep = endStep
        self.batchesAhead = batchesAhead
        consumed = firstStep
        places = source.streams.enumerated().flatMap { stream, request in (0..<request.batchSize).map { (stream, $0) } }
    }

    var waitSeconds: Double { condition.withLock { waited } }

    func stop() {
        condition.withLock {
            isStopped = true
            open = [:]
            condition.broadcast()
        }
    }

    /// The next place to fill; nil where there is no more work. Waits while enough batches are ahead.
    func take() -> Place? {
        condition.withLock {
            while true {
                let step = firstStep + nextPlace / places.count
                if isStopped || failure != nil || step >= endStep { return nil }
                if step <= consumed + batchesAhead {
                    let batch = open[step] ?? OpenBatch(streams: source.streams, places: places.count)
                    open[step] = batch
                    let (stream, slot) = places[nextPlace % places.count]
                    nextPlace += 1
                    return Place(step: step, stream: stream, slot: slot, batch: batch)
                }
                condition.wait()
            }
        }
    }

    /// Notes that a worker begins with a video for a place.
    func begin(_ place: Place, _ path: String) {
        condition.withLock { underWay[[place.step, place.stream, place.slot]] = (path, .now) }
    }

    /// The video of the batch at `step` that has kept its worker for too long.
    private func hanging(_ step: Int) -> ClipHangs? {
        let found = underWay.first { place, work in
            place[0] == step && work.begin.duration(to: .now) > .seconds(clipSeconds)
        }
        return found.map { place, work in
            ClipHangs(path: work.path, stream: source.streams[place[1]].name, step: step, seconds: clipSeconds)
        }
    }

    /// Notes that a place is filled (or stays empty), and which videos could not be read for it; with `failure` why it cannot be filled
    /// at all, which the consumer gets when it comes to the batch.
    func finish(
        _ place: Place, _ filled: FilledSample?, damage: [DamageLedger.Note], failure: (any Error)? = nil
    ) {
        condition.withLock {
            underWay[[place.step, place.stream, place.slot]] = nil
            place.batch.finish(stream: place.stream, slot: place.slot, filled, damage: damage, failure: failure)
            if place.batch.isComplete { condition.broadcast() }
        }
    }

    func next() throws -> Batch? {
        try condition.withLock {
            let begin = DispatchTime.now().uptimeNanoseconds
            defer { waited += Double(DispatchTime.now().uptimeNanoseconds - begin) * 1e-9 }
            // Some looks, half a second apart: where the whole process was stopped for long, its workers have time to go on.
            var looks = 0
            while true {
                if let failure { throw failure }
                if isStopped || consumed >= endStep { return nil }
                if let batch = open[consumed], batch.isComplete {
                    open[consumed] = nil
                    consumed += 1
                    condition.broadcast()
                    do {
                        if isShared {
                            ledger.hold(batch.damage, shown: batch.shownCount, isTraining: source.replacesDamaged)
                        } else {
                            try ledger.record(batch.damage, shown: batch.shownCount, isTraining: source.replacesDamaged)
                        }
                        if let failure = batch.failure { throw failure }
                    } catch {
                        failure = error
                        throw error
                    }
                    return batch.batch(labelled: source.streams.indices.map(source.showsLabels))
                }
                if let hanging = hanging(consumed) {
                    looks += 1
                    if looks > 4 {
                        failure = hanging
                        throw hanging
                    }
                }
                _ = condition.wait(until: Date(timeIntervalSinceNow: 0.5))
            }
        }
    }
}

/// A video whose decoding does not come to an end.
public struct ClipHangs: ReportedError, Equatable {
    /// The file, and the stream and the step that wait for it.
    public let path: String, stream: String, step: Int
    /// How long it was waited for.
    public let seconds: Double
    public var exitCode: ExitCode { .badData }
    public var description: String {
        "\(path): reading it has not ended after \(Int(seconds)) s (stream \(stream), step \(step)); look at the file and its disk, "
            + "take it out of the list, or raise loader.clipSeconds"
    }
}

/// What is known of a sample whose views are in place.
struct FilledSample: Sendable {
    let sampleIndex: Int
    let label: Int?
    let span: ClosedRange<Double>?
    /// By view.
    let placements: [ClipPlacement]
    /// By view that is sound: the share of it that the file has.
    let presence: [Int: Float]
}

/// A batch under way. Workers write the views of different places at the same time; the rest is guarded by the assembly.
final class OpenBatch: @unchecked Sendable {
    private let streams: [StreamRequest]
    private let arrays: [[StridedArray]]
    /// Of views that show motion vectors, what is made with them, or stored features.
    private let masks: [[StridedArray?]]
    private var samples: [[FilledSample?]]
    private var notes: [[[DamageLedger.Note]]]
    private var failures: [[(any Error)?]]
    private var missing: Int

    init(streams: [StreamRequest], places: Int) {
        self.streams = streams
        arrays = streams.map { stream in stream.views.map { OpenBatch.array(for: $0, in: stream) } }
        masks = streams.map { stream in
            stream.views.map { !$0.kind.hasMask ? nil : OpenBatch.array(for: $0, in: stream, channels: 1) }
        }
        samples = streams.map { .init(repeating: nil, count: $0.batchSize) }
        notes = streams.map { .init(repeating: [], count: $0.batchSize) }
        failures = streams.map { .init(repeating: nil, count: $0.batchSize) }
        missing = places
    }

    /// What could not be read, in the order of the places.
    var damage: [DamageLedger.Note] { notes.flatMap { $0.flatMap(\.self) } }

    /// Why the first place that cannot be filled cannot, or nil.
    var failure: (any Error)? { failures.lazy.flatMap(\.self).compactMap(\.self).first }

    /// How many places are filled.
    var shownCount: Int { samples.reduce(0) { $0 + $1.count { $0 != nil } } }

    private static func array(for view: ViewRequest, in stream: StreamRequest, channels: Int? = nil) -> StridedArray {
        var shape = [stream.batchSize] + stream.shape(of: view)
        if let channels { shape[1] = channels }
        return Tensor.uninitialized(shape, .float32, strides: StridedArray.channelsLastStrides(of: shape))
    }

    var isComplete: Bool { missing == 0 }

    /// Writes the values of one view, in the memory order `[T, H, W, C]`, and its mask, `[T, H, W]`, into their place.
    func write(_ values: ArraySlice<Float>, mask: ArraySlice<Float>?, stream: Int, view: Int, slot: Int) {
        arrays[stream][view].write(values, at: slot * values.count)
        if let mask { masks[stream][view]?.write(mask, at: slot * mask.count) }
    }

    func finish(
        stream: Int, slot: Int, _ filled: FilledSample?, damage: [DamageLedger.Note], failure: (any Error)?
    ) {
        samples[stream][slot] = filled
        notes[stream][slot] = damage
        failures[stream][slot] = failure
        missing -= 1
    }

    /// The batch without the places that stayed empty.
    func batch(labelled: [Bool]) -> Batch {
        var result: [String: StreamBatch] = [:]
        for (number, stream) in streams.enumerated() {
            let kept = samples[number].indices.filter { samples[number][$0] != nil }
            let known = samples[number].compactMap(\.self)
            func whole(_ array: StridedArray) -> StridedArray {
                kept.count == stream.batchSize ? array : OpenBatch.compact(array, kept)
            }
            let views = zip(stream.views, arrays[number]).map { ($0.name, whole($1)) }
            let masks = zip(stream.views, masks[number]).compactMap { view, mask in mask.map { (view.name, whole($0)) } }
            let presence = stream.views.enumerated().filter { $0.element.kind.sound != nil }.map { view, request in
                (request.name, known.map { $0.presence[view] ?? 0 })
            }
            let levels = stream.views.filter { $0.values == .levels }.map { ($0.name, $0.kind) }
            let placements = stream.views.enumerated().map { view, request in (request.name, known.map { $0.placements[view] }) }
            result[stream.name] = StreamBatch(
                sampleIndices: known.map(\.sampleIndex), labels: labelled[number] ? known.compactMap(\.label) : [],
                spans: labelled[number] ? known.map(\.span) : [],
                arrays: Dictionary(uniqueKeysWithValues: views), masks: Dictionary(uniqueKeysWithValues: masks),
                presence: Dictionary(uniqueKeysWithValues: presence),
                placements: Dictionary(uniqueKeysWithValues: placements),
                levels: Dictionary(uniqueKeysWithValues: levels))
        }
        return Batch(result)
    }

    /// The rows `kept`, channels-last as before.
    private static func compact(_ array: StridedArray, _ kept: [Int]) -> StridedArray {
        let rank = array.shape.count
        let rows = Tensor(array).permuted([0] + Array(2..<rank) + [1]).rows(at: kept)
        return rows.permuted([0, rank - 1] + Array(1..<rank - 1)).array
    }
}
