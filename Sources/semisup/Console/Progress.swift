import Foundation

/// Tells how far a piece of work is, with its rate and the time left: a redrawn line on a terminal, a plain line now and then
/// elsewhere. Used by the thread that works.
final class Progress {
    private let title: String, unit: String
    private let begin = ContinuousClock.now
    private var first: Int?
    private var lastShown: ContinuousClock.Instant?
    private var lastTenth = 0

    /// Work called `title`, counted in `unit` (plural).
    init(_ title: String, unit: String) {
        self.title = title
        self.unit = unit
    }

    /// Shows that `done` of `total` are done; `detail` goes at the end. Cheap where nothing is to be shown.
    func update(_ done: Int, of total: Int, detail: @autoclosure () -> String = "") {
        let now = ContinuousClock.now
        let counted = done - (first ?? 0)
        if first == nil { first = max(0, done - 1) }
        let isEnd = done >= total
        let tenth = total > 0 ? done * 10 / total : 10
        let quiet = lastShown.map { $0.duration(to: now) }
        if Terminal.standard.redraws {
            guard isEnd || quiet.map({ $0 > .milliseconds(100) }) ?? true else { return }
        } else {
            guard isEnd || tenth > lastTenth || quiet.map({ $0 > .seconds(30) }) ?? true else { return }
        }
        lastShown = now
        lastTenth = tenth
        let line = text(done, total, counted: counted, elapsed: begin.duration(to: now), detail())
        if Terminal.standard.redraws { Terminal.standard.redraw(line) } else { Terminal.standard.message(line) }
    }

    /// Takes the redrawn line away.
    func end() { if Terminal.standard.redraws { Terminal.standard.redraw("") } }

    private func text(_ done: Int, _ total: Int, counted: Int, elapsed: Duration, _ detail: String) -> String {
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
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
