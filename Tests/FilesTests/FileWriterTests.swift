import Files
import Foundation
import Testing

@Suite struct FileWriterTests {
    /// Every kind of collection takes its own way to the disk; in release mode one of them once failed.
    @Test(arguments: [0, 5, 275, 100_000])
    func textsArraysAndSlicesReachTheDisk(count: Int) throws {
        let path = NSTemporaryDirectory() + "semisup-writer-" + UUID().uuidString
        defer { unlink(path) }
        let text = String(repeating: "x", count: count)
        try AtomicFile.write(text, to: path)
        #expect(try FileReader.text(of: path) == text)
        try AtomicFile.write(Array(text.utf8), to: path)
        #expect(try FileReader.bytes(of: path).count == count)
        try AtomicFile.write(text.utf8.map { $0 + 1 }.lazy.map { $0 - 1 }, to: path)
        #expect(try FileReader.text(of: path) == text)
        try AtomicFile.write(text.utf8.dropFirst(2), to: path)
        #expect(try FileReader.bytes(of: path).count == max(0, count - 2))
    }
}
