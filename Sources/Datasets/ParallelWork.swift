import Foundation

/// Pieces of work on plain threads: whoever is free takes the next, and outcomes stand in the order of the pieces.
final class ParallelWork<Piece: Sendable, Outcome: Sendable>: @unchecked Sendable {
    // All but the constants is guarded by `condition`.
    private let condition = NSCondition()
    private let pieces: [Piece]
    private let isLast: @Sendable (Outcome) -> Bool
    private var outcomes: [Outcome?]
    private var next = 0, done = 0, running = 0
    private var isOver = false

    private init(_ pieces: [Piece], isLast: @escaping @Sendable (Outcome) -> Bool) {
        self.pieces = pieces
        self.isLast = isLast
        outcomes = Array(repeating: nil, count: pieces.count)
    }

    /// The outcome of each piece.
    ///
    /// - Parameters:
    ///   - isLast: Whether no further piece is begun after this outcome; the outcomes of those are nil.
    ///   - progress: Told on the calling thread how many of all are done.
    ///   - worker: Makes what one thread does with its pieces, so that it may keep buffers from one to the next.
    static func outcomes(
        of pieces: [Piece], threads: Int, until isLast: @escaping @Sendable (Outcome) -> Bool = { _ in false },
        progress: (_ done: Int, _ total: Int) -> Void, worker: @escaping @Sendable () -> (Piece) -> Outcome
    ) -> [Outcome?] {
        let work = ParallelWork(pieces, isLast: isLast)
        work.start(threads: max(1, min(threads, pieces.count)), worker)
        work.wait(progress)
        return work.outcomes
    }

    private func start(threads: Int, _ worker: @escaping @Sendable () -> (Piece) -> Outcome) {
        running = threads
        for number in 0..<threads {
            let thread = Thread { self.work(worker()) }
            thread.name = "worker \(number)"
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    private func work(_ body: (Piece) -> Outcome) {
        while let number = takeNext() {
            let outcome = body(pieces[number])
            condition.withLock {
                outcomes[number] = outcome
                done += 1
                if isLast(outcome) { isOver = true }
                condition.signal()
            }
        }
        condition.withLock {
            running -= 1
            condition.signal()
        }
    }

    private func takeNext() -> Int? {
        condition.withLock {
            guard !isOver, next < pieces.count else { return nil }
            next += 1
            return next - 1
        }
    }

    /// Waits for the end, and reports without holding the lock.
    private func wait(_ progress: (Int, Int) -> Void) {
        var reported = 0
        progress(0, pieces.count)
        condition.lock()
        while running > 0 || reported < done {
            if reported == done { condition.wait() }
            let news = done
            guard news > reported else { continue }
            condition.unlock()
            progress(news, pieces.count)
            reported = news
            condition.lock()
        }
        condition.unlock()
    }
}
