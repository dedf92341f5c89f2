import Datasets
import Files
import Networks
import Ranks
import Tensor

// A step whose batch is computed in parts (`batch.microbatches`), each whole on one rank.
//
// Each part begins with the state that the step began with, and what parts come to is joined in their order: gradients are added, running
// statistics averaged, the method moved by the rows of all. So the bits depend on the number of parts and not on who computes which.

/// The weighted sum of the losses of a step, and each by name.
typealias StepLosses = (total: Double, values: [(name: String, value: Double)])

/// A part of a batch between its forward and its backward pass.
private final class OpenPart {
    let context: StepContext
    /// The weighted sum of its own terms, and those over the rows of all parts.
    var total: Tensor?
    var joint: [LossTerm] = []
    /// Whether its backward pass waits for the forward passes of all parts.
    var isJoint = false
    /// The gradients of the rows of the joint terms.
    var jointGradients: [[Tensor]] = []

    init(_ context: StepContext) { self.context = context }

    /// Adds its gradients to those at the parameters, those of its own terms with this factor.
    func backward(share: Double, _ didFinish: (ObjectIdentifier) -> Void) {
        let rows = zip(joint, jointGradients).flatMap { zip($0.rows, $1) }
        let sums = (total.map { [$0 * share] } ?? []) + rows.map { ($0 * $1).sum() }
        sums.dropFirst().reduce(sums.first) { sum, next in sum.map { $0 + next } }?.backward(didFinish)
        (total, joint) = (nil, [])
    }
}

extension TrainingRun {
    /// The losses of a step in the mean over `count` parts of its batch, of which `loaded` holds those of this rank; the gradients of all are
    /// at the parameters.
    func losses(of loaded: Batch, inParts count: Int, at context: StepContext) throws -> StepLosses {
        let own = communicator.share(of: count), statistics = state.statistics
        let gradients = partGradients(own.count), sums = rankStatistics
        var reports: [PartReport] = [], parts: [OpenPart] = []
        func backward(_ part: OpenPart, row: Int) {
            phase("backward") {
                gradients.take(row: row, from: state.optimizer) { part.backward(share: 1 / Double(count), $0) }
            }
        }
        for (row, (number, batch)) in zip(own, loaded.parts(own.count)).enumerated() {
            state.statistics = statistics
            let part = OpenPart(context.part(number, over: sums))
            parts.append(part)
            reports.append(try report(of: part, batch))
            try sums?.check()
            // Ranks that add in the backward pass all come to it.
            if sums != nil { part.isJoint = true }
            try part.context.takeBackMoves()
            if !part.isJoint { backward(part, row: row) }
        }
        state.statistics = statistics
        let all: [PartReport]
        do { all = try exchange(reports) } catch {
            // Gradients of some parts are in it.
            knownPartGradients = nil
            // Where all ranks report, sums that have begun come to their end on all. A rank that ends by an error has begun none.
            if !(error is RankError), gradients.isUnderWay { _ = try gradients.totals() }
            throw error
        }
        let joint = try jointLosses(of: parts, own, all)
        for (row, part) in parts.enumerated() where part.isJoint { backward(part, row: row) }
        try sums?.check()
        let begin = ContinuousClock.now
        state.optimizer.give(try phase("exchange") { try gradients.totals() })
        exchanged.seconds = begin.duration(to: .now).seconds
        state.statistics = all.map(\.statistics.values).mean(movedFrom: statistics)
        try move(by: all, parts[0].context.moves)
        context.take(all)
        let values = all.flatMap(\.values).grouped(by: \.name).map { name, parts in
            (name: name, value: parts.reduce(0) { $0 + $1.value } / Double(parts.count))
        }
        let total = all.reduce(0) { $0 + $1.total } / Double(count) + joint.reduce(0) { $0 + $1.weight * $1.value }
        return (total, values + joint.map { ("loss.\($0.name)", $0.value) })
    }

    /// What adds the gradients of this rank's parts to those of the others.
    private func partGradients(_ parts: Int) -> PartGradients {
        let parameters = state.optimizer.parameters
        if let known = knownPartGradients, known.isFor(parameters) { return known }
        let gradients = PartGradients(parameters, parts: parts, plan.configuration[RankOptions.self], communicator)
        knownPartGradients = gradients
        return gradients
    }

    /// What adds the statistics of parts; nil where each is normalised by its own.
    private var rankStatistics: RankStatistics? {
        plan.configuration[BatchOptions.self].statistics == .synchronized ? RankStatistics(communicator) : nil
    }

