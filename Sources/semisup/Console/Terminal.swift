import Files
import Foundation
import Synchronization
import Training

/// Where a command writes: results to standard output, everything else to standard error.
///
/// On a terminal progress is one line that is drawn again and again; a message takes its place and the line is drawn below it.
final class Terminal: Sendable {
    /// The terminal of this process.
    static let standard = Terminal()

    /// Whether standard error is a terminal that can redraw a line.
    let redraws: Bool
    private let isColoured: Bool
    private let line = Mutex("")

    private init() {
        let environment = ProcessInfo.processInfo.environment
        redraws = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
        isColoured = redraws && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Writes a result, a line or more, to standard output. Throws where that is full.
    ///
    /// Where nobody reads it any more (`semisup ... | head`), the process ends as any filter does.
    func print(_ text: String) throws(FileError) {
        line.withLock { if !$0.isEmpty { write("\r\u{1B}[K", to: STDERR_FILENO) } }
        var bytes = Array((text.hasSuffix("\n") ? text : text + "\n").utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EPIPE {
                signal(SIGPIPE, SIG_DFL)
                raise(SIGPIPE)
            }
            guard count > 0 else { throw .system(path: "standard output", operation: "write", code: count == 0 ? ENOSPC : errno) }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Writes an object on a line of its own to standard output.
    func print(_ json: JSON) throws(FileError) { try print(json.serialized()) }

    /// Writes a message to standard error, with a coloured label before it where there is one.
    func message(_ text: String, label: String? = nil, colour: Colour = .plain) {
        let start = label.map { isColoured ? "\u{1B}[\(colour.rawValue)m\($0):\u{1B}[0m " : "\($0): " } ?? ""
        line.withLock { line in
            write((line.isEmpty ? "" : "\r\u{1B}[K") + start + text + "\n" + line, to: STDERR_FILENO)
        }
    }

    /// Shows `text` in place of the progress shown last; an empty text takes it away.
    func redraw(_ text: String) {
        line.withLock { line in
            write("\r\u{1B}[K" + text, to: STDERR_FILENO)
            line = text
        }
    }

    /// Colours of labels, as ANSI numbers.
    enum Colour: String {
        case plain = "0", red = "1;31", yellow = "1;33"
    }

    private func write(_ text: String, to descriptor: Int32) {
        guard awaitsReader(of: descriptor) else { return }
        _ = Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    /// Waits until somebody reads. A pipe that nobody empties holds the process, but not for more than a second where it was
    /// asked to stop: then the words are lost.
    private func awaitsReader(of descriptor: Int32) -> Bool {
        var patience = 10
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while patience > 0 {
            let ready = poll(&state, 1, 100)
            if ready > 0 || ready < 0 && errno != EINTR { return true }
            if Interruption.request != nil { patience -= 1 }
        }
        return false
    }
}
