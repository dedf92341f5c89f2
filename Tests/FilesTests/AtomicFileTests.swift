import Files
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
    @Test func textAndBytesAreReadBack() throws {
        let folder = try TemporaryFolder(), path = folder("text")
        for text in ["", "x", String(repeating: "A longer text. ", count: 700)] {
            try AtomicFile.write(text, to: path)
            #expect(try FileReader.text(of: path) == text)
            try AtomicFile.write(Array(text.utf8), to: path)
            #expect(try FileReader.bytes(of: path) == Array(text.utf8))
        }
    }
}
