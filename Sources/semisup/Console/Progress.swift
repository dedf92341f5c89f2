import Foundation

/// Tells how far a piece of work is, with its rate and the time left: a redrawn line on a terminal, a plain line now and then
/// elsewhere. Used by the thread that works.
final class Progress {
    private let title: String, unit: String
    /// When the first count came, and what it was: rates count from there.
    private var first: (time: ContinuousClock.Instant, done: Int)?
    private var lastShown: (time: ContinuousClock.Instant, done: Int)?

    /// Work called `title`, counted in `unit` (plural).
    init(_ title: String, unit: String) {
        self.title = title
        self.unit = unit
    }

    /// Shows that `done` of `total` are done; `detail` goes at the end. Cheap where nothing is to be shown.
    func update(_ done: Int, of total: Int, detail: @autoclosure () -> String = "") {
        let now = ContinuousClock.now
        let first = self.first ?? (now, done)
        self.first = first
        guard isDue(done, total, quiet: (lastShown?.time ?? first.time).duration(to: now)) else { return }
        lastShown = (now, done)
        let line = text(done, total, counted: done - first.done, seconds: first.time.duration(to: now) / .seconds(1), detail())
        if Terminal.standard.redraws { Terminal.standard.redraw(line) } else { Terminal.standard.message(line) }
    }

    /// Takes the redrawn line away.
    func end() { if Terminal.standard.redraws { Terminal.standard.redraw("") } }

    /// Ten times a second on a terminal; elsewhere at every tenth of the work, at most once a second, and every half minute.
    private func isDue(_ done: Int, _ total: Int, quiet: Duration) -> Bool {
        if Terminal.standard.redraws { return done >= total || quiet > .milliseconds(100) }
        let reachesTenth = done * 10 / max(1, total) > (lastShown?.done ?? 0) * 10 / max(1, total)
        return quiet > .seconds(30) || (reachesTenth && quiet > .seconds(1))
    }

    private func text(_ done: Int, _ total: Int, counted: Int, seconds: Double, _ detail: String) -> String {
        var parts = ["\(title) \(done)/\(total)"]
        if counted > 0, seconds > 0 {
            let rate = Double(counted) / seconds
            parts.append("\(Text.number(rate, digits: 3)) \(unit)/s")
            if done < total { parts.append("\(Text.time(Double(total - done) / rate)) left") }
        }
        if !detail.isEmpty { parts.append(detail) }
        return parts.joined(separator: "  ")
    }
}