    /// The forward pass of a part.
    private func report(of part: OpenPart, _ loaded: Batch) throws -> PartReport {
        let batch = try phase("transform") {
            try plan.call("in its transform") { try state.method.prepared(loaded, at: part.context) }
        }
        let terms = try phase("forward") {
            try plan.call("in its losses") { try state.method.terms(of: batch, at: part.context) }
        }
        do {
            part.isJoint = terms.contains(where: \.isJoint)
            let own = terms.filter { !$0.isJoint }
            let values = try own.map { term in (name: "loss.\(term.name)", value: try finite(term, batch)) }
            part.total = own.total
            part.joint = terms.filter(\.isJoint)
            return PartReport(
                part.context, total: part.total?.scalar ?? 0, values: values, statistics: state.statistics, joint: part.joint)
        } catch let mistake as TrainingDiverged {
            return PartReport(failure: mistake)
        }
    }

    /// What all parts have to say, in order, with what their loaders met. Throws on all ranks where one cannot go on.
    private func exchange(_ reports: [PartReport]) throws -> [PartReport] {
        let own = RankReport(
            parts: reports, isAskedToStop: Interruption.request != nil, damage: access.ledger.takeHeld(),
            sentBytes: communicator.sentBytes)
        let ranks = try phase("exchange") { try communicator.allGather(own) }
        isAskedToStop = ranks.contains(where: \.isAskedToStop)
        exchanged.take(sentBytes: ranks.reduce(0) { $0 + $1.sentBytes })
        try access.ledger.record(ranks.flatMap(\.damage))
        let all = ranks.flatMap(\.parts)
        if let failure = all.lazy.compactMap(\.failure).first { throw diverged(failure.quantity, clips: failure.clips) }
        let calls = Set(all.map { [$0.moves.count, $0.joint.count] })
        guard calls.count == 1 else {
            throw MethodMistake("step.willMove and step.jointTerm were not called equally often in all parts of a batch")
        }
        return all
    }

    /// The losses over the rows of all parts; the parts of this rank get their gradients.
    private func jointLosses(
        of parts: [OpenPart], _ own: Range<Int>, _ all: [PartReport]
    ) throws -> [(name: String, weight: Double, value: Double)] {
        try parts[0].joint.enumerated().map { number, term in
            let rows = all.map { $0.joint[number].map(\.tensor) }
            let whole = term.rows.indices.map { row in Tensor.concatenated(rows.map { $0[row] }).requiringGradient() }
            let loss = term.loss(whole)
            guard loss.count == 1 else {
                throw MethodMistake("the loss \(term.name) has the shape \(loss.shape), expected one number")
            }
            guard loss.scalar.isFinite else { throw diverged("the loss \(term.name)", clips: []) }
            (loss * term.weight).backward()
            for (part, place) in zip(parts, own) {
                part.jointGradients.append(
                    term.rows.indices.map { row in
                        let first = rows[..<place].reduce(0) { $0 + $1[row].shape[0] }
                        let gradient = whole[row].gradient ?? Tensor.zeros(like: whole[row])
                        return gradient.sliced(first..<first + rows[place][row].shape[0])
                    })
            }
            return (term.name, term.weight, loss.scalar)
        }
    }

    /// Moves the method's state by the rows of all parts.
    private func move(by all: [PartReport], _ moves: [StateMove]) throws {
        for (number, move) in moves.enumerated() {
            let rows = all.map { $0.moves[number].map(\.tensor) }
            try plan.call("in a move of its state") {
                try move.move(move.rows.indices.map { row in .concatenated(rows.map { $0[row] }) })
            }
        }
    }
}

/// What a step's sums over ranks have cost.
struct RankCosts {
    /// Seconds that the loop has waited for them after the backward pass.
    var seconds = 0.0
    /// Bytes that all ranks have sent for them in the step before.
    private(set) var sentBytes = 0
    private var sentBefore = 0

    /// Takes what all ranks have sent so far.
    mutating func take(sentBytes now: Int) { (sentBytes, sentBefore) = (now - sentBefore, now) }

    /// As they stand in `timings.jsonl`.
    var clock: [(String, JSON)] { [("exchangeSeconds", .real(seconds)), ("sentBytes", .integer(sentBytes))] }
}

extension [[Double]] {
    /// The mean, in order; where no number has left `before` that itself.
    func mean(movedFrom before: [Double]) -> [Double] {
        before.indices.map { place in
            guard contains(where: { $0[place] != before[place] }) else { return before[place] }
            return reduce(0) { $0 + $1[place] } / Double(count)
        }
    }
}
