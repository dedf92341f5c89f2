import Foundation

/// A text of several lines on standard error that is drawn again in its own place; only where that is a terminal.
final class LiveText {
    private var shownLines = 0

    /// Whether there is a terminal to draw on.
    var isLive: Bool { Terminal.standard.redraws }

    /// The rows that a table can have beside its head and its foot.
    var rows: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 6 ? Int(size.ws_row) - 6 : 18
    }

    /// Draws `text` over the one before. Lines are cut to the width of the terminal.
    func show(_ text: String) {
        clear()
        var size = winsize()
        let width = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 10 ? Int(size.ws_col) - 1 : 100
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.prefix(width) }
        FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
        shownLines = lines.count
    }

    /// Takes the text away.
    func clear() {
        guard shownLines > 0 else { return }
        FileHandle.standardError.write(Data("\u{1B}[\(shownLines)A\u{1B}[J".utf8))
        shownLines = 0
    }
}
