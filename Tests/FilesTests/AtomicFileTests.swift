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

    @Test func aFolderThatIsNotThereIsNamedAndNoTemporaryFile() throws {
        let folder = try TemporaryFolder(), nowhere = folder("nowhere")
        #expect(throws: FileError.system(path: nowhere, operation: "find the folder", code: ENOENT)) {
            try AtomicFile.write("x", to: nowhere + "/text")
        }
        #expect(throws: FileError.noFolder(path: nowhere)) { try NewFile.requireFree(nowhere + "/text") }
        #expect(throws: FileError.noFolder(path: nowhere)) { try NewFile.write("x", to: nowhere + "/text") }
        #expect(FileError.noFolder(path: "nodir").description.contains("there is no folder nodir"))
        try AtomicFile.write("x", to: folder("text"))
        #expect(throws: FileError.exists(path: folder("text"))) { try NewFile.requireFree(folder("text")) }
        #expect(throws: FileError.system(path: folder("text/below"), operation: "create", code: ENOTDIR)) {
            try AtomicFile.write("x", to: folder("text/below"))
        }
        #expect(throws: FileError.notAFolder(path: folder("text"))) { try NewFile.requireFree(folder("text/below")) }
    }
}
